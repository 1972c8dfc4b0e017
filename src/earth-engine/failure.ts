import { toBoundedText } from './bounded-text.ts';
import type { Answer } from './client.ts';
import { type GoogleError, LONGEST_MESSAGE, readGoogleError } from './google-error.ts';
import { findKnownFailure } from './known-failures.ts';
import { type Operation, readOperation } from './operation.ts';
import { toRemedy } from './remedy.ts';
import { toRpcCode, toRpcStatus } from './rpc-codes.ts';

/** A failure in Google's terms (google.rpc.Status) with what it means for a caller. */
export interface Failure {
  /** Number of a google.rpc.Code, e.g. 3, and its name, e.g. `INVALID_ARGUMENT`. */
  code: number;
  status: string;
  /** Earth Engine's own words, or ours where it said nothing. */
  message: string;
  /**
   * Stable: one of `failures.json`, Google's own `ErrorInfo.reason`, or one of `CANCELLED`, `NOT_FOUND`,
   * `PERMISSION_DENIED`, `UNAUTHENTICATED`, `UNKNOWN`.
   */
  reason: string;
  /** What to do about it. */
  remedy: string;
  /** Whether the same request may succeed later, by itself or once the remedy was followed. */
  retryable: boolean;
}

/** What the remedies name. */
export interface FailureContext {
  /** The project that is charged. */
  project: string;
  /** The destination, `projects/P/assets/…`. */
  asset?: string;
  /** The account the service runs as, e.g. `exporter@my-project.iam.gserviceaccount.com`. */
  principal?: string;
}

/** The reason of a failure that says that nothing has left the service. */
export const NOT_SENT = 'NOT_SENT';

/** What an answer to `exportClassifier` means. */
export type SendOutcome =
  | { kind: 'accepted'; operation: Operation }
  /** An operation may have been started. */
  | { kind: 'doubtful'; cause: string }
  /** Nothing was started: the same id may be sent again, not before `retryAfterMs`. */
  | { kind: 'throttled'; retryAfterMs?: number; failure: Failure }
  | { kind: 'duplicate'; failure: Failure }
  | { kind: 'queue-full'; failure: Failure }
  | { kind: 'daily-quota'; failure: Failure }
  /** Credentials or project set-up: every send of the project would be refused alike. */
  | { kind: 'denied'; failure: Failure }
  /** For good. */
  | { kind: 'refused'; failure: Failure };

/** Remedies where a status is all there is to go by. */
const REMEDIES: Readonly<Record<string, string>> = {
  CANCELLED: 'Nothing: somebody cancelled it; retry the export to run it after all',
  UNAUTHENTICATED: 'Check the service account the functions run as and its clock',
  PERMISSION_DENIED:
    'gcloud projects add-iam-policy-binding {project} --member=serviceAccount:{principal} --role=roles/earthengine.writer',
  NOT_FOUND: 'Check the project and the asset names; the service account must be able to read them',
};
const REMEDY_WHEN_UNKNOWN = 'Read the message; retry the export once its cause is gone';
const RETRYABLE_STATUSES = [
  'ABORTED',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'NOT_FOUND',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
];
/** Time-out and "client closed request": what had been begun by then is not told. */
const DOUBTFUL_STATUSES = [408, 499];

/**
 * Says what an answer to `exportClassifier` means. Messages are tested before statuses, because the status of several
 * refusals is not documented. Whether a refusal counts after a doubtful send is the sender's to decide.
 */
export function readSend(answer: Answer, context: FailureContext): SendOutcome {
  if (answer.kind === 'unanswered') return answer.sent ? toDoubtful(answer.cause) : toNotSent(answer.cause, context);
  const { status: http, body, retryAfterMs } = answer;
  if (http >= 200 && http < 300) {
    const operation = readOperation(body);
    return operation ? { kind: 'accepted', operation } : toDoubtful(`unreadable answer ${http}`);
  }
  const error = readGoogleError(answer);
  const kind = (error && findKnownFailure(error)?.send) ?? readStatus(http, error !== undefined);
  if (kind === 'doubtful') return toDoubtful(`answer ${http} ${error ? error.status : 'without a Google error'}`);
  const failure = toFailure(error ?? toBareError(http), context);
  if (kind === 'throttled') return { kind, failure, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { kind, failure };
}

/** A 429 or a 401 is a refusal whatever it says; any other status needs Google's error to be one. */
function readStatus(http: number, hasError: boolean): 'throttled' | 'denied' | 'doubtful' | 'refused' {
  if (http === 429) return 'throttled';
  if (http === 401) return 'denied';
  const isRefusal = hasError && http >= 400 && http < 500 && !DOUBTFUL_STATUSES.includes(http);
  return isRefusal ? 'refused' : 'doubtful';
}

function toDoubtful(cause: string): SendOutcome {
  return { kind: 'doubtful', cause };
}

/** Nothing has left the service, as if it had been refused for now: the same id may be sent again. `cause` says why not. */
export function toNotSent(cause: string, context: FailureContext): SendOutcome {
  const error = {
    status: 'UNAVAILABLE',
    message: `Cannot send the export: nothing left the service (${cause})`,
    infoReason: NOT_SENT,
  };
  return { kind: 'throttled', failure: toFailure(error, context) };
}

function toBareError(http: number): GoogleError {
  return http === 401
    ? { status: 'UNAUTHENTICATED', message: 'Cannot send the export: Earth Engine did not take the access token' }
    : { status: 'RESOURCE_EXHAUSTED', message: 'Cannot send the export: Earth Engine was asked too often' };
}

/** What an ended operation's `error` means; undefined for one that ended without. */
export function readOperationFailure(operation: Operation, context: FailureContext): Failure | undefined {
  const { state, error } = operation;
  if (state === 'CANCELLED') return toFailure({ status: 'CANCELLED', message: error?.message || 'Cancelled' }, context);
  if (state !== 'FAILED') return undefined;
  return toFailure(
    { status: toRpcStatus(error?.code), message: error?.message || 'Earth Engine gave no reason' },
    context,
  );
}

/** A failure of our own making or of Earth Engine's, with reason and remedy looked up by its message. */
export function toFailure(error: GoogleError, context: FailureContext): Failure {
  const message = toBoundedText(error.message, LONGEST_MESSAGE);
  const known = error.status === 'CANCELLED' ? undefined : findKnownFailure({ ...error, message });
  const generic = Object.hasOwn(REMEDIES, error.status) ? REMEDIES[error.status] : undefined;
  return {
    code: toRpcCode(error.status),
    status: error.status,
    message,
    reason: known?.reason ?? error.infoReason ?? (generic ? error.status : 'UNKNOWN'),
    remedy: toRemedy(known?.remedy ?? generic ?? REMEDY_WHEN_UNKNOWN, message, context),
    retryable: known?.retryable ?? RETRYABLE_STATUSES.includes(error.status),
  };
}
