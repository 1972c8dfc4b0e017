import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FunctionName } from '../function-names.ts';
import { sendUnended } from '../http/http-answer.ts';
import { type FrameworkRequest, ORIGINAL_CONTENT_TYPE, splitTarget } from '../http/http-call.ts';
import { type CallRefused, toErrorAnswer } from '../http/refusal.ts';
import { refuseOtherSite } from '../http/refuse-call.ts';
import { headFault, LARGEST_BODY_BYTES, refuseLongBody } from './intake-limits.ts';
import { markPush } from './push-account.ts';

const CHANNEL = 'http.server.request.start';

/** What `installIntake` needs. */
export interface IntakeOptions {
  /** Which function a request is for; undefined for one that is none of ours and is left alone. Must not throw. */
  functionOf: (request: IncomingMessage, server: Server) => FunctionName | undefined;
  /** Whether a Host header names this service. Default: it is not looked at; Cloud Run's front end goes by it. */
  isOwnHost?: (host: string) => boolean;
  /** Aborted when the process is told to stop: connections are then closed after their answer. */
  draining?: AbortSignal;
}

/** The intake at work. */
export interface Intake {
  /** Requests that are not answered yet. */
  inFlight(): number;
  /** Resolves when there is none. */
  whenIdle(): Promise<void>;
  remove(): void;
}

/** More than Cloud Run lets through in one request (32 MiB). */
const MOST_DISCARDED_BYTES = 34_000_000;

/** The body of a cloudEvent request that has been refused: its function must do nothing. */
const REFUSED_BODY = {};

/** Whether the intake has answered this event's request already. */
export function isRefusedEvent(event: unknown): boolean {
  return event === REFUSED_BODY;
}

/**
 * Stands before the functions framework, in every server of the process: refuses what is too large before a byte of it
 * is parsed, counts what has no length, and hands all bodies over as bytes. (The framework reads up to a gigabyte, and
 * answers what it cannot parse in HTML: 30 MB of JSON block it for 2.9 s and take 880 MiB.)
 */
export function installIntake(options: IntakeOptions): Intake {
  const waiting = new Set<() => void>();
  let inFlight = 0;

  function onStart(message: unknown): void {
    const { request, response, server } = message as {
      request: FrameworkRequest;
      response: ServerResponse;
      server: Server;
    };
    const name = options.functionOf(request, server);
    if (name === undefined) return;
    inFlight += 1;
    response.once('close', leave);
    if (options.draining?.aborted) response.setHeader('connection', 'close');
    const isOwnHost = options.isOwnHost?.(request.headers.host ?? '') ?? true;
    const fault = isOwnHost ? headFault(name, request) : refuseOtherSite('its Host is not this service');
    if (fault) refuse(request, response, fault);
    else take(name, request, response);
  }

  function leave(): void {
    inFlight -= 1;
    if (inFlight > 0) return;
    for (const wake of waiting) wake();
    waiting.clear();
  }

  subscribe(CHANNEL, onStart);
  return {
    inFlight: () => inFlight,
    whenIdle: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => waiting.add(resolve))),
    remove: () => unsubscribe(CHANNEL, onStart),
  };
}

function take(name: FunctionName, request: FrameworkRequest, response: ServerResponse): void {
  const limitBytes = LARGEST_BODY_BYTES[name];
  // Of a whole address (RFC 9112, 3.2.2) the framework would read the host, and answer in HTML where it cannot.
  const { path, search } = splitTarget(request.url ?? '/');
  request.url = search === '' ? path : `${path}?${search}`;
  takeRaw(request);
  muteAbort(request);
  if (name === 'exportsPubsub') markPush(request);
  const tooLarge = () => refuseLongBody(name, request.url ?? '/');
  cutBody(request, limitBytes, () => refuse(request, response, tooLarge()));
}

/** Any type but this one the framework's parsers would take to pieces, and without one they would drop the body. */
function takeRaw(request: FrameworkRequest): void {
  const { headers } = request;
  headers[ORIGINAL_CONTENT_TYPE] = headers['content-type'] ?? '';
  headers['content-type'] = 'application/octet-stream';
  const hasBody = headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
  if (!hasBody) request.body = Buffer.alloc(0);
}

/** Who goes away in the middle of a body gets no answer, and the framework would write a dozen lines about each. */
function muteAbort(request: IncomingMessage): void {
  const emit = request.emit.bind(request);
  request.emit = (event: string | symbol, ...values: unknown[]) => {
    const isAbort = event === 'aborted' || event === 'error';
    return isAbort && request.destroyed && !request.complete ? false : emit(event, ...values);
  };
}

/** Chunks have no length to go by. They are counted on their way in, wherever and whenever the body is read. */
function cutBody(request: IncomingMessage, limitBytes: number, onTooLarge: () => void): void {
  const push = request.push.bind(request);
  let bytes = 0;
  request.push = (chunk: Uint8Array | null, encoding?: BufferEncoding) => {
    bytes += chunk?.length ?? 0;
    if (bytes <= limitBytes) return push(chunk, encoding);
    onTooLarge();
    return true;
  };
}

/** Answers, and makes the request one that the framework and the function pass over without another answer. */
function refuse(request: FrameworkRequest, response: ServerResponse, refused: CallRefused): void {
  const { headers } = request;
  const { refusal } = refused;
  sendUnended(response, toErrorAnswer({ ...refusal, headers: { ...refusal.headers, connection: 'close' } }));
  discardBody(request, () => response.end());
  request.method = 'POST';
  request.url = '/';
  request.body = REFUSED_BODY;
  for (const name of ['content-length', 'transfer-encoding', 'expect', 'ce-id', 'traceparent']) delete headers[name];
}

/**
 * Throws away what is still to come. A connection that is closed on a sender in the middle of the body costs the sender
 * the answer, and a front end in between may make a 503 of that. Nobody waits for a body that is not sent yet or too long.
 */
function discardBody(request: IncomingMessage, onEnd: () => void): void {
  const { expect, 'content-length': length } = request.headers;
  if (expect !== undefined || Number(length ?? 0) > MOST_DISCARDED_BYTES) {
    onEnd();
    return;
  }
  let bytes = 0;
  request.push = (chunk: Uint8Array | null) => {
    bytes += chunk?.length ?? 0;
    if (chunk === null || bytes > MOST_DISCARDED_BYTES) onEnd();
    return true;
  };
}
