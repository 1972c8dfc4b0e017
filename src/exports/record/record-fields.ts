import type { ExportRecord } from '../export.ts';

interface Field {
  /** Epoch milliseconds. */
  isTime?: true;
  /** What a new attempt makes of it: `kept`, `cleared`, or written anew by `retryExport`. */
  onRetry: 'kept' | 'cleared' | 'renewed';
}

const KEPT: Field = { onRetry: 'kept' };
const RENEWED: Field = { onRetry: 'renewed' };
const CLEARED: Field = { onRetry: 'cleared' };
const CLEARED_TIME: Field = { isTime: true, onRetry: 'cleared' };

/** Every field of a record, and what has to be known of each wherever records are kept or started anew. */
const FIELDS: Readonly<Record<keyof ExportRecord, Field>> = {
  id: KEPT,
  version: KEPT,
  schema: KEPT,
  project: KEPT,
  state: RENEWED,
  request: KEPT,
  sentDescription: RENEWED,
  digest: KEPT,
  outline: KEPT,
  warnings: KEPT,
  operation: CLEARED,
  attempt: RENEWED,
  submission: RENEWED,
  attempts: RENEWED,
  createTime: { isTime: true, onRetry: 'kept' },
  submitTime: CLEARED_TIME,
  startTime: CLEARED_TIME,
  endTime: CLEARED_TIME,
  progress: CLEARED,
  stages: CLEARED,
  batchEecuUsageSeconds: CLEARED,
  destinationUris: CLEARED,
  error: CLEARED,
  labels: KEPT,
  messageId: KEPT,
  traceparent: KEPT,
  requestedBy: KEPT,
  originalKey: KEPT,
  admitRank: RENEWED,
  claimUntil: CLEARED_TIME,
  doubtful: CLEARED,
  firstSentAt: CLEARED_TIME,
  sentAt: CLEARED_TIME,
  sendDeadline: CLEARED_TIME,
  deniedSince: CLEARED_TIME,
  walks: CLEARED,
  absentSince: CLEARED_TIME,
  cancelRequestedAt: CLEARED_TIME,
  missingSince: CLEARED_TIME,
  missingCount: CLEARED,
  dueAt: CLEARED_TIME,
  event: CLEARED,
  outboxAt: CLEARED_TIME,
  publishTime: CLEARED_TIME,
  expireAt: CLEARED_TIME,
  hasBody: KEPT,
};

/** The fields that hold a time, epoch milliseconds. */
export const TIME_FIELDS: readonly string[] = Object.entries(FIELDS).flatMap(([name, { isTime }]) =>
  isTime ? [name] : [],
);

/** The fields that say something of one attempt alone, which the next one begins without. */
export const FIELDS_OF_ONE_ATTEMPT: readonly string[] = Object.entries(FIELDS).flatMap(([name, { onRetry }]) =>
  onRetry === 'cleared' ? [name] : [],
);
