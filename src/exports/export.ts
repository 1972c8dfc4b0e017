import type { Failure } from '../earth-engine/failure.ts';
import type { OperationStage } from '../earth-engine/operation.ts';
import type { CompletionEvent } from '../events/completion-event.ts';
import type { EndedState } from '../events/ended-states.ts';
import type { ExportRequest, FieldViolation, Outline } from '../request/export-request.ts';

/** Where an export stands. See `states.ts` for what each one means and which may follow. */
export type ExportState = 'QUEUED' | 'PENDING' | 'RUNNING' | 'CANCELLING' | EndedState;

/** What a caller asked for, without the graph: that is kept apart, packed (`Ledger.body`). */
export type RecordedRequest = Omit<ExportRequest, 'graph'>;

/** An attempt that `:retry` replaced. Times are epoch milliseconds. */
export interface EndedAttempt {
  attempt: number;
  state: string;
  operation?: string;
  submitTime?: number;
  startTime?: number;
  endTime?: number;
  batchEecuUsageSeconds?: number;
  error?: Failure;
}

/**
 * One export as the ledger keeps it. All times are epoch milliseconds of ledger time but `startTime` and `endTime`,
 * which are Earth Engine's. An absent field is one that does not apply (now): `dueAt` and `outboxAt` above all are
 * there only while something is due.
 */
export interface ExportRecord {
  id: string;
  /** Opaque: what compare-and-set compares. Set by the ledger. */
  version: string;
  /** Grows when the shape of a record changes; see `SCHEMA_VERSION`. */
  schema: number;
  project: string;
  /** A state this version does not know is kept as it is and never written over: `isKnownState`. */
  state: ExportState;
  /** Absent when what was asked could not be read (a refused message). */
  request?: RecordedRequest;
  /** The description Earth Engine was sent: the caller's and the token. */
  sentDescription?: string;
  digest?: string;
  /** What the graph is, in few words; absent in records of versions that did not keep it. Never changes. */
  outline?: Outline;
  warnings: FieldViolation[];
  /** `projects/P/operations/ID`, once known. */
  operation?: string;
  attempt: number;
  submission: number;
  attempts: EndedAttempt[];
  createTime: number;
  submitTime?: number;
  startTime?: number;
  endTime?: number;
  progress?: number;
  stages?: OperationStage[];
  batchEecuUsageSeconds?: number;
  destinationUris?: string[];
  error?: Failure;
  labels: Record<string, string>;
  messageId?: string;
  traceparent?: string;
  requestedBy?: string;
  /** The caller's own key when it could not serve as the export's id as it was. */
  originalKey?: string;
  /** Set while the export waits to be admitted: lowest first. */
  admitRank?: number;
  /** Until when one worker alone may send this export. */
  claimUntil?: number;
  /**
   * Whether a send of the present submission may have started an operation we do not know. `unanswered`: it may be sent
   * again under the same id. `settling`: Earth Engine refused a repetition, so only its list of operations can tell.
   */
  doubtful?: 'unanswered' | 'settling';
  /** First send of the present submission that was not definitely refused; the last send, and when its time was up. */
  firstSentAt?: number;
  sentAt?: number;
  sendDeadline?: number;
  /** Since when sends are refused for want of credentials, without anything else in between. */
  deniedSince?: number;
  /** How many looks into the list of operations settled nothing, of the present submission. */
  walks?: number;
  /** The first complete walk that did not show the operation, long enough after the last send. */
  absentSince?: number;
  cancelRequestedAt?: number;
  /** The first of the looks that found the operation nowhere, and how many there were. */
  missingSince?: number;
  missingCount?: number;
  dueAt?: number;
  event?: CompletionEvent;
  outboxAt?: number;
  publishTime?: number;
  expireAt?: number;
  /** Whether the request with its graph is still kept. */
  hasBody: boolean;
}

/** The shape of records this version writes. Changes are additive: a reader of an older version ignores what it does not know. */
export const SCHEMA_VERSION = 1;

/** What a write changes: the fields named, `null` to remove one. Every other field stays as it is. */
export type ExportChanges = {
  [Field in keyof Omit<ExportRecord, 'id' | 'version'>]?: ExportRecord[Field] | null;
};
