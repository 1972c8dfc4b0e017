import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { handleControl } from './control.ts';
import { type Delivery, toDelivery } from './delivery.ts';
import { createFaults, type Fault, type FaultRule, type Faults } from './faults.ts';
import { handleRequest, type SimulatorRequest, type SimulatorResponse } from './handle.ts';
import { openJournal } from './journal.ts';
import { createEarthEngineModel, type EarthEngineModel } from './model.ts';
import { createSeededRandom } from './seeded-random.ts';
import type { WorldOptions } from './world.ts';

/** Bytes of a body that are kept: one more than Earth Engine takes, so that it can refuse. The rest is read and dropped. */
const MAX_KEPT_BYTES = 10_485_761;
const MAX_LOGGED_CHARACTERS = 100_000;

/** A simulator on a port. Besides these, every setting of the model. */
export interface SimulatorOptions extends Omit<WorldOptions, 'now' | 'random'> {
  /** 0, the default, takes any free port. */
  port?: number;
  /** 127.0.0.1 */
  host?: string;
  /** The machine's clock. */
  now?: () => number;
  /** Makes chance repeatable: the same requests in the same order meet the same oddities and faults. */
  seed?: number;
  faults?: readonly FaultRule[];
  /** A file that lets the simulator go on where it stopped, however it stopped (none: it begins anew). */
  stateFile?: string;
  /** Requests that are remembered (1000). */
  maxRequests?: number;
  /** Called when a request has been dealt with. */
  onRequest?: (request: ReceivedRequest) => void;
}

/** A request that came in, and what became of it. */
export interface ReceivedRequest {
  /** Epoch milliseconds of the simulator's clock. */
  time: number;
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** The first 100,000 characters. */
  body: string;
  fault: Fault | undefined;
  /** Status of the answer; undefined while there is none. */
  status: number | undefined;
}

/** A running simulator. */
export interface Simulator {
  /** `http://127.0.0.1:PORT` */
  url: string;
  model: EarthEngineModel;
  faults: Faults;
  /** The last requests, oldest first; those to `/simulator/` are not among them. */
  requests: ReceivedRequest[];
  /** Cuts every connection. Resolves when the port is free. */
  close(): Promise<void>;
}

/** Starts a simulated Earth Engine on a socket. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', now = Date.now, seed, ...others } = options;
  const { faults: rules = [], maxRequests = 1000, onRequest, stateFile, ...world } = others;
  const random = seed === undefined ? Math.random : createSeededRandom(seed);
  const journal = stateFile === undefined ? undefined : openJournal({ path: stateFile, now, random });
  const model = createEarthEngineModel({ ...world, now: journal?.now ?? now, random: journal?.random ?? random });
  const carryOut = (request: SimulatorRequest) => handleRequest(model, request);
  journal?.replay(carryOut);
  const faults = createFaults(rules, random);
  const requests: ReceivedRequest[] = [];
  const closing = new AbortController();

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(message);
    const { method = 'GET', url: path = '/', headers } = message;
    const request = { method, path, headers, body };
    if (path.startsWith('/simulator/')) return send(response, handleControl({ model, faults, requests }, request));
    const fault = faults.decideFault(request);
    const text = body.toString().slice(0, MAX_LOGGED_CHARACTERS);
    const received: ReceivedRequest = { ...request, time: model.now(), body: text, fault, status: undefined };
    requests.push(received);
    if (requests.length > maxRequests) requests.shift();
    await deliver(toDelivery(fault), response, {
      execute: () => (journal ? journal.record(request, carryOut) : carryOut(request)),
      signal: closing.signal,
      onAnswer: (status) => {
        received.status = status;
      },
    });
    onRequest?.(received);
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error) => fail(response, error));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return { url: toUrl(server, host), model, faults, requests, close: () => close(server, closing) };
}

interface Carriage {
  execute(): SimulatorResponse;
  signal: AbortSignal;
  onAnswer(status: number): void;
}

async function deliver(delivery: Delivery, response: ServerResponse, carriage: Carriage): Promise<void> {
  const { delayBeforeMs, executed, delayAfterMs, instead, bytes, end } = delivery;
  if (delayBeforeMs > 0) await sleep(delayBeforeMs, undefined, carriage);
  const result = executed ? carriage.execute() : undefined;
  if (delayAfterMs > 0) await sleep(delayAfterMs, undefined, carriage);
  const answer = instead ?? result;
  if (end === 'hang') return;
  if (answer === undefined || (end === 'cut' && bytes === undefined)) response.destroy();
  else {
    carriage.onAnswer(answer.status);
    send(response, answer, bytes);
  }
}

/** Sends an answer; with `bytes`, only so many of its body, and then nothing more for ever. */
function send(response: ServerResponse, answer: SimulatorResponse, bytes?: number): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  if (bytes === undefined) response.end(body);
  else {
    response.flushHeaders();
    response.write(body.subarray(0, bytes), () => response.destroy());
  }
}

/** A fault of the simulator itself, or of a function among its options. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const message = `Simulator failed: ${error instanceof Error ? error.stack : String(error)}`;
  const body = JSON.stringify({ error: { code: 500, message, status: 'INTERNAL' } });
  send(response, { status: 500, headers: { 'content-type': 'application/json; charset=UTF-8' }, body });
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    if (length < MAX_KEPT_BYTES) chunks.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(chunks);
}

async function close(server: Server, closing: AbortController): Promise<void> {
  closing.abort();
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function toUrl(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
