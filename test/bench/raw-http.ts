import { connect, type Socket } from 'node:net';

/** A request as it goes over the wire, and the status it is answered with when all is well. */
export interface Exchange {
  request: Buffer;
  status: number;
}

/** A POST of JSON, made out once: a load generator must cost less than what it loads. */
export function toPost(path: string, body: unknown, status: number, headers: Record<string, string> = {}): Exchange {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const lines = Object.entries({ 'content-type': 'application/json', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${lines.join('')}content-length: ${Buffer.byteLength(text)}\r\n\r\n`;
  return { request: Buffer.from(head + text), status };
}

/** Sends one request over a connection of its own; gives the status once the whole answer is there. */
export function ask(port: number, { request }: Exchange): Promise<number> {
  return new Promise((resolve, reject) => {
    const connection = openConnection(port, reject);
    connection.send(request, (status) => {
      connection.close();
      resolve(status);
    });
  });
}

/** One connection that is kept open; one request at a time. */
export function openConnection(port: number, onError: (error: Error) => void) {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let received: Buffer = Buffer.alloc(0);
  let onAnswer: ((status: number) => void) | undefined;
  socket.on('error', onError);
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const status = readStatus(received);
    if (status === undefined) return;
    received = Buffer.alloc(0);
    onAnswer?.(status);
  });
  socket.on('close', () => onError(new Error('the connection was closed')));
  return {
    send(request: Buffer, then: (status: number) => void): void {
      onAnswer = then;
      socket.write(request);
    },
    close(): void {
      socket.removeAllListeners('close');
      socket.destroy();
    },
  };
}

/** Of an answer that is complete; all of ours and theirs have a length. */
function readStatus(received: Buffer): number | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = /content-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined && status !== 204) throw new Error(`Cannot measure an answer without a length: ${head}`);
  return received.length >= end + 4 + Number(length ?? 0) ? status : undefined;
}
