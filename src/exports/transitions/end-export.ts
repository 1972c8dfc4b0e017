import { toCompletionEvent } from '../../events/completion-event.ts';
import type { EndedState } from '../../events/ended-states.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { applyChanges } from '../record/apply-changes.ts';
import { mayFollow } from '../record/states.ts';

/** Every field that says that something is still to be done about an export's sending or looking. */
export const NOTHING_DUE = {
  dueAt: null,
  admitRank: null,
  claimUntil: null,
  doubtful: null,
  walks: null,
  absentSince: null,
  missingSince: null,
  missingCount: null,
  deniedSince: null,
} satisfies ExportChanges;

/** How an export ended. */
export interface Ending {
  state: EndedState;
  /** Ledger time, epoch milliseconds. */
  now: number;
  /** What else changes in the same write, e.g. what Earth Engine told last. */
  changes?: ExportChanges;
  /** Only of LOST: what was found at the destination. */
  asset?: { found: boolean; updateTime?: string };
}

/**
 * Ends an export: the final state and its completion event are one write, so that neither is ever there without the
 * other. The event is published by the poller alone.
 */
export function endExport(record: ExportRecord, ending: Ending): ExportChanges {
  const { state, now, asset } = ending;
  if (!mayFollow(record.state, state)) {
    throw new Error(
      `Cannot end export "${record.id}" as ${state}: it is ${record.state}; this is a fault of the service`,
    );
  }
  const changes = { ...ending.changes, ...NOTHING_DUE, state, endTime: ending.changes?.endTime ?? now };
  const ended = applyChanges(record, changes);
  return {
    ...changes,
    ...(state === 'SUCCEEDED' ? { hasBody: false } : {}),
    event: toCompletionEvent(ended, now, asset),
    outboxAt: now,
  };
}
