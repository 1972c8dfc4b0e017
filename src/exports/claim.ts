import type { ExportChanges, ExportRecord } from './export.ts';
import { toSend } from './export-id.ts';

/** How much longer than its sender's budget a claim lasts: what is sent at the last moment must be over when it ends. */
const CLAIM_MARGIN_MS = 40_000;
const MS_PER_PRIORITY_POINT = 36_000;
const DEFAULT_PRIORITY = 100;

type Claimed = Pick<ExportRecord, 'id' | 'attempt' | 'submission' | 'request' | 'doubtful' | 'firstSentAt' | 'walks'>;

/**
 * The claim to send an export: no POST is made without one. It is doubtful from here on, because a worker that dies now
 * may have sent it. `sendMs` is what is left of the sender's budget, at most `submitBudgetMs`.
 */
export function toClaim(record: Claimed, now: number, time: { sendMs: number; submitBudgetMs: number }) {
  const claimUntil = now + time.submitBudgetMs + CLAIM_MARGIN_MS;
  return {
    claimUntil,
    dueAt: claimUntil,
    sentAt: now,
    sendDeadline: now + Math.min(time.sendMs, time.submitBudgetMs),
    // Sends that were definitely refused count as never made.
    firstSentAt: (record.doubtful && record.firstSentAt) ?? now,
    doubtful: record.doubtful ?? 'unanswered',
    sentDescription: toSend(record).description,
    admitRank: null,
    absentSince: null,
    // A doubtful export is sent again only after a walk, which counts for the wait that follows.
    ...(record.doubtful === undefined ? {} : { walks: (record.walks ?? 0) + 1 }),
  } satisfies ExportChanges;
}

/** Makes an export wait for admission. Nothing of it is in doubt. */
export function toWaiting(record: Pick<ExportRecord, 'createTime' | 'request'>): ExportChanges {
  return { admitRank: toAdmitRank(record), dueAt: null, claimUntil: null, doubtful: null };
}

/** Lowest first: older before younger, and every priority point is worth 36 s of age, so that age wins in the end. */
export function toAdmitRank(record: Pick<ExportRecord, 'createTime' | 'request'>): number {
  return record.createTime - MS_PER_PRIORITY_POINT * (record.request?.priority ?? DEFAULT_PRIORITY);
}

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
