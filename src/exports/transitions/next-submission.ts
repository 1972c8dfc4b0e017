import type { ExportChanges, ExportRecord } from '../export.ts';

/** Moves on to the next submission: what is sent from now on has another requestId. */
export function toNextSubmission(record: Pick<ExportRecord, 'submission'>): ExportChanges {
  return {
    submission: record.submission + 1,
    sentDescription: null,
    claimUntil: null,
    doubtful: null,
    firstSentAt: null,
    sentAt: null,
    sendDeadline: null,
    deniedSince: null,
    walks: null,
    absentSince: null,
  };
}
