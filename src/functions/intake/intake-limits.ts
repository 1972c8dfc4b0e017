import type { IncomingMessage } from 'node:http';
import { crossSiteFault } from '../access/cross-site.ts';
import type { FunctionName } from '../function-names.ts';
import { decodePath, splitTarget } from '../http/http-call.ts';
import { encodingFault } from '../http/media.ts';
import type { CallRefused } from '../http/refusal.ts';
import {
  refuseLongUrl,
  refuseMedia,
  refuseMethod,
  refuseOtherSite,
  refusePath,
  refuseTooLarge,
  SEND_NO_MORE,
  SHRINK_GRAPH,
} from '../http/refuse-call.ts';

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
  if (url.length > LONGEST_URL) return refuseLongUrl(LONGEST_URL);
  if (decodePath(splitTarget(url).path) === undefined) return refusePath();
  const encoding = encodingFault(headers['content-encoding']);
  if (encoding) return refuseMedia(encoding);
  if (Number(headers['content-length'] ?? 0) > LARGEST_BODY_BYTES[name]) return refuseLongBody(name, url);
  if (name !== 'exportsPubsub') return undefined;
  if (method !== 'POST') return refuseMethod(['POST']);
  const otherSite = crossSiteFault(method, headers);
  return otherSite ? refuseOtherSite(otherSite) : undefined;
}

/** The body is longer than that function reads. */
export function refuseLongBody(name: FunctionName, url: string): CallRefused {
  const holdsExport = name !== 'pollOperations' && !/:(cancel|retry)$/.test(splitTarget(url).path);
  return refuseTooLarge(LARGEST_BODY_BYTES[name], holdsExport ? SHRINK_GRAPH : SEND_NO_MORE);
}
