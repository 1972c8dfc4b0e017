import type { Config } from '../../config.ts';
import { CallRefused } from './refusal.ts';
import { RETRY_AFTER_SECONDS, refuseFaults, refuseUnknown } from './refusals.ts';

/** What helps where a body that asks for an export is too large. */
export const SHRINK_GRAPH =
  'Put large constants (tree strings, feature collections) into a table asset and load it in the graph';
/** What helps where any other is. */
export const SEND_NO_MORE = 'Send what the method takes and nothing else: {} or no body, or {"attempt": N} to retry';

/** The path is none that can be decoded to plain segments. */
export function refusePath(): CallRefused {
  const description =
    'Cannot read the path of the URL: a segment of it cannot be decoded, or is "." or "..", or holds a slash or a ' +
    'control character; a plain path is wanted';
  return refuseFaults([{ field: 'path', description }]);
}

/** The URL is longer than is read. */
export function refuseLongUrl(mostCharacters: number): CallRefused {
  return new CallRefused({
    status: 'INVALID_ARGUMENT',
    httpStatus: 414,
    reason: 'URL_TOO_LONG',
    message: `Cannot read the URL: it is too long; at most ${mostCharacters} characters are wanted`,
    remedy: 'Shorten the query: fewer labels in one call, or a page token as it was given',
  });
}

/** The path has other methods. */
export function refuseMethod(methods: string[]): CallRefused {
  const allow = methods.join(', ');
  return new CallRefused({
    status: 'INVALID_ARGUMENT',
    httpStatus: 405,
    reason: 'METHOD_NOT_ALLOWED',
    message: `Cannot use this method here: the path has no such one; ${allow} is wanted`,
    remedy: `Use ${methods.join(' or ')}`,
    headers: { allow },
  });
}

/** The page of another site made the call. */
export function refuseOtherSite(why: string): CallRefused {
  return new CallRefused({
    status: 'PERMISSION_DENIED',
    reason: 'OTHER_SITE',
    message: `Cannot carry out the call: ${why}`,
    remedy: "Call from a program, or from the console at the service's own address",
  });
}

/** Nobody is named who could be believed. `scheme` as RFC 9110 wants it with every 401. */
export function refuseUnauthenticated(scheme: 'Bearer' | 'Webhook'): CallRefused {
  const isToken = scheme === 'Bearer';
  return new CallRefused({
    status: 'UNAUTHENTICATED',
    reason: 'UNAUTHENTICATED',
    message: `Cannot tell who makes this call: it has no ${isToken ? 'ID token of Google' : 'signature'} that holds; one is wanted`,
    remedy: isToken
      ? 'Send Authorization: Bearer ID_TOKEN made for this service'
      : 'Sign the request as Standard Webhooks says',
    headers: { 'www-authenticate': scheme },
  });
}

/** The body is of a kind that is not read. */
export function refuseMedia(why: string): CallRefused {
  return new CallRefused({
    status: 'INVALID_ARGUMENT',
    httpStatus: 415,
    reason: 'UNSUPPORTED_MEDIA_TYPE',
    message: `Cannot read the body: ${why}`,
    remedy: 'Send plain JSON with Content-Type: application/json',
  });
}

/** The body is larger than is read; `remedy` is one of the two above. */
export function refuseTooLarge(mostBytes: number, remedy: string): CallRefused {
  return new CallRefused({
    status: 'INVALID_ARGUMENT',
    httpStatus: 413,
    reason: 'PAYLOAD_TOO_LARGE',
    message: `Cannot read the body: it is too large; at most ${mostBytes} bytes are wanted`,
    remedy,
  });
}

/**
 * No route has the path. Under /v1/ it may be a method of Earth Engine's, which its clients call for everything but a
 * classifier export; where calls are signed, there are no routes but those that submit, and nothing is said of others.
 */
export function refuseUnserved(path: string, auth: Config['httpAuth']): CallRefused {
  if (auth === 'signature' || !path.startsWith('/v1/')) return refuseUnknown('anything at this path');
  return new CallRefused({
    status: 'UNIMPLEMENTED',
    reason: 'NOT_SERVED_HERE',
    message: 'Cannot do this here: of the methods of Earth Engine only classifier:export and its operations are served',
    remedy: 'Build the classifier with the normal client and POST classifier.serialize() as expression to /v1/exports',
  });
}

/** Earth Engine gave no answer that could be passed on. `exportId`: the export whose operation was to be read. */
export function refuseUnreachable(exportId?: string): CallRefused {
  return new CallRefused({
    status: 'UNAVAILABLE',
    reason: 'EARTH_ENGINE_UNAVAILABLE',
    message: 'Cannot pass the call on: Earth Engine does not answer as it should; make the same call again',
    remedy: 'Make the same call again',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    ...(exportId && { exportId }),
  });
}

/** A fault of the service's own, of which its log alone tells; `what` was to be done. */
export function refuseBroken(what: string, remedy: string): CallRefused {
  return new CallRefused({
    status: 'INTERNAL',
    reason: 'INTERNAL',
    message: `Cannot ${what}: there was an unexpected fault of the service, which is in its log`,
    remedy,
  });
}
