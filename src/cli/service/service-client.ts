import { randomUUID } from 'node:crypto';
import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { CliError } from '../terminal/cli-error.ts';
import { EXIT } from '../terminal/exit-status.ts';
import type { Io } from '../terminal/io.ts';
import { RefusedCall } from './refused-call.ts';

/** The service as the commands call it. */
export type ServiceClient = ReturnType<typeof createServiceClient>;

/** What `createServiceClient` needs. */
export interface ServiceClientOptions {
  url: URL;
  io: Pick<Io, 'fetch' | 'wait'>;
  /** Absent where no token is wanted. */
  getToken?: () => Promise<string>;
}

/** What `validateOnly` answers. */
export interface Validated {
  valid: true;
  digest: string;
  bytes: number;
  warnings: { field: string; description: string }[];
}

const MOST_TRIES = 4;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/**
 * Builds the calls. Each may be made again without harm (a submission carries a key, a retry its attempt), so that each
 * is, a few times, when there is no answer or one that asks for patience. Throws `RefusedCall`, or `CliError` when the
 * service cannot be reached.
 */
export function createServiceClient({ url, io, getToken }: ServiceClientOptions) {
  async function call(path: string, post?: { body: unknown; headers?: Record<string, string> }): Promise<unknown> {
    for (let tries = 1; ; tries += 1) {
      const answer = await callOnce(path, post).catch((cause: unknown) => ({ cause }));
      const isLast = tries === MOST_TRIES;
      if ('cause' in answer) {
        if (answer.cause instanceof CliError) throw answer.cause;
        if (isLast) throw unreachable(url, answer.cause);
      } else {
        const { response, body } = answer;
        if (response.ok && body !== undefined) return body;
        if (isLast || !isPassing(response.status)) throw new RefusedCall(response.status, body);
      }
      await io.wait(waitAfter(tries, 'response' in answer ? answer.response : undefined));
    }
  }

  async function callOnce(path: string, post?: { body: unknown; headers?: Record<string, string> }) {
    const token = await getToken?.();
    const headers: Record<string, string> = {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(post ? { 'content-type': 'application/json', ...post.headers } : {}),
    };
    // A redirect would carry the token to wherever it points.
    const init = { headers, redirect: 'error' as const };
    const sent = post ? { ...init, method: 'POST', body: JSON.stringify(post.body) } : init;
    const response = await io.fetch(new URL(path, url), sent);
    const body: unknown = await response.json().catch(() => undefined);
    return { response, body };
  }

  const pathOf = (id: string) => `v1/exports/${encodeURIComponent(id)}`;
  return {
    async submit(request: unknown): Promise<ExportResource> {
      const headers = { 'idempotency-key': randomUUID() };
      return (await call('v1/exports', { body: request, headers })) as ExportResource;
    },
    async validate(request: unknown): Promise<Validated> {
      return (await call('v1/exports?validateOnly=true', { body: request })) as Validated;
    },
    async get(id: string): Promise<ExportResource> {
      return (await call(pathOf(id))) as ExportResource;
    },
    async listPage(query: URLSearchParams): Promise<{ exports: ExportResource[]; nextPageToken?: string }> {
      return (await call(`v1/exports?${query}`)) as { exports: ExportResource[]; nextPageToken?: string };
    },
    async cancel(id: string): Promise<ExportResource> {
      return (await call(`${pathOf(id)}:cancel`, { body: {} })) as ExportResource;
    },
    async retry(id: string, attempt: number): Promise<ExportResource> {
      return (await call(`${pathOf(id)}:retry`, { body: { attempt } })) as ExportResource;
    },
  };
}

function unreachable(url: URL, cause: unknown): CliError {
  const { cause: deeper } = Object(cause) as { cause?: unknown };
  const why = [cause, deeper]
    .map((error) => (error instanceof Error ? error.message : ''))
    .filter(Boolean)
    .join(': ');
  const remedy = 'start the local stack (npm start), or name the service with --url or EE_EXPORT_URL';
  return new CliError(`Cannot reach the service at ${url.origin}: ${why}; ${remedy}`, EXIT.unreachable);
}

function isPassing(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}

function waitAfter(tries: number, response: Response | undefined): number {
  const seconds = Number(response?.headers.get('retry-after') ?? 0);
  const asked = Number.isFinite(seconds) ? seconds * 1000 : 0;
  return Math.min(LONGEST_WAIT_MS, Math.max(asked, FIRST_WAIT_MS * 2 ** (tries - 1)));
}
