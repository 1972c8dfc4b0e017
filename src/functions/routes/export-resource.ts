import type { Failure } from '../../earth-engine/failure.ts';
import type { OperationStage } from '../../earth-engine/operation.ts';
import type { CompletionEvent } from '../../events/completion-event.ts';
import { toRfc3339 } from '../../events/to-rfc3339.ts';
import type { EndedAttempt, ExportRecord, RecordedRequest } from '../../exports/export.ts';
import type { FieldViolation, Outline } from '../../request/export-request.ts';

/** An attempt that `:retry` replaced, as a caller sees it. Times are RFC 3339. */
export type AttemptResource = Omit<EndedAttempt, 'submitTime' | 'startTime' | 'endTime'> & {
  submitTime?: string;
  startTime?: string;
  endTime?: string;
};

/** An export as callers see it: its record less what is the service's own business. Times are RFC 3339, UTC. */
export interface ExportResource {
  id: string;
  /** Project charged. */
  project: string;
  /** See `states.ts`; callers must bear new ones. */
  state: string;
  /** What was asked, less the graph; absent when a message could not be read. */
  request?: RecordedRequest;
  /** `c1:` and a SHA-256 of what was asked, graph included. */
  digest?: string;
  /** What the graph is, in few words; absent where that is not known. */
  outline?: Outline;
  /** What was unwise about the request, though it was accepted. */
  warnings: FieldViolation[];
  /** Earth Engine's operation, `projects/P/operations/ID`, once it is known. */
  operation?: string;
  /** The operation's description at Earth Engine: the caller's and a token. */
  sentDescription?: string;
  /** 1, and one more for every `:retry`. */
  attempt: number;
  /** The attempts before this one, oldest first. */
  attempts: AttemptResource[];
  /** When it was recorded here, and when Earth Engine was sent it. */
  createTime: string;
  submitTime?: string;
  /** Earth Engine's own times of this attempt. */
  startTime?: string;
  endTime?: string;
  /** 0 to 1. */
  progress?: number;
  stages?: OperationStage[];
  batchEecuUsageSeconds?: number;
  /** Where the result can be looked at. */
  destinationUris?: string[];
  /** Why it did not succeed. */
  error?: Failure;
  labels: Record<string, string>;
  /** The Pub/Sub message that asked for it. */
  messageId?: string;
  /** Who asked: e-mail, subject, or id of the webhook call. */
  requestedBy?: string;
  /** The caller's own key, when the id had to be made from it. */
  originalKey?: string;
  /** When somebody asked for it to be cancelled. */
  cancelRequestTime?: string;
  /** The completion event, from the end on; it has been published when `publishTime` is there. */
  event?: CompletionEvent;
  publishTime?: string;
  /** When the record will be deleted. */
  expireTime?: string;
}

/** The export as its callers see it. */
export function toExportResource(record: ExportRecord): ExportResource {
  const { id, project, state, warnings, attempt, attempts, createTime, labels } = record;
  const resource: ExportResource = {
    id,
    project,
    state,
    ...pick(record, ['request', 'digest', 'outline']),
    warnings,
    ...pick(record, ['operation', 'sentDescription']),
    attempt,
    attempts: attempts.map(toAttemptResource),
    createTime: toRfc3339(createTime),
    ...toTimes(record, { submitTime: 'submitTime', startTime: 'startTime', endTime: 'endTime' }),
    ...pick(record, ['progress', 'stages', 'batchEecuUsageSeconds', 'destinationUris', 'error']),
    labels,
    ...pick(record, ['messageId', 'requestedBy', 'originalKey', 'event']),
    ...toTimes(record, {
      cancelRequestedAt: 'cancelRequestTime',
      publishTime: 'publishTime',
      expireAt: 'expireTime',
    }),
  };
  return resource;
}

function toAttemptResource(ended: EndedAttempt): AttemptResource {
  const { submitTime: _submit, startTime: _start, endTime: _end, ...rest } = ended;
  return { ...rest, ...toTimes(ended, { submitTime: 'submitTime', startTime: 'startTime', endTime: 'endTime' }) };
}

function pick<Source extends object, Name extends keyof Source>(
  from: Source,
  names: Name[],
): Partial<Pick<Source, Name>> {
  const picked: Partial<Pick<Source, Name>> = {};
  for (const name of names) if (from[name] !== undefined) picked[name] = from[name];
  return picked;
}

/** Times of `from` under the names callers know them by; those that are absent stay so. */
function toTimes<Name extends string>(from: object, names: Record<string, Name>): Partial<Record<Name, string>> {
  const times: Partial<Record<Name, string>> = {};
  for (const [field, name] of Object.entries(names)) {
    const time = (from as Record<string, unknown>)[field];
    if (typeof time === 'number') times[name] = toRfc3339(time);
  }
  return times;
}
