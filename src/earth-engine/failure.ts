import type { Answer } from './client.ts';
import failures from './failures.json' with { type: 'json' };
import { type Operation, readOperation } from './operation.ts';

/** A failure in Google's terms (google.rpc.Status) with what it means for a caller. */
export interface Failure {
  code: number;
  status: string;
  message: string;
  /** Stable, one of `failures.json` or `PERMISSION_DENIED`, `NOT_FOUND`, `UNAUTHENTICATED`, `CANCELLED`, `UNKNOWN`. */
  reason: string;
  remedy: string;
  retryable: boolean;
}

/** What the remedies name. */
export interface FailureContext {
  project: string;
  asset?: string;
  /** The account the service runs as, e.g. `exporter@my-project.iam.gserviceaccount.com`. */
  principal?: string;
}

/** What an answer to `exportClassifier` means; DESIGN's answers table, one kind a row. */
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
  | { kind: 'refused'; failure: Failure; httpStatus: number };

interface KnownFailure {
  reason: string;
  message: RegExp;
  info: RegExp | undefined;
  send: Exclude<SendOutcome['kind'], 'accepted' | 'doubtful' | 'refused'> | undefined;
  remedy: string;
  retryable: boolean;
}

const RPC_CODES: Readonly<Record<string, number>> = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
};

const STATUS_OF_HTTP: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
};

const GENERIC: Readonly<Record<string, string>> = {
  CANCELLED: 'Nothing: somebody cancelled it; retry the export to run it after all',
  UNAUTHENTICATED: 'Check the service account the functions run as and its clock',
  PERMISSION_DENIED:
    'gcloud projects add-iam-policy-binding {project} --member=serviceAccount:{principal} --role=roles/earthengine.writer',
  NOT_FOUND: 'Check the project and the asset names; the service account must be able to read them',
};

let known: KnownFailure[] | undefined;

/** Compiled on first use: most answers are no failures. */
function knownFailures(): KnownFailure[] {
  known ??= failures.map((row) => ({
    reason: row.reason,
    message: new RegExp(row.message, 'i'),
    info: row.info === undefined ? undefined : new RegExp(`^(?:${row.info})$`),
    send: row.send as KnownFailure['send'],
    remedy: row.remedy,
    retryable: row.retryable,
  }));
  return known;
}

/**
 * Says what an answer to `exportClassifier` means. Messages are tested before statuses, because the status of several
 * refusals is not documented. Whether a refusal counts after a doubtful send is the sender's to decide.
 */
export function readSend(answer: Answer, context: FailureContext): SendOutcome {
  if (answer.kind === 'unanswered') {
    if (answer.sent) return { kind: 'doubtful', cause: answer.cause };
    return { kind: 'throttled', failure: toFailure({ status: 'UNAUTHENTICATED', message: answer.cause }, context) };
  }
  const { status: http, body } = answer;
  if (http >= 200 && http < 300) {
    const operation = readOperation(body);
    return operation ? { kind: 'accepted', operation } : { kind: 'doubtful', cause: `unreadable answer ${http}` };
  }
  const error = readGoogleError(answer);
  const row = error && findKnown(error.message, error.infoReason);
  const wait = answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs };
  if (http === 429 && !row?.send) {
    const plain = error ?? { status: 'RESOURCE_EXHAUSTED', message: 'Too many requests' };
    return { kind: 'throttled', failure: toFailure(plain, context), ...wait };
  }
  if (row?.send && error) return { kind: row.send, failure: toFailure(error, context), ...wait };
  if (!error || http < 400 || http === 408 || http >= 500) {
    return { kind: 'doubtful', cause: `answer ${http}${error ? ` ${error.status}` : ' without a Google error'}` };
  }
  const failure = toFailure(error, context);
  return http === 401 ? { kind: 'denied', failure } : { kind: 'refused', failure, httpStatus: http };
}

/** What an ended operation's `error` means; undefined for one that ended without. */
export function readOperationFailure(operation: Operation, context: FailureContext): Failure | undefined {
  if (operation.state === 'CANCELLED') {
    return toFailure({ status: 'CANCELLED', message: operation.error?.message || 'Cancelled' }, context);
  }
  if (operation.state !== 'FAILED') return undefined;
  const { code = RPC_CODES['UNKNOWN'], message = 'Earth Engine gave no reason' } = operation.error ?? {};
  const status = Object.keys(RPC_CODES).find((name) => RPC_CODES[name] === code) ?? 'UNKNOWN';
  return toFailure({ status, message }, context);
}

/** A failure of our own making or of Earth Engine's, with reason and remedy looked up by its message. */
export function toFailure(
  error: { status: string; message: string; infoReason?: string },
  context: FailureContext,
): Failure {
  const row = findKnown(error.message, error.infoReason);
  const generic = Object.hasOwn(GENERIC, error.status) ? GENERIC[error.status] : undefined;
  return {
    code: RPC_CODES[error.status] ?? 2,
    status: error.status,
    message: error.message,
    reason: row?.reason ?? error.infoReason ?? (generic ? error.status : 'UNKNOWN'),
    remedy: fillIn(row?.remedy ?? generic ?? 'Read the message; retry the export once its cause is gone', context),
    retryable: row?.retryable ?? (error.status === 'PERMISSION_DENIED' || error.status === 'UNAVAILABLE'),
  };
}

/** The Google error in an answer that is no success; undefined where there is none (HTML, cut, empty). */
export function readGoogleError(
  answer: Extract<Answer, { kind: 'answered' }>,
): { status: string; message: string; infoReason?: string } | undefined {
  const error = (answer.body as { error?: unknown } | undefined | null)?.error;
  if (typeof error !== 'object' || error === null) return undefined;
  const { message, status, details, errors } = error as Record<string, unknown>;
  if (typeof message !== 'string') return undefined;
  const infoReason = findReason(details) ?? findReason(errors);
  return {
    status: typeof status === 'string' ? status : (STATUS_OF_HTTP[answer.status] ?? 'UNKNOWN'),
    message,
    ...(infoReason === undefined ? {} : { infoReason }),
  };
}

function findReason(details: unknown): string | undefined {
  if (!Array.isArray(details)) return undefined;
  for (const detail of details) {
    const reason = (detail as { reason?: unknown } | null)?.reason;
    if (typeof reason === 'string') return reason;
  }
  return undefined;
}

function findKnown(message: string, infoReason: string | undefined): KnownFailure | undefined {
  return (
    knownFailures().find((row) => row.message.test(message)) ??
    knownFailures().find((row) => infoReason !== undefined && row.info?.test(infoReason))
  );
}

function fillIn(remedy: string, context: FailureContext): string {
  const parent = context.asset?.replace(/\/[^/]+$/, '');
  return remedy
    .replaceAll('{project}', context.project)
    .replaceAll('{asset}', context.asset ?? 'ASSET')
    .replaceAll('{parent}', parent ?? 'FOLDER')
    .replaceAll('{principal}', context.principal ?? 'SERVICE_ACCOUNT_EMAIL');
}
