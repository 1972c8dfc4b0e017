import { toHttpStatus } from '../../earth-engine/rpc-codes.ts';
import type { FieldViolation } from '../../request/export-request.ts';
import { type HttpAnswer, toJsonAnswer } from './http-answer.ts';

/** Why a call is refused, as Google APIs say it (AIP-193). */
export interface Refusal {
  /** Name of a google.rpc.Code; decides the HTTP status. */
  status: string;
  message: string;
  /** Stable word to branch on, for `ErrorInfo.reason`. */
  reason: string;
  /** Where HTTP knows better than the code: 405, 413, 415. */
  httpStatus?: number;
  /** The export it is about, as `ErrorInfo.metadata`. */
  exportId?: string;
  /** What its caller can do about it, as `ErrorInfo.metadata`. */
  remedy: string;
  violations?: FieldViolation[];
  /** When the same call may succeed. */
  retryAfterSeconds?: number;
  headers?: Record<string, string>;
}

/** Ends a call with a refusal; thrown by whatever finds the reason, answered in one place. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** `ErrorInfo.domain` of every error this service makes. */
const ERROR_DOMAIN = 'ee-classifier-export';

/** The answer that tells a refusal. */
export function toErrorAnswer(refusal: Refusal): HttpAnswer {
  const { status, message, httpStatus = toHttpStatus(status), retryAfterSeconds } = refusal;
  const headers = { ...(retryAfterSeconds && { 'retry-after': String(retryAfterSeconds) }), ...refusal.headers };
  return toJsonAnswer(
    httpStatus,
    { error: { code: httpStatus, message, status, details: toDetails(refusal) } },
    headers,
  );
}

function toDetails({ reason, exportId, remedy, violations, retryAfterSeconds }: Refusal): object[] {
  const metadata = { ...(exportId && { exportId }), remedy };
  const details: object[] = [
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: ERROR_DOMAIN, metadata },
  ];
  if (violations) details.push({ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations });
  if (retryAfterSeconds) {
    details.push({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterSeconds}s` });
  }
  return details;
}
