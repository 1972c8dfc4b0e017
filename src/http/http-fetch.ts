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

type SendRequest = (url: string, options: RequestOptions, onAnswer: (answer: IncomingMessage) => void) => ClientRequest;

/** Shorter than Google's servers and Node's keep a connection that nothing is said on: a call on one that ends gets no answer. */
const IDLE_MS = 4_000;
const NO_ANSWER = 'Cannot get an answer: the other side closed the connection without one';
/** As servers and what stands before them write it. */
const GZIP = /^\s*(?:x-)?gzip\s*$/i;
/** Google packs answers only for clients that say so here, too. */
const PACKED = { 'accept-encoding': 'gzip', 'user-agent': 'ee-classifier-export (gzip)' };

/**
 * Calls by Node's own HTTP client: the functions framework has loaded that already,
 * where the global `fetch` takes some 20 ms of a cold start to load and twice as long for a call. Connections are kept for
 * further calls. It follows no redirect, and unpacks gzip.
 */
export function createHttpFetch(): Fetch {
  const keep = { keepAlive: true, timeout: IDLE_MS };
  let plain: Agent | undefined;
  let secure: Promise<{ request: SendRequest; agent: Agent }> | undefined;

  async function connectSecurely() {
    // Loaded only now: a simulator or an emulator is asked without it.
    const { Agent: SecureAgent, request } = await import('node:https');
    return { request, agent: new SecureAgent(keep) };
  }

  async function choose(url: string): Promise<{ request: SendRequest; agent: Agent }> {
    if (url.startsWith('https:')) {
      secure ??= connectSecurely();
      return secure;
    }
    plain ??= new Agent(keep);
    return { request: requestHttp, agent: plain };
  }

  return async (url, { method, headers, body, signal }) => {
    const { request, agent } = await choose(url);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      let isSettled = false;
      const sent = request(url, { method, headers: { ...PACKED, ...headers }, agent, signal }, (answered) => {
        isSettled = true;
        resolve(answered);
      });
      sent.on('error', (error) => {
        isSettled = true;
        reject(error);
      });
      // Node says nothing but this where the other side answers with an upgrade that nobody asked for.
      sent.on('close', () => {
        if (!isSettled) reject(Object.assign(new Error(NO_ANSWER), { code: 'ECONNRESET' }));
      });
      sent.end(body);
    });
    return {
      status: answer.statusCode ?? 0,
      headers: { get: (name) => toText(answer.headers[name]) },
      body: unpack(answer),
    };
  };
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
