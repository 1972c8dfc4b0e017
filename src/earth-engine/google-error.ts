import { toBoundedText } from './bounded-text.ts';
import type { Answer } from './client.ts';
import { readList, readObject } from './json-fields.ts';
import { isRpcStatus } from './rpc-codes.ts';

/** An error in Google's terms, from an answer or of our own making. */
export interface GoogleError {
  /** Name of a google.rpc.Code, e.g. `PERMISSION_DENIED`. */
  status: string;
  message: string;
  /** `ErrorInfo.reason` (AIP-193), or `reason` of the older form. */
  infoReason?: string;
}

/** More of a message is neither read nor kept. */
export const LONGEST_MESSAGE = 4_000;

/** For errors that do not name their status: the likeliest of several. */
const STATUS_OF_HTTP: ReadonlyMap<number, string> = new Map([
  [400, 'INVALID_ARGUMENT'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [409, 'ALREADY_EXISTS'],
  [412, 'FAILED_PRECONDITION'],
  [429, 'RESOURCE_EXHAUSTED'],
  [499, 'CANCELLED'],
  [500, 'INTERNAL'],
  [501, 'UNIMPLEMENTED'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);
const INFO_REASON = /^\w{1,63}$/;

/** The Google error in an answer that is no success; undefined where there is none (HTML, cut, empty). */
export function readGoogleError(answer: Extract<Answer, { kind: 'answered' }>): GoogleError | undefined {
  const error = readObject(readObject(answer.body)?.['error']);
  if (!error) return undefined;
  const { message, status, details, errors } = error;
  const named = isRpcStatus(status) ? status : undefined;
  if (typeof message !== 'string' && named === undefined) return undefined;
  const infoReason = findReason(details) ?? findReason(errors);
  return {
    status: named ?? STATUS_OF_HTTP.get(answer.status) ?? 'UNKNOWN',
    message: typeof message === 'string' ? toBoundedText(message, LONGEST_MESSAGE) : '',
    ...(infoReason === undefined ? {} : { infoReason }),
  };
}

function findReason(details: unknown): string | undefined {
  const reasons = readList(details).map((detail) => readObject(detail)?.['reason']);
  return reasons.find((reason) => typeof reason === 'string' && INFO_REASON.test(reason)) as string | undefined;
}
