import type { Operation } from '../../earth-engine/operation.ts';
import { DEFAULT_PRIORITY } from '../../request/fields/priority.ts';
import type { ExportRecord } from '../export.ts';
import type { TrackedOperation } from '../record/project-record.ts';
import { toEarlierTokens, toSend, toToken } from '../record/sent-id.ts';

/** A running operation is due, worth a call by itself, after this share of the time it has run. */
const DUE_AFTER_SHARE = 0.1;
const SHORTEST_DUE_AFTER_MS = 10_000;
const TAIL_WAIT_MS = 6 * 3_600_000;
const FAILURES_WITHOUT_WAIT = 2;
const FIRST_FAILURE_WAIT_MS = 5_000;
const LONGEST_FAILURE_WAIT_MS = 600_000;
const AFTER_MISS_MS = 300_000;
const NOTEWORTHY_PROGRESS = 0.05;

/** An accepted export as it is tracked from now on; it is looked at first. */
export function toTracked(record: ExportRecord, now: number): TrackedOperation {
  const earlier = toEarlierTokens(record);
  return {
    name: record.operation ?? '',
    id: record.id,
    state: record.state,
    priority: record.request?.priority ?? DEFAULT_PRIORITY,
    createTime: record.submitTime ?? record.createTime,
    ...(record.startTime === undefined ? {} : { startTime: record.startTime }),
    ...(record.progress === undefined ? {} : { progress: record.progress }),
    nextLookAt: now,
    seenAt: now,
    // Where an earlier submission's operation was adopted, the present one's is the superfluous one.
    ...(earlier.length === 0 ? {} : { attemptTokens: [...earlier, toToken(toSend(record).requestId)] }),
  };
}

/** The entry after a readable look. */
export function afterGoodLook(entry: TrackedOperation, operation: Operation, now: number): TrackedOperation {
  const { failures: _failures, missing: _missing, ...rest } = entry;
  const next: TrackedOperation = {
    ...rest,
    state: operation.state,
    createTime: operation.createTime ?? entry.createTime,
    priority: operation.priority ?? entry.priority,
    seenAt: now,
    nextLookAt: now + TAIL_WAIT_MS,
  };
  if (operation.progress !== undefined) next.progress = operation.progress;
  if (operation.state === 'PENDING') return next;
  if (operation.startTime !== undefined) next.startTime = operation.startTime;
  const runningMs = now - (next.startTime ?? now);
  next.nextLookAt = now + Math.max(SHORTEST_DUE_AFTER_MS, DUE_AFTER_SHARE * runningMs);
  return next;
}

/** The entry after a look that failed: again at the next tick, from the third in a row on after a growing wait. */
export function afterFailedLook(entry: TrackedOperation, now: number): TrackedOperation {
  const failures = (entry.failures ?? 0) + 1;
  if (failures <= FAILURES_WITHOUT_WAIT) return { ...entry, failures, nextLookAt: now };
  const doublings = Math.min(failures - FAILURES_WITHOUT_WAIT - 1, 10);
  const waitMs = Math.min(LONGEST_FAILURE_WAIT_MS, FIRST_FAILURE_WAIT_MS * 2 ** doublings);
  return { ...entry, failures, nextLookAt: now + waitMs };
}

/** The entry of an operation that was not found: soon again with a walk, then, once that showed it neither, by and by. */
export function afterMiss(entry: TrackedOperation, now: number, isAbsent: boolean): TrackedOperation {
  const next = { ...afterFailedLook(entry, now), missing: true };
  return isAbsent ? { ...next, nextLookAt: now + AFTER_MISS_MS } : next;
}

/** Whether a look showed something that belongs into the export's record: there is no write for a look that did not. */
export function isNews(entry: TrackedOperation, operation: Operation): boolean {
  if (operation.state !== entry.state || (operation.startTime ?? entry.startTime) !== entry.startTime) return true;
  return (operation.progress ?? 0) - (entry.progress ?? 0) >= NOTEWORTHY_PROGRESS;
}
