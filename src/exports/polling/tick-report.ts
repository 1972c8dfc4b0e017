/** What one tick did, as `pollOperations` answers and logs it. */
export interface TickReport {
  /** Looks at operations, by a list or one by one, in all looks of the tick. */
  lookedAt: number;
  /** Exports whose record changed by a look. */
  changed: number;
  /** Completion events published. */
  announced: number;
  /** Exports sent to Earth Engine, whatever it answered. */
  submitted: number;
  /** Projects on hold when the last look of the tick began. */
  held: number;
  /** Due exports and looks left for the next tick: at least so many. */
  left: number;
  /** How long the longest-due of all had been due, when the tick came to it or left it, in seconds. */
  oldestDueAgeSeconds: number;
  /** Requests to Earth Engine's API, of every kind. */
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

/** Counts what is left for the next tick, due for so long. */
export function noteLeft(report: TickReport, dueForMs: number, count = 1): void {
  report.left += count;
  noteDue(report, dueForMs);
}

/** Remembers the longest time that anything was due. */
export function noteDue(report: TickReport, dueForMs: number): void {
  report.oldestDueAgeSeconds = Math.max(report.oldestDueAgeSeconds, dueForMs / 1000);
}
