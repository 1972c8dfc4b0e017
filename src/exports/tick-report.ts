/** What one tick did, as `pollOperations` answers and logs it. */
export interface TickReport {
  /** Operations looked at. */
  lookedAt: number;
  /** Exports whose record changed by a look. */
  changed: number;
  /** Completion events published. */
  announced: number;
  /** Exports sent to Earth Engine, whatever it answered. */
  submitted: number;
  /** Projects on hold. */
  held: number;
  /** Due exports left for the next tick. */
  left: number;
  /** Age of the longest-due export that was left, in seconds. */
  oldestDueAgeSeconds: number;
  /** Calls of Earth Engine's API. */
  apiCalls: number;
  /** Exports in Earth Engine's queue, and those it runs, by the last look at each. */
  pending: number;
  running: number;
}

/** A report of nothing. */
export function createTickReport(): TickReport {
  return {
    lookedAt: 0,
    changed: 0,
    announced: 0,
    submitted: 0,
    held: 0,
    left: 0,
    oldestDueAgeSeconds: 0,
    apiCalls: 0,
    pending: 0,
    running: 0,
  };
}
