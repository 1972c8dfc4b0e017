import type { IncomingMessage } from 'node:http';
import { crossSiteFault } from '../access/cross-site.ts';
import { decodePath, splitTarget } from '../http/http-call.ts';
import { refuseTooLarge } from '../http/json-body.ts';
import { CallRefused } from '../http/refusal.ts';
import { refuseFaults } from '../http/refusals.ts';
import { refuseMedia, refuseMethod, refuseOtherSite } from '../http/refuse-call.ts';

/** The functions, by the names they are deployed under. */
export type FunctionName = 'exportsHttp' | 'exportsPubsub' | 'pollOperations';

/** Bytes of a body that are read at most. A push holds ten megabytes in base64, and its envelope. */
export const LARGEST_BODY_BYTES: Readonly<Record<FunctionName, number>> = {
  exportsHttp: 11_000_000,
  exportsPubsub: 15_000_000,
  pollOperations: 100_000,
};

const LONGEST_URL = 8_000;

/** Why a request is refused by its head alone. */
export function headFault(name: FunctionName, request: IncomingMessage): CallRefused | undefined {
  const { url = '/', method = 'GET', headers } = request;
  if (url.length > LONGEST_URL) return refuseLongUrl();
  if (decodePath(splitTarget(url).path) === undefined) {
    return refuseFaults([{ field: 'path', description: 'Cannot decode the path of the URL' }]);
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') {
    return refuseMedia('its Content-Encoding is not identity');
  }
  if (Number(headers['content-length'] ?? 0) > LARGEST_BODY_BYTES[name])
    return refuseTooLarge(LARGEST_BODY_BYTES[name]);
  if (name !== 'exportsPubsub') return undefined;
  if (method !== 'POST') return refuseMethod(['POST']);
  const otherSite = crossSiteFault(method, headers);
  return otherSite ? refuseOtherSite(otherSite) : undefined;
}

function refuseLongUrl(): CallRefused {
  return new CallRefused({
    status: 'INVALID_ARGUMENT',
    httpStatus: 414,
    reason: 'URL_TOO_LONG',
    message: `Cannot read the URL: it is too long; at most ${LONGEST_URL} characters are wanted`,
  });
}
