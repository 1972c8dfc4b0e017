import type { Config } from '../../config.ts';
import { CallRefused } from './refusal.ts';
import { refuseUnknown } from './refusals.ts';

/** The path has other methods. */
export function refuseMethod(methods: string[]): CallRefused {
  const allow = methods.join(', ');
  return new CallRefused({
    status: 'INVALID_ARGUMENT',
    httpStatus: 405,
    reason: 'METHOD_NOT_ALLOWED',
    message: `Cannot use this method here: ${allow} is wanted`,
    headers: { allow },
  });
}

/** The page of another site made the call. */
export function refuseOtherSite(why: string): CallRefused {
  return new CallRefused({
    status: 'PERMISSION_DENIED',
    reason: 'OTHER_SITE',
    message: `Cannot carry out the call: ${why}`,
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
