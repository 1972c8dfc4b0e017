import { type Exchange, openConnection } from './raw-http.ts';

/** What a visit of the load generator saw. */
export interface Visit {
  perSecond: number;
  /** Of every answer, in milliseconds, in ascending order. */
  latenciesMs: number[];
}

/** Sends the exchanges in turn, so many at a time, for so long. Throws at the first answer that is not the wanted one. */
export async function visit(
  port: number,
  exchanges: readonly Exchange[],
  { connections, forMs }: { connections: number; forMs: number },
): Promise<Visit> {
  const latenciesMs: number[] = [];
  const start = performance.now();
  const end = start + forMs;
  let next = 0;

  function runConnection(): Promise<void> {
    return new Promise((resolve, reject) => {
      const connection = openConnection(port, reject);
      const sendNext = () => {
        const exchange = exchanges[next++ % exchanges.length];
        const sentAt = performance.now();
        if (exchange === undefined || sentAt >= end) {
          connection.close();
          return resolve();
        }
        connection.send(exchange.request, (status) => {
          latenciesMs.push(performance.now() - sentAt);
          if (status === exchange.status) sendNext();
          else reject(new Error(`Cannot measure: it answers ${status}; ${exchange.status} is wanted`));
        });
      };
      sendNext();
    });
  }

  await Promise.all(Array.from({ length: connections }, runConnection));
  const seconds = (performance.now() - start) / 1000;
  return { perSecond: latenciesMs.length / seconds, latenciesMs: latenciesMs.sort((a, b) => a - b) };
}
