import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The part of the global `fetch` that calls need, so that a test can be the network. */
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; redirect: 'manual'; signal: AbortSignal },
) => Promise<{
  status: number;
  headers: { get(name: string): string | null };
  body: AsyncIterable<Uint8Array> | null;
}>;

/** How a call is made over plain or secure connections. */
interface Way {
  request: (options: RequestOptions, onAnswer: (answer: IncomingMessage) => void) => ClientRequest;
  agent: Agent;
}

/** Shorter than Google's servers and Node's keep a connection that nothing is said on: a call on one that ends gets no answer. */
const IDLE_MS = 4_000;
const NO_ANSWER = 'Cannot get an answer: the other side closed the connection without one';
/** As servers and what stands before them write it. */
const GZIP = /^\s*(?:x-)?gzip\s*$/i;
/** Google packs answers only for clients that say so here, too. */
const PACKED = { 'accept-encoding': 'gzip', 'user-agent': 'ee-classifier-export (gzip)' };

/**
 * Calls by Node's own HTTP client: the functions framework has loaded that already, where the global `fetch` takes some
 * 20 ms of a cold start to load and twice as long for a call. Connections are kept for further calls. It follows no
 * redirect, and unpacks gzip.
 */
export function createHttpFetch(): Fetch {
  const keep = { keepAlive: true, timeout: IDLE_MS };
  let plain: Way | undefined;
  let secure: Promise<Way> | undefined;

  function connectPlainly(): Way {
    plain ??= { request: requestHttp, agent: new Agent(keep) };
    return plain;
  }

  function connectSecurely(): Promise<Way> {
    // Loaded only now: a simulator or an emulator is asked without it.
    secure ??= import('node:https').then(({ Agent: SecureAgent, request }) => {
      return { request, agent: new SecureAgent(keep) };
    });
    return secure;
  }

  return async (url, { method, headers, body, signal }) => {
    const { protocol, hostname, port, pathname, search } = new URL(url);
    const way = protocol === 'https:' ? await connectSecurely() : connectPlainly();
    // Given the text, Node would take it to pieces more slowly: a tenth of what a call costs.
    const to = { protocol, host: hostname.replace(/^\[(.*)\]$/, '$1'), port, path: `${pathname}${search}` };
    const options = { ...to, method, headers: { ...PACKED, ...headers }, agent: way.agent };
    const answer = await send(way, options, { body, signal });
    return {
      status: answer.statusCode ?? 0,
      headers: { get: (name) => toText(answer.headers[name]) },
      body: unpack(answer),
    };
  };
}

function send(
  { request }: Way,
  options: RequestOptions,
  { body, signal }: { body: string | undefined; signal: AbortSignal },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const sent = request(options, (answer) => {
      isAnswered = true;
      resolve(answer);
    });
    const stop = () => sent.destroy(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    sent.on('error', reject);
    sent.on('close', () => {
      signal.removeEventListener('abort', stop);
      // Node says nothing but this where the other side answers with an upgrade that nobody asked for.
      if (!isAnswered) reject(Object.assign(new Error(NO_ANSWER), { code: 'ECONNRESET' }));
    });
    if (signal.aborted) stop();
    else sent.end(body);
  });
}

function toText(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value.join(', ') : value) ?? null;
}

/** Whoever stops reading ends the connection; an answer that is cut makes the reader's loop throw. */
function unpack(answer: IncomingMessage): AsyncIterable<Uint8Array> {
  if (!GZIP.test(answer.headers['content-encoding'] ?? '')) return answer;
  return pipeline(answer, createGunzip(), () => {
    // The reader's loop has thrown already.
  });
}
