import type { EndedAttempt, ExportChanges, ExportRecord } from '../export.ts';
import { FIELDS_OF_ONE_ATTEMPT } from '../record/record-fields.ts';
import { toSend } from '../record/sent-id.ts';
import { toWaiting } from './waiting.ts';

const TOLD_OF_AN_ATTEMPT = [
  'operation',
  'submitTime',
  'startTime',
  'endTime',
  'batchEecuUsageSeconds',
  'error',
] as const satisfies (keyof EndedAttempt)[];

/** The next attempt in one write: what the ended one left goes into `attempts`, everything that was said about it is cleared. */
export function toNextAttempt(record: ExportRecord): ExportChanges {
  const next = { ...record, attempt: record.attempt + 1, submission: 1 };
  return {
    ...Object.fromEntries(FIELDS_OF_ONE_ATTEMPT.map((field) => [field, null])),
    ...toWaiting(record),
    state: 'QUEUED',
    attempt: next.attempt,
    submission: 1,
    attempts: [...record.attempts, toEndedAttempt(record)],
    sentDescription: toSend(next).description,
  };
}

function toEndedAttempt(record: ExportRecord): EndedAttempt {
  const ended: EndedAttempt = { attempt: record.attempt, state: record.state };
  for (const field of TOLD_OF_AN_ATTEMPT) {
    if (record[field] !== undefined) Object.assign(ended, { [field]: record[field] });
  }
  return ended;
}
