import type { SendOutcome } from '../earth-engine/failure.ts';
import { isEnded } from '../earth-engine/operation.ts';
import { afterLook, toOperationFields } from './after-look.ts';
import { toNextSubmission, toWaiting } from './claim.ts';
import { endExport, NOTHING_DUE } from './end-export.ts';
import type { ExportChanges, ExportRecord } from './export.ts';
import type { HoldReason } from './project-record.ts';

/** What an answer to a send changes in the record, and whether it stops the whole project for a while. */
export interface SendResult {
  changes: ExportChanges;
  hold?: HoldReason;
}

const FIRST_WALK_AFTER_MS = 5_000;
const SHORTEST_BACKOFF_MS = 5_000;
const LONGEST_BACKOFF_MS = 300_000;
const DENIED_FOR_GOOD_AFTER_MS = 30 * 60_000;

/**
 * The step of the answers table. `inDoubt`: another send of this submission may have started an operation; then a
 * refusal proves nothing, and only Earth Engine's list of operations can settle it.
 */
export function afterSend(
  record: ExportRecord,
  outcome: SendOutcome,
  options: { now: number; inDoubt: boolean; random: () => number; principal?: string },
): SendResult {
  const { now, inDoubt } = options;
  switch (outcome.kind) {
    case 'accepted':
      return { changes: accept(record, outcome.operation, options) };
    case 'doubtful':
      return { changes: { claimUntil: null, doubtful: 'unanswered', dueAt: now + FIRST_WALK_AFTER_MS } };
    case 'throttled':
      return { changes: { ...backOff(record, outcome.retryAfterMs, options), ...keepDoubt(inDoubt) } };
    case 'duplicate':
      return { changes: settle(now) };
    case 'queue-full':
    case 'daily-quota':
      if (inDoubt) return { changes: settle(now), hold: outcome.kind };
      return { changes: { ...toNextSubmission(record), ...toWaiting(record) }, hold: outcome.kind };
    case 'denied':
      return deny(record, outcome.failure, options);
    case 'refused':
      if (inDoubt) return { changes: settle(now) };
      return { changes: endExport(record, { state: 'REJECTED', now, changes: { error: outcome.failure } }) };
  }
}

/** Records that Earth Engine has the export: found in its list, or answered to a send. */
export function accept(
  record: ExportRecord,
  operation: Parameters<typeof toOperationFields>[0],
  options: { now: number; principal?: string },
): ExportChanges {
  const accepted = { ...toOperationFields(operation), submitTime: record.sentAt ?? options.now };
  if (isEnded(operation.state)) {
    const ended = afterLook({ ...record, submitTime: accepted.submitTime }, operation, options);
    return { ...ended, submitTime: accepted.submitTime };
  }
  return { ...accepted, ...NOTHING_DUE, dueAt: options.now };
}

function settle(now: number): ExportChanges {
  return { claimUntil: null, doubtful: 'settling', dueAt: now };
}

function keepDoubt(inDoubt: boolean): ExportChanges {
  return { claimUntil: null, doubtful: inDoubt ? 'unanswered' : null, deniedSince: null };
}

/** Equal jitter over the time since the first send, which doubles by itself; what Earth Engine asks for is the floor. */
function backOff(
  record: ExportRecord,
  retryAfterMs: number | undefined,
  options: { now: number; random: () => number },
): ExportChanges {
  const elapsed = options.now - (record.firstSentAt ?? options.now);
  const wait = Math.min(LONGEST_BACKOFF_MS, Math.max(SHORTEST_BACKOFF_MS, elapsed));
  return { dueAt: options.now + Math.round(Math.max(retryAfterMs ?? 0, wait * (0.5 + options.random() / 2))) };
}

function deny(
  record: ExportRecord,
  failure: Extract<SendOutcome, { kind: 'denied' }>['failure'],
  options: { now: number; inDoubt: boolean },
): SendResult {
  const { now, inDoubt } = options;
  if (inDoubt) {
    return {
      changes: { claimUntil: null, doubtful: 'unanswered', dueAt: now + FIRST_WALK_AFTER_MS },
      hold: 'credentials',
    };
  }
  const deniedSince = record.deniedSince ?? record.sentAt ?? now;
  if (now - deniedSince < DENIED_FOR_GOOD_AFTER_MS) {
    return { changes: { ...toWaiting(record), deniedSince }, hold: 'credentials' };
  }
  return { changes: endExport(record, { state: 'REJECTED', now, changes: { error: failure } }), hold: 'credentials' };
}
