import type { Failure, SendOutcome } from '../../earth-engine/failure.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { accept } from './accept.ts';
import { toDoubtWaitMs } from './doubt-wait.ts';
import { endExport } from './end-export.ts';
import { toNextSubmission } from './next-submission.ts';
import { toWaiting } from './waiting.ts';

/** What `afterSend` goes by besides the answer. */
export interface AfterSendOptions {
  /** Ledger time. */
  now: number;
  /** Whether another send of the same submission may have started an operation. */
  inDoubt: boolean;
  /** 0 to 1. */
  random: () => number;
  principal?: string;
}

const SHORTEST_BACKOFF_MS = 5_000;
const LONGEST_BACKOFF_MS = 300_000;
const DENIED_FOR_GOOD_AFTER_MS = 30 * 60_000;

/**
 * The step after an answer of Earth Engine, one for each kind of `SendOutcome`. In doubt, a refusal proves nothing about the
 * earlier sends: only Earth Engine's list of operations can settle them.
 */
export function afterSend(record: ExportRecord, outcome: SendOutcome, options: AfterSendOptions): ExportChanges {
  const { now, inDoubt } = options;
  if (outcome.kind === 'accepted') return accept(record, outcome.operation, options);
  if (outcome.kind === 'doubtful') {
    return { claimUntil: null, deniedSince: null, doubtful: 'unanswered', dueAt: now + toDoubtWaitMs(record, now) };
  }
  if (outcome.kind === 'duplicate') return settle(now);
  if (inDoubt) {
    if (outcome.kind !== 'throttled') return settle(now);
    return { ...toBackOff(record, outcome.retryAfterMs, options), doubtful: 'unanswered' };
  }
  if (outcome.kind === 'refused') {
    return endExport(record, { state: 'REJECTED', now, changes: { error: outcome.failure } });
  }
  // Nothing of it is with Earth Engine, and nothing more is to be sent.
  if (record.cancelRequestedAt !== undefined) return endExport(record, { state: 'CANCELLED', now });
  if (outcome.kind === 'throttled') return { ...toBackOff(record, outcome.retryAfterMs, options), doubtful: null };
  if (outcome.kind === 'denied') return deny(record, outcome.failure, now);
  return { ...toNextSubmission(record), ...toWaiting(record) };
}

function settle(now: number): ExportChanges {
  return { claimUntil: null, doubtful: 'settling', dueAt: now };
}

/** Equal jitter over the age of the export, which doubles by itself; what Earth Engine asks for is the floor. */
function toBackOff(record: ExportRecord, retryAfterMs: number | undefined, options: AfterSendOptions): ExportChanges {
  const ageMs = options.now - record.createTime;
  const longestMs = Math.min(LONGEST_BACKOFF_MS, Math.max(SHORTEST_BACKOFF_MS, ageMs));
  const waitMs = Math.max(retryAfterMs ?? 0, longestMs * (0.5 + options.random() / 2));
  return { claimUntil: null, deniedSince: null, dueAt: options.now + Math.round(waitMs) };
}

function deny(record: ExportRecord, failure: Failure, now: number): ExportChanges {
  const deniedSince = record.deniedSince ?? record.sentAt ?? now;
  if (now - deniedSince < DENIED_FOR_GOOD_AFTER_MS) return { ...toWaiting(record), deniedSince };
  return endExport(record, { state: 'REJECTED', now, changes: { error: failure } });
}
