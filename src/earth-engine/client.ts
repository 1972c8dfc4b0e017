import type { Clock } from '../clock.ts';
import type { Fetch } from '../http/http-fetch.ts';
import { toProjectPath, toResourcePath } from './resource-name.ts';
import { type Call, createSendCall } from './send-call.ts';

/** What came back from a call: an answer of any status, or none. Whether it means success is `failure.ts`'s to say. */
export type Answer =
  | {
      kind: 'answered';
      status: number;
      /** The JSON of the body; undefined where it is not JSON, was cut short or is too long. */
      body: unknown;
      /** `Retry-After`, when Earth Engine sent one; a day at the most. */
      retryAfterMs?: number;
    }
  /** `sent: false`: nothing left this process, so nothing can have been started. */
  | { kind: 'unanswered'; cause: string; sent: boolean };

/** What every call takes. */
export interface CallOptions {
  /** After this long the call counts as unanswered: connecting, a repetition after a 401 and reading included. */
  timeoutMs: number;
  /** Ends the call early; it counts as unanswered. */
  signal?: AbortSignal;
  /** W3C trace context, passed on. */
  traceparent?: string;
  /** The project that is charged for the call, where it is not the one in the path: an asset may be another's. */
  chargedProject?: string;
  /** Told of every request that leaves for this call: one, or two when the first met a 401. */
  onRequest?: () => void;
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
  /** Most calls a second to one project, from this process. Default 50: see `rate-limit.ts`. Only a benchmark gives more. */
  callsPerSecond?: number;
  /** Told of every call: its method, status (0: unanswered) and the header `X-Earth-Engine-Quota-Status`. */
  onCall?: (call: { method: string; status: number; quotaStatus?: string }) => void;
}

/** Earth Engine's REST API as far as classifier exports need it. No method throws. */
export type EarthEngineClient = ReturnType<typeof createEarthEngineClient>;

/** How many operations a page of the list has, but the last: the most that Earth Engine gives. */
export const OPERATIONS_A_PAGE = 500;

const NO_SUCH_NAME: Answer = { kind: 'unanswered', cause: 'not the name of a resource', sent: false };

/** Builds the client. Nothing is sent, and no token asked for, before the first call. */
export function createEarthEngineClient(options: EarthEngineOptions) {
  const sendCall = createSendCall(options);

  /** `resource` undefined: a name that cannot be asked for. `verb` is what follows it, e.g. `:cancel`. */
  function request(
    [method, resource, verb = '']: readonly [Call['method'], string | undefined, string?],
    how: CallOptions,
    more: Pick<Call, 'query' | 'body'> = {},
  ): Promise<Answer> {
    if (resource === undefined) return Promise.resolve(NO_SUCH_NAME);
    return sendCall({ method, path: `/v1/${resource}${verb}`, ...more }, how);
  }

  return {
    /** Starts a classifier export; `body` is the JSON of `toEarthEngineBody`. */
    exportClassifier: (project: string, body: string, call: CallOptions) =>
      request(['POST', toProjectPath(project), '/classifier:export'], call, { body }),
    /** `name` as in `Operation.name`. */
    getOperation: (name: string, call: CallOptions) => request(['GET', toResourcePath(name)], call),
    /** One page of a project's operations, `OPERATIONS_A_PAGE` at most, of every user and kind. */
    listOperations: (project: string, pageToken: string | undefined, call: CallOptions) =>
      request(['GET', toProjectPath(project), '/operations'], call, { query: toPageQuery(pageToken) }),
    /** Asks for a cancel; the operation may still end in success. The clients send this body, whatever the reference says. */
    cancelOperation: (name: string, call: CallOptions) =>
      request(['POST', toResourcePath(name), ':cancel'], call, { body: '{}' }),
    /** `name` = `projects/P/assets/…`. */
    getAsset: (name: string, call: CallOptions) => request(['GET', toResourcePath(name)], call),
    /** Creates a folder `projects/P/assets/…`. */
    createFolder(name: string, call: CallOptions) {
      const [root = '', id = ''] = name.split(/\/assets\/(.*)/s);
      const known = toResourcePath(name) !== undefined && id !== '';
      const more = { query: new URLSearchParams({ assetId: id }).toString(), body: '{"type":"FOLDER"}' };
      return request(['POST', known ? toResourcePath(root) : undefined, '/assets'], call, more);
    },
    /** Every function a graph may use. */
    listAlgorithms: (project: string, call: CallOptions) =>
      request(['GET', toProjectPath(project), '/algorithms'], call),
    /** What the Python client reads when it starts. */
    getDiscovery: (call: CallOptions) =>
      sendCall({ method: 'GET', path: '/$discovery/rest', query: 'version=v1' }, call),
  };
}

function toPageQuery(pageToken: string | undefined): string {
  return new URLSearchParams({ pageSize: String(OPERATIONS_A_PAGE), ...(pageToken && { pageToken }) }).toString();
}
