import type { Failure } from '../../earth-engine/failure.ts';
import type { ExportRecord } from '../../exports/export.ts';
import { CallRefused } from './refusal.ts';
import { RETRY_AFTER_SECONDS } from './refusals.ts';

/** An id that is taken: all that is told of the export that has it. */
export function refuseConflict(exportId: string): CallRefused {
  return new CallRefused({
    status: 'ALREADY_EXISTS',
    reason: 'REQUEST_ID_REUSED',
    message: `Cannot start the export "${exportId}": there is one of this id that asks for something else`,
    exportId,
    remedy: 'Use another requestId, or send the same content as before',
  });
}

/** Earth Engine's own refusal, which is final. An error without a status came with one of HTTP's 4xx. */
export function refuseAsEarthEngine(record: ExportRecord, error: Failure): CallRefused {
  const { status, message, reason, remedy } = error;
  return new CallRefused({
    status,
    message,
    reason,
    remedy,
    exportId: record.id,
    ...(status === 'UNKNOWN' ? { httpStatus: 400 } : {}),
  });
}

/** An export that has ended is not started again by asking for it again. */
export function refuseEnded(record: ExportRecord): CallRefused {
  const why = record.error ? `: ${record.error.message}` : '';
  return new CallRefused({
    status: 'ALREADY_EXISTS',
    reason: record.error?.reason ?? 'EXPORT_ENDED',
    message: `Cannot start the export "${record.id}" again: it is ${record.state}${why}`,
    exportId: record.id,
    remedy: `POST /v1/exports/${record.id}:retry with {"attempt": ${record.attempt}} to run it again`,
  });
}

/** Not accepted yet; the same request with the same id joins it. */
export function refuseForNow(exportId: string, message: string): CallRefused {
  return new CallRefused({
    status: 'UNAVAILABLE',
    reason: 'NOT_ACCEPTED_YET',
    message,
    exportId,
    remedy: 'Send the same request again',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** Earth Engine may have started it, and the caller has no id to join it by. Clients do not repeat a 409. */
export function refuseDoubtful(exportId: string): CallRefused {
  return new CallRefused({
    status: 'ABORTED',
    reason: 'OUTCOME_UNKNOWN',
    message: `Cannot tell yet whether Earth Engine has started the export "${exportId}": its answer is not known; the export goes on under this id`,
    exportId,
    remedy: `GET /v1/exports/${exportId} until it is settled; set requestId to be able to repeat a request`,
  });
}

/** A wish to retry what cannot be; `why` completes the message. */
export function refuseRetry(exportId: string, why: string): CallRefused {
  return new CallRefused({
    status: 'FAILED_PRECONDITION',
    reason: 'NOT_RETRYABLE',
    message: `Cannot retry the export "${exportId}": ${why}`,
    exportId,
    remedy: `GET /v1/exports/${exportId} tells how it stands; what is not to be retried is asked for under a new requestId`,
  });
}

/** What is retried loses what its event would have said, so that the event goes first. */
export function refuseRetryForNow(exportId: string): CallRefused {
  return new CallRefused({
    status: 'UNAVAILABLE',
    reason: 'EVENT_NOT_PUBLISHED',
    message: `Cannot retry the export "${exportId}" yet: its completion event is not published; make the same call again`,
    exportId,
    remedy: 'Make the same call again',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
