import type { Operation } from '../earth-engine/operation.ts';
import { accept } from './after-send.ts';
import { toNextSubmission, toWaiting } from './claim.ts';
import { endExport } from './end-export.ts';
import type { ExportChanges, ExportError, ExportRecord } from './export.ts';

/** What a walk of the project's list of operations showed of one doubtful export. */
export interface Sighting {
  /** The operation that carries the token of the present submission. */
  found?: Operation;
  /** Whether every page was read. */
  complete: boolean;
  /** Ledger time before the first page was asked for. */
  startedAt: number;
  /** Whether there is an export without a description that may be this one. */
  undescribed: boolean;
}

/** What the export's destination holds, as far as it could be read. */
export type Destination = { found: boolean; updateTime?: string; changed: boolean } | 'unreadable';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * MINUTE_MS;
const QUIET_BEFORE_ABSENCE_MS = MINUTE_MS;
const BETWEEN_ABSENCES_MS = 10 * MINUTE_MS;
/** For so long Earth Engine is trusted to recognise a requestId, and its list to show what was started. */
const TRUSTED_MS = DAY_MS;
/** A batch task lives ten days at the most. */
const LOST_AFTER_MS = 11 * DAY_MS;

/** Whether the same id may be sent again after a walk that did not show its operation. */
export function mayResend(record: ExportRecord, sighting: Sighting, now: number): boolean {
  return (
    record.doubtful === 'unanswered' &&
    sighting.complete &&
    !sighting.found &&
    record.cancelRequestedAt === undefined &&
    now - (record.firstSentAt ?? now) < TRUSTED_MS
  );
}

/** Whether the destination must be read before `afterWalk` can tell: another absence would prove that nothing was started. */
export function needsDestination(record: ExportRecord, sighting: Sighting, now: number): boolean {
  if (sighting.found) return false;
  return now - (record.firstSentAt ?? now) >= LOST_AFTER_MS || isAbsenceProof(record, sighting, now);
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
  const age = now - (record.firstSentAt ?? now);
  if (age >= LOST_AFTER_MS) return endLost(record, now, destination);
  const walks = (record.walks ?? 0) + 1;
  const lookAgain = { walks, claimUntil: null, dueAt: now + toWait(walks, age) };
  if (!isAbsence(record, sighting, now)) return lookAgain;
  if (record.absentSince === undefined) {
    return { ...lookAgain, absentSince: sighting.startedAt, dueAt: now + BETWEEN_ABSENCES_MS };
  }
  const proven = isAbsenceProof(record, sighting, now) && destination !== undefined && destination !== 'unreadable';
  if (!proven || destination.changed) return lookAgain;
  if (record.cancelRequestedAt !== undefined) return endExport(record, { state: 'CANCELLED', now });
  return { ...toNextSubmission(record), ...toWaiting(record) };
}

/** Ends an export whose fate cannot be found out. */
export function endLost(record: ExportRecord, now: number, destination: Destination | undefined): ExportChanges {
  const asset = destination === undefined || destination === 'unreadable' ? undefined : destination;
  const error: ExportError = {
    code: 2,
    status: 'UNKNOWN',
    message: 'Earth Engine no longer knows what became of this export',
    reason: 'LOST',
    remedy: 'Look at the asset; retry the export when it is not the new one',
    retryable: true,
  };
  return endExport(record, {
    state: 'LOST',
    now,
    changes: { error },
    ...(asset ? { asset: toAssetFields(asset) } : {}),
  });
}

function toAssetFields(asset: { found: boolean; updateTime?: string }): { found: boolean; updateTime?: string } {
  return { found: asset.found, ...(asset.updateTime === undefined ? {} : { updateTime: asset.updateTime }) };
}

/** Only where no further send can come is an absence worth anything. */
function isAbsence(record: ExportRecord, sighting: Sighting, now: number): boolean {
  const noMoreSends = record.doubtful === 'settling' || record.cancelRequestedAt !== undefined;
  const quietSince = (record.sendDeadline ?? now) + QUIET_BEFORE_ABSENCE_MS;
  const trusted = now - (record.firstSentAt ?? now) < TRUSTED_MS;
  return noMoreSends && trusted && sighting.complete && !sighting.undescribed && sighting.startedAt >= quietSince;
}

function isAbsenceProof(record: ExportRecord, sighting: Sighting, now: number): boolean {
  const { absentSince } = record;
  if (absentSince === undefined || !isAbsence(record, sighting, now)) return false;
  return sighting.startedAt - absentSince >= BETWEEN_ABSENCES_MS;
}

function toWait(walks: number, age: number): number {
  if (age >= DAY_MS) return HOUR_MS;
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(walks - 1, 10));
}
