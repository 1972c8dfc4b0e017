import type { Clock } from '../clock.ts';
import { readAnswer } from './read-answer.ts';

/** What came back from a call: an answer of any status, or none. Whether it means success is `failure.ts`'s to say. */
export type Answer =
  | {
      kind: 'answered';
      status: number;
      /** The JSON of the body; undefined where it is not JSON or was cut short. */
      body: unknown;
      /** `Retry-After`, when Earth Engine sent one. */
      retryAfterMs?: number;
    }
  /** `sent: false`: nothing left this process, so nothing can have been started. */
  | { kind: 'unanswered'; cause: string; sent: boolean };

/** The part of the global `fetch` the client uses, so that a test can be the network. */
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; redirect: 'manual'; signal: AbortSignal },
) => Promise<{
  status: number;
  headers: { get(name: string): string | null };
  body: AsyncIterable<Uint8Array> | null;
}>;

/** What every call takes. */
export interface CallOptions {
  /** After this long the call counts as unanswered. */
  timeoutMs: number;
  /** Ends the call early; it counts as unanswered. */
  signal?: AbortSignal;
  /** W3C trace context, passed on. */
  traceparent?: string;
}

/** What `createEarthEngineClient` needs. */
export interface EarthEngineOptions {
  /** e.g. `https://earthengine.googleapis.com`. */
  baseUrl: string;
  fetch: Fetch;
  /** An access token; `renew` asks for a fresh one. Called only for https hosts under googleapis.com. */
  getToken: (renew: boolean) => Promise<string>;
  clock: Clock;
  /** Larger answers count as unreadable. Default 32 MiB. */
  maxAnswerBytes?: number;
  /** Told of every call: its method, status (0: unanswered) and the header `X-Earth-Engine-Quota-Status`. */
  onCall?: (call: { method: string; status: number; quotaStatus?: string }) => void;
}

/** Earth Engine's REST API as far as classifier exports need it. No method throws. */
export type EarthEngineClient = ReturnType<typeof createEarthEngineClient>;

/** Only there may credentials go (no redirect is ever followed). */
export function isGoogleHost(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' && (hostname === 'googleapis.com' || hostname.endsWith('.googleapis.com'));
}

/** Builds the client. Nothing is sent, and no token asked for, before the first call. */
export function createEarthEngineClient(options: EarthEngineOptions) {
  const { baseUrl, clock, getToken, maxAnswerBytes = 32 * 1024 * 1024, onCall } = options;
  const authorised = isGoogleHost(baseUrl);

  /** Every call goes through here. A 401 is a definite refusal, so the same call is made once more with a new token. */
  async function request(method: string, path: string, call: CallOptions, body?: string): Promise<Answer> {
    const first = await send(method, path, call, body, false);
    const refused = first.kind === 'answered' && first.status === 401;
    return refused && authorised ? send(method, path, call, body, true) : first;
  }

  async function send(method: string, path: string, call: CallOptions, body: string | undefined, renew: boolean) {
    const ended = new AbortController();
    const end = () => ended.abort();
    const cancel = clock.after(call.timeoutMs, end);
    call.signal?.addEventListener('abort', end, { once: true });
    if (call.signal?.aborted) end();
    let answer: Answer & { quotaStatus?: string };
    let sent = false;
    try {
      const headers = await withDeadline(headersOf(path, call, renew), ended.signal);
      sent = true;
      const init = { method, headers, redirect: 'manual', signal: ended.signal } as const;
      const response = await options.fetch(`${baseUrl}${path}`, body === undefined ? init : { ...init, body });
      answer = await readAnswer(response, { maxBytes: maxAnswerBytes, now: clock.now });
    } catch (error) {
      const late = sent ? 'no answer in time' : 'no access token in time';
      answer = { kind: 'unanswered', cause: ended.signal.aborted ? late : describe(error), sent };
    } finally {
      cancel();
      call.signal?.removeEventListener('abort', end);
    }
    const { quotaStatus, ...plain } = answer;
    onCall?.({
      method: `${method} ${path.replace(/[?].*$/, '')}`,
      status: plain.kind === 'answered' ? plain.status : 0,
      ...(quotaStatus === undefined ? {} : { quotaStatus }),
    });
    return plain as Answer;
  }

  async function headersOf(path: string, call: CallOptions, renew: boolean): Promise<Record<string, string>> {
    const headers: Record<string, string> = {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-goog-api-client': 'ee-classifier-export',
    };
    // Both official clients send the project that is charged, as it is written in the path.
    const project = /^\/v1\/projects\/([^/]+)\//.exec(path)?.[1];
    if (project && !project.startsWith('earthengine-')) headers['x-goog-user-project'] = project;
    if (call.traceparent) headers['traceparent'] = call.traceparent;
    if (authorised) headers['authorization'] = `Bearer ${await getToken(renew)}`;
    return headers;
  }

  return {
    /** Starts a classifier export; `body` is the JSON of `toEarthEngineBody`. */
    exportClassifier: (project: string, body: string, call: CallOptions) =>
      request('POST', `/v1/projects/${project}/classifier:export`, call, body),
    /** `name` as in `Operation.name`. */
    getOperation: (name: string, call: CallOptions) => request('GET', `/v1/${encodePath(name)}`, call),
    /** One page of a project's operations, 500 at most, of every user and kind. */
    listOperations: (project: string, pageToken: string | undefined, call: CallOptions) =>
      request('GET', `/v1/projects/${project}/operations?${pageQuery(pageToken)}`, call),
    /** Asks for a cancel; the operation may still end in success. */
    cancelOperation: (name: string, call: CallOptions) => request('POST', `/v1/${encodePath(name)}:cancel`, call, '{}'),
    /** `name` = `projects/P/assets/…`. */
    getAsset: (name: string, call: CallOptions) => request('GET', `/v1/${encodePath(name)}`, call),
    /** Creates a folder `projects/P/assets/…`. */
    createFolder(name: string, call: CallOptions) {
      const [root = '', id = ''] = name.split(/\/assets\/(.*)/s);
      return request(
        'POST',
        `/v1/${encodePath(root)}/assets?assetId=${encodeURIComponent(id)}`,
        call,
        '{"type":"FOLDER"}',
      );
    },
    /** Every function a graph may use. */
    listAlgorithms: (project: string, call: CallOptions) => request('GET', `/v1/projects/${project}/algorithms`, call),
    /** The project's registration: tells whether it is a paid one. */
    getConfig: (project: string, call: CallOptions) => request('GET', `/v1/projects/${project}/config`, call),
    /** What the Python client reads when it starts. */
    getDiscovery: (call: CallOptions) => request('GET', '/$discovery/rest?version=v1', call),
  };
}

function pageQuery(pageToken: string | undefined): string {
  return pageToken ? `pageSize=500&pageToken=${encodeURIComponent(pageToken)}` : 'pageSize=500';
}

/** Colons stay as they are: a domain-scoped project id (`example.com:my-project`) goes into the path raw. */
function encodePath(name: string): string {
  return encodeURI(name).replace(/[?#]/g, encodeURIComponent);
}

function withDeadline<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error('no token in time'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/** Names what went wrong on the way without repeating anything that was sent. */
function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.name : 'connection failed';
}
