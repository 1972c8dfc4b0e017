import { ENDED_STATES } from '../../events/ended-states.ts';
import type { ExportState } from '../export.ts';

/**
 * Which states may follow which. QUEUED: recorded, not known to be accepted by Earth Engine. PENDING, RUNNING and
 * CANCELLING are Earth Engine's own and may follow each other in any order, as it says (a task that failed for a passing
 * reason goes back to PENDING). A final state is left by `:retry` alone, SUCCEEDED never.
 */
const FOLLOWERS: Readonly<Record<ExportState, readonly ExportState[]>> = {
  QUEUED: ['PENDING', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED', 'LOST'],
  PENDING: ['RUNNING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'LOST'],
  RUNNING: ['PENDING', 'CANCELLING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'LOST'],
  CANCELLING: ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'LOST'],
  SUCCEEDED: [],
  FAILED: ['QUEUED'],
  CANCELLED: ['QUEUED'],
  REJECTED: ['QUEUED'],
  LOST: ['QUEUED'],
};

/** Every state, in the order in which an export goes through them. */
export const EXPORT_STATES = Object.keys(FOLLOWERS) as ExportState[];

/** Whether this version knows the state: a record in any other is left alone. */
export function isKnownState(state: string): state is ExportState {
  return Object.hasOwn(FOLLOWERS, state);
}

/** Whether an export in this state has ended. */
export function isFinal(state: ExportState): boolean {
  return ENDED_STATES.some((ended) => ended === state);
}

/** Whether Earth Engine has the export now. */
export function isAccepted(state: ExportState): boolean {
  return state === 'PENDING' || state === 'RUNNING' || state === 'CANCELLING';
}

/** Whether `to` may come right after `from`. */
export function mayFollow(from: ExportState, to: ExportState): boolean {
  return FOLLOWERS[from].includes(to);
}
