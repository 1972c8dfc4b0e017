import type { Failure } from '../../earth-engine/failure.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { toDoubtWaitMs } from './doubt-wait.ts';
import { endExport } from './end-export.ts';
import { toWaiting } from './waiting.ts';

/**
 * The step of a claimed export that is not sent, because another was refused for the whole project: the claim put nothing
 * in doubt. `inDoubt`: an earlier send may have started an operation.
 */
export function afterNoSend(claimed: ExportRecord, inDoubt: boolean, now: number): ExportChanges {
  if (inDoubt) return { claimUntil: null, dueAt: now + toDoubtWaitMs(claimed, now) };
  if (claimed.cancelRequestedAt !== undefined) return endExport(claimed, { state: 'CANCELLED', now });
  return toWaiting(claimed);
}

/** The step of a claimed export whose request is gone: what may have been sent before must be looked for, the rest can never be sent. */
export function afterBodyLost(claimed: ExportRecord, inDoubt: boolean, now: number): ExportChanges {
  if (inDoubt) return { claimUntil: null, doubtful: 'settling', dueAt: now };
  const error: Failure = {
    code: 15,
    status: 'DATA_LOSS',
    message: 'Cannot send the request: what was kept of it cannot be read any more',
    reason: 'BODY_LOST',
    remedy: 'Send the request again under a new id',
    retryable: false,
  };
  return endExport(claimed, { state: 'REJECTED', now, changes: { error, hasBody: false } });
}
