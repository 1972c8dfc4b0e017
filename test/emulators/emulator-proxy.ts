import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Stands between a client and an emulator's REST API, and spoils what passes when it is told to. */
export interface EmulatorProxy {
  /** `127.0.0.1:PORT`, in place of the emulator's. */
  readonly host: string;
  /** The methods called so far, e.g. `commit`. */
  readonly calls: string[];
  /** The next call of the method takes effect, but its answer is lost: the connection is cut. */
  loseAnswer(method: string): void;
  /** Runs `action` before the next call of the method is passed on. */
  before(method: string, action: () => Promise<void>): void;
  /** Cuts every connection from now on. */
  cut(): void;
  restore(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port. */
export async function startEmulatorProxy(target: string): Promise<EmulatorProxy> {
  const calls: string[] = [];
  const losses: string[] = [];
  const actions: { method: string; action: () => Promise<void> }[] = [];
  let isCut = false;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.url?.match(/:(\w+)(\?|$)/)?.[1] ?? '';
    calls.push(method);
    const body = await buffer(request);
    const planned = actions.findIndex((each) => each.method === method);
    if (planned >= 0) await actions.splice(planned, 1)[0]?.action();
    if (isCut) return void response.destroy();
    const { authorization = '' } = request.headers;
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(`http://${target}${request.url}`, { method: 'POST', headers, body });
    const text = await answer.text();
    const loss = losses.indexOf(method);
    if (loss >= 0) losses.splice(loss, 1);
    if (isCut || loss >= 0) response.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  }

  const server = createServer((request, response) => {
    if (isCut) response.destroy();
    else pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;

  return {
    host: `127.0.0.1:${port}`,
    calls,
    loseAnswer: (method) => void losses.push(method),
    before: (method, action) => void actions.push({ method, action }),
    cut() {
      isCut = true;
      server.closeAllConnections();
    },
    restore() {
      isCut = false;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
