import { type Clock, sleep } from '../clock.ts';
import type { Answer, CallOptions, EarthEngineOptions } from './client.ts';
import { createRateLimit } from './rate-limit.ts';
import { readAnswer } from './read-answer.ts';
import { LEGACY_PROJECT, PUBLIC_PROJECT, toProjectPath } from './resource-name.ts';

/** One call, made out. */
export interface Call {
  method: 'GET' | 'POST';
  /** Beginning with a slash, encoded, without the query. */
  path: string;
  query?: string;
  body?: string;
}

/** How long one call may still go on. */
interface Limit {
  signal: AbortSignal;
  release(): void;
}

const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const ROOTS_WITHOUT_PROJECT = [LEGACY_PROJECT, PUBLIC_PROJECT];
const NOT_A_TOKEN =
  'Cannot use the access token: it cannot stand in a header; 1 to 4,096 characters of ASCII, no spaces, are wanted';
const NO_TURN = 'no turn in time: too many calls are under way';
/** What may stand in a header: another character would fail the call as if it had been sent. */
const HEADER_VALUE = /^[\x21-\x7e]{1,4096}$/;

/** Only there may credentials go (no redirect is ever followed). */
export function isGoogleHost(url: string): boolean {
  const { protocol, hostname = '' } = URL.parse(url) ?? {};
  return protocol === 'https:' && (hostname === 'googleapis.com' || hostname.endsWith('.googleapis.com'));
}

/** Builds the one function through which every call goes. It never throws. */
export function createSendCall(options: EarthEngineOptions) {
  const { baseUrl, clock, getToken, maxAnswerBytes = MAX_ANSWER_BYTES, onCall } = options;
  const authorised = isGoogleHost(baseUrl);
  const rateLimit = createRateLimit({ ...options, now: clock.now });

  /** A 401 is a definite refusal, so the same call is made once more with a new token, within the same time. */
  async function sendCall(call: Call, how: CallOptions): Promise<Answer> {
    const limit = startLimit(clock, how);
    try {
      const first = await send(call, how, { limit, renew: false });
      const refused = first.kind === 'answered' && first.status === 401;
      return refused && authorised ? await send(call, how, { limit, renew: true }) : first;
    } finally {
      limit.release();
    }
  }

  async function send(call: Call, how: CallOptions, { limit, renew }: { limit: Limit; renew: boolean }) {
    const { method, path, query, body } = call;
    const { signal } = limit;
    const project = toCharged(path, how);
    let sent = false;
    let late = NO_TURN;
    let read: Answer & { quotaStatus?: string };
    try {
      const waitMs = takeTurn(project, method, how.timeoutMs);
      if (waitMs > 0) await sleep(clock, waitMs, signal);
      late = 'no access token in time';
      const headers = toHeaders(project, how);
      if (authorised) headers['authorization'] = await settleBefore(signal, () => toAuthorization(renew));
      signal.throwIfAborted();
      late = 'no answer in time';
      sent = true;
      how.onRequest?.();
      const init = { method, headers, redirect: 'manual', signal } as const;
      const url = `${baseUrl}${path}${query === undefined ? '' : `?${query}`}`;
      const response = await options.fetch(url, body === undefined ? init : { ...init, body });
      read = await readAnswer(response, { maxBytes: maxAnswerBytes, now: clock.now });
    } catch (error) {
      read = { kind: 'unanswered', cause: signal.aborted ? late : describe(error), sent };
    }
    const { quotaStatus, ...answer } = read;
    if (project !== undefined) rateLimit.note(project, answer as Answer);
    onCall?.({
      method: `${method} ${path}`,
      status: answer.kind === 'answered' ? answer.status : 0,
      ...(quotaStatus === undefined ? {} : { quotaStatus }),
    });
    return answer as Answer;
  }

  /** How long to wait for a turn, which is taken. Throws when there is none in the time of the call. */
  function takeTurn(project: string | undefined, method: Call['method'], timeoutMs: number): number {
    if (project === undefined) return 0;
    const waitMs = rateLimit.takeTurn(project, method === 'POST' ? 'send' : 'look', timeoutMs);
    if (waitMs === undefined) throw createNoTurn();
    return waitMs;
  }

  async function toAuthorization(renew: boolean): Promise<string> {
    const token = await getToken(renew);
    if (!HEADER_VALUE.test(token)) throw new Error(NOT_A_TOKEN);
    return `Bearer ${token}`;
  }

  return sendCall;
}

function toHeaders(project: string | undefined, { traceparent }: CallOptions): Record<string, string> {
  return {
    accept: 'application/json',
    'content-type': 'application/json',
    'x-goog-api-client': 'ee-classifier-export',
    ...(project === undefined ? {} : { 'x-goog-user-project': project }),
    ...(traceparent !== undefined && HEADER_VALUE.test(traceparent) ? { traceparent } : {}),
  };
}

function createNoTurn(): Error {
  return Object.assign(new Error(`Cannot send the call: ${NO_TURN}; ask again later`), { code: NO_TURN });
}

/** Both official clients send the project that is charged, as it is written in the path. */
function toCharged(path: string, { chargedProject }: CallOptions): string | undefined {
  const written = chargedProject === undefined ? path.slice('/v1/'.length) : (toProjectPath(chargedProject) ?? '');
  const project = /^projects\/([^/]+)/.exec(written)?.[1];
  return project === undefined || ROOTS_WITHOUT_PROJECT.includes(project) ? undefined : project;
}

function startLimit(clock: Clock, { timeoutMs, signal }: CallOptions): Limit {
  const ended = new AbortController();
  const end = () => ended.abort();
  const cancel = clock.after(timeoutMs, end);
  if (signal?.aborted) end();
  signal?.addEventListener('abort', end, { once: true });
  return {
    signal: ended.signal,
    release() {
      cancel();
      signal?.removeEventListener('abort', end);
    },
  };
}

/** Does not begin `work` after the abort, and does not wait for it any longer. */
function settleBefore<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error('Aborted'));
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/** Names what went wrong on the way without repeating anything that was sent. */
function describe(error: unknown): string {
  const { cause = error } = (error ?? {}) as { cause?: unknown };
  const { code, name } = (cause ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'connection failed';
}
