import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** One call, as far as the service looks at it. */
export interface HttpCall {
  method: string;
  /** Decoded and without the query; undefined when it cannot be decoded to a plain path. */
  path: string | undefined;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** As the caller sent it. */
  contentType: string | undefined;
  /** The bytes as they came; empty when there was no body. */
  body: Buffer;
}

/** What the functions framework makes of a request, as far as it is needed. */
export type FrameworkRequest = IncomingMessage & { originalUrl?: string; rawBody?: Buffer; body?: unknown };

/** Where the intake keeps a request's own Content-Type. Only a spared preflight could be gained by forging it. */
export const ORIGINAL_CONTENT_TYPE = 'x-original-content-type';

/** Reads a request; the framework has its body already. */
export function readCall(request: FrameworkRequest): HttpCall {
  const { path, search } = splitTarget(request.originalUrl ?? request.url ?? '/');
  const { headers } = request;
  const kept = headers[ORIGINAL_CONTENT_TYPE];
  return {
    method: request.method ?? 'GET',
    path: decodePath(path),
    query: new URLSearchParams(search),
    headers,
    contentType: typeof kept === 'string' ? kept : headers['content-type'],
    body: request.rawBody ?? (Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)),
  };
}

/** Path and query of a request target; a full URL (RFC 9112, 3.2.2) loses its scheme and host. */
export function splitTarget(target: string): { path: string; search: string } {
  const [path = '/', ...search] = target.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  return { path: path || '/', search: search.join('?') };
}

/** The path with every segment decoded once. One that would then read differently as a path is no path of ours. */
export function decodePath(path: string): string | undefined {
  try {
    const segments = path.split('/').map(decodeURIComponent);
    const odd = segments.some((segment) => /[/\\]|^\.{1,2}$|\p{Cc}/u.test(segment));
    return odd || !path.startsWith('/') ? undefined : segments.join('/');
  } catch {
    return undefined;
  }
}
