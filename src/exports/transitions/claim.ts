import type { ExportChanges, ExportRecord } from '../export.ts';
import { toSend } from '../record/sent-id.ts';

/** How much longer than its sender's budget a claim lasts: what is sent at the last moment must be over when it ends. */
const CLAIM_MARGIN_MS = 40_000;

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
