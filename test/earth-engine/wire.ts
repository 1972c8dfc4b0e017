import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../src/clock.ts';

/** A server at a free port of this machine. */
export interface Wire {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** A request as it arrived. */
export interface Arrival {
  method: string;
  /** With the query, as it was written. */
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** An HTTP server that remembers what arrived and lets `answer` do the rest. */
export async function startWire(
  answer: (arrival: Arrival, response: ServerResponse) => void,
): Promise<Wire & { arrivals: Arrival[] }> {
  const arrivals: Arrival[] = [];
  const server = createHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    const arrival = { method, path, headers, body: Buffer.concat(chunks).toString() };
    arrivals.push(arrival);
    answer(arrival, response);
  });
  return { ...(await listen(server)), arrivals };
}

/** A bare TCP server; `talk` is told of every request's first bytes. */
export async function startSocket(talk: (socket: Socket) => void): Promise<Wire> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => talk(socket));
  });
  return listen(server);
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

async function listen(server: Server): Promise<Wire> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** A clock that stands still; its timers fire when the test says so. */
export function createStillClock(now = Date.parse('2026-11-02T08:00:00Z')) {
  const timers = new Set<{ delayMs: number; task: () => void }>();
  const clock: Clock = {
    now: () => now,
    after(delayMs, task) {
      const timer = { delayMs, task };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  return {
    ...clock,
    /** How long the timers were set to run that have neither fired nor been cancelled. */
    pending: () => [...timers].map(({ delayMs }) => delayMs),
    /** Lets every timer fire. */
    fire() {
      for (const timer of timers) {
        timers.delete(timer);
        timer.task();
      }
    },
  };
}
