import type { ExportResource } from '../../functions/routes/export-resource.ts';
import type { PageClock } from './browser-clock.ts';

/** One page of the list, newest first. */
export interface ExportPage {
  exports: ExportResource[];
  /** Absent on the last page. */
  nextPageToken?: string;
  /** How many exports are kept, by project and state: when asked for, and where the service tells. */
  counts?: StateCounts;
}

/** Numbers of exports by project and state. */
export type StateCounts = Record<string, Record<string, number>>;

/** The service as the page calls it. */
export type Api = ReturnType<typeof createApi>;

/** A call that did not go well; `remedy` says what to do about it, where that is known. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly remedy: string | undefined;

  constructor(message: string, about: { status: number; remedy?: string | undefined; cause?: unknown }) {
    super(message, { cause: about.cause });
    this.status = about.status;
    this.remedy = about.remedy;
  }
}

const SIGN_IN = 'Reach the service through: gcloud run services proxy SERVICE --region=REGION';

/** Builds the calls. Each throws `ApiError`. */
export function createApi(options: { fetch: typeof fetch; clock: Pick<PageClock, 'now'> }) {
  let aheadMs = 0;

  async function call(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await options.fetch(path, init).catch((cause: unknown) => {
      throw new ApiError('Cannot reach the service', { status: 0, cause });
    });
    aheadMs = readAhead(response, options.clock.now());
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok && body !== undefined) return body;
    throw toError(response.status, body);
  }

  function post(path: string, body: object): Promise<unknown> {
    return call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  return {
    /** The service's time, epoch milliseconds: ages are counted by it, whatever this machine's clock says. */
    now: () => options.clock.now() + aheadMs,
    async list(query: URLSearchParams): Promise<ExportPage> {
      return (await call(`v1/exports?${query}`)) as ExportPage;
    },
    async get(id: string): Promise<ExportResource> {
      return (await call(`v1/exports/${encodeURIComponent(id)}`)) as ExportResource;
    },
    async cancel(id: string): Promise<ExportResource> {
      return (await post(`v1/exports/${encodeURIComponent(id)}:cancel`, {})) as ExportResource;
    },
    /** `attempt`: the one that is replaced, so that asking twice retries once. */
    async retry(id: string, attempt: number): Promise<ExportResource> {
      return (await post(`v1/exports/${encodeURIComponent(id)}:retry`, { attempt })) as ExportResource;
    },
  };
}

/** How far the service's clock is ahead of this machine's: it tells whole seconds, so that less than two are none. */
function readAhead(response: Response, now: number): number {
  const ahead = Date.parse(response.headers.get('date') ?? '') - now;
  return Math.abs(ahead) > 2_000 ? ahead : 0;
}

/** What stands before the service (Cloud Run, a proxy) answers in HTML: of that only the status is told. */
function toError(status: number, body: unknown): ApiError {
  const { error } = Object(body) as { error?: { message?: unknown; details?: unknown } };
  if (typeof error?.message === 'string') {
    return new ApiError(error.message, { status, remedy: readRemedy(error.details) });
  }
  if (status === 401 || status === 403) {
    return new ApiError('Cannot look: you are not signed in, or may not call this service', {
      status,
      remedy: SIGN_IN,
    });
  }
  return new ApiError(`Cannot read the answer of the service: HTTP ${status}`, { status });
}

function readRemedy(details: unknown): string | undefined {
  const [info] = Array.isArray(details) ? details : [];
  const remedy: unknown = Object(info)['metadata']?.remedy;
  return typeof remedy === 'string' ? remedy : undefined;
}
