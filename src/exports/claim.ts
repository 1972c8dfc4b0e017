import { DRAIN_MS } from '../budget.ts';
import type { ExportChanges, ExportRecord } from './export.ts';

/** How much longer than its sender's budget a claim lasts: what is sent at the last moment must be over when it ends. */
const CLAIM_MARGIN_MS = 40_000;
const MS_PER_PRIORITY_POINT = 36_000;
const DEFAULT_PRIORITY = 100;

/**
 * The claim to send an export: no POST is made without one. It is doubtful from here on, because a worker that dies now
 * may have sent it.
 */
export function toClaim(record: Pick<ExportRecord, 'doubtful' | 'firstSentAt'>, now: number, budgetMs: number) {
  const claimUntil = now + budgetMs + CLAIM_MARGIN_MS;
  return {
    claimUntil,
    dueAt: claimUntil,
    sentAt: now,
    sendDeadline: now + Math.max(budgetMs, DRAIN_MS),
    doubtful: record.doubtful ?? 'unanswered',
    firstSentAt: record.firstSentAt ?? now,
  } satisfies ExportChanges;
}

/** What a claim takes off a record that waited or was in doubt. */
export const CLAIMED_FROM_WAITING = { admitRank: null, absentSince: null } satisfies ExportChanges;

/** Makes an export wait for admission. Nothing of it is in doubt. */
export function toWaiting(record: Pick<ExportRecord, 'createTime' | 'request'>): ExportChanges {
  return { admitRank: toAdmitRank(record), dueAt: null, claimUntil: null, doubtful: null };
}

/** Lowest first: older before younger, and every priority point is worth 36 s of age, so that age wins in the end. */
export function toAdmitRank(record: Pick<ExportRecord, 'createTime' | 'request'>): number {
  return record.createTime - MS_PER_PRIORITY_POINT * (record.request?.priority ?? DEFAULT_PRIORITY);
}

/** Moves on to the next submission: what is sent from now on has another requestId. */
export function toNextSubmission(record: ExportRecord): ExportChanges {
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
