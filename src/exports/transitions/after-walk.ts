import type { Operation } from '../../earth-engine/operation.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { accept } from './accept.ts';
import { toDoubtWaitMs } from './doubt-wait.ts';
import { endExport } from './end-export.ts';
import type { Destination } from './end-lost.ts';
import { endLost } from './end-lost.ts';
import { toNextSubmission } from './next-submission.ts';
import { toWaiting } from './waiting.ts';

/** What a walk of the project's list of operations showed of one doubtful export. */
export interface Sighting {
  /** The operation that carries the token of the present submission. */
  found?: Operation;
  /** One of an earlier submission of the same attempt, which had been given up. */
  earlier?: Operation;
  /** Whether every page was read. */
  complete: boolean;
  /** Ledger time before the first page was asked for. */
  startedAt: number;
  /** Whether there is an export without a description that may be this one. */
  undescribed: boolean;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const QUIET_BEFORE_ABSENCE_MS = MINUTE_MS;
const BETWEEN_ABSENCES_MS = 10 * MINUTE_MS;
/** For so long Earth Engine is trusted to recognise a requestId, and its list to show what was started. */
const TRUSTED_MS = DAY_MS;
/** After so long without a word of its operation an export is lost: a batch task lives ten days at the most. */
export const LOST_AFTER_MS = 11 * DAY_MS;

/** Whether the same id may be sent again after a walk that did not show its operation. */
export function mayResend(record: ExportRecord, sighting: Sighting, now: number): boolean {
  if (record.doubtful !== 'unanswered' || record.cancelRequestedAt !== undefined) return false;
  return sighting.complete && !sighting.found && !sighting.earlier && toAge(record, now) < TRUSTED_MS;
}

/** Whether `afterWalk` needs to know the destination: another absence would prove that nothing was started. */
export function needsDestination(record: ExportRecord, sighting: Sighting, now: number): boolean {
  if (sighting.found) return false;
  return toAge(record, now) >= LOST_AFTER_MS || isAbsenceProof(record, sighting, now);
}

/**
 * The step after a walk: adopt what was found, count an absence, declare the id burnt, or look again later. An id is
 * burnt, and the next submission begins, only when nothing at all speaks for an operation of it.
 */
export function afterWalk(
  record: ExportRecord,
  sighting: Sighting,
  options: { now: number; destination?: Destination; principal?: string },
): ExportChanges {
  const { now, destination } = options;
  if (sighting.found) return accept(record, sighting.found, options);
  if (toAge(record, now) >= LOST_AFTER_MS && isRead(destination)) return endLost(record, now, destination);
  if (isAbsenceProof(record, sighting, now)) {
    if (sighting.earlier) return accept(record, sighting.earlier, options);
    if (isUnchanged(destination)) return afterAbsence(record, now);
  }
  const walks = (record.walks ?? 0) + 1;
  const lookAgain: ExportChanges = {
    walks,
    claimUntil: null,
    dueAt: now + toDoubtWaitMs({ ...record, walks }, now),
    // One of two submissions must not be sent any more: this one is settled, the other may then be adopted.
    ...(sighting.earlier ? { doubtful: 'settling' } : {}),
  };
  if (record.absentSince !== undefined || !isAbsence(record, sighting, now)) return lookAgain;
  return { ...lookAgain, absentSince: sighting.startedAt, dueAt: now + BETWEEN_ABSENCES_MS };
}

/** Nothing was ever started by this submission. */
function afterAbsence(record: ExportRecord, now: number): ExportChanges {
  if (record.cancelRequestedAt !== undefined) return endExport(record, { state: 'CANCELLED', now });
  return { ...toNextSubmission(record), ...toWaiting(record) };
}

/** Only where no further send can come is an absence worth anything. */
function isAbsence(record: ExportRecord, sighting: Sighting, now: number): boolean {
  const noMoreSends = record.doubtful === 'settling' || record.cancelRequestedAt !== undefined;
  const isQuiet = sighting.startedAt >= (record.sendDeadline ?? now) + QUIET_BEFORE_ABSENCE_MS;
  const isTrusted = toAge(record, now) < TRUSTED_MS;
  return noMoreSends && isQuiet && isTrusted && sighting.complete && !sighting.undescribed;
}

function isAbsenceProof(record: ExportRecord, sighting: Sighting, now: number): boolean {
  if (record.absentSince === undefined || !isAbsence(record, sighting, now)) return false;
  return sighting.startedAt - record.absentSince >= BETWEEN_ABSENCES_MS;
}

function isRead(destination: Destination | undefined): boolean {
  return destination !== undefined && destination !== 'unreadable';
}

function isUnchanged(destination: Destination | undefined): boolean {
  return typeof destination === 'object' && !destination.changed;
}

function toAge(record: ExportRecord, now: number): number {
  return now - (record.firstSentAt ?? now);
}
