import { EXPORT_STATES } from '../../exports/record/states.ts';
import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { hasEnded } from '../../functions/routes/resource-state.ts';
import type { StateCounts } from './api.ts';

/** How many days the overview goes back, today included. */
export const DAYS = 14;

/** What ended on one day, by the reader's calendar. */
export interface DayFigures {
  /** Midnight at which it begins, epoch milliseconds. */
  start: number;
  succeeded: number;
  /** Ended otherwise. */
  other: number;
  eecuSeconds: number;
}

/** How full one project's queue at Earth Engine is, as far as this service's own exports go. */
export interface QueueFigures {
  project: string;
  /** Recorded here, not yet accepted. */
  waiting: number;
  pending: number;
  running: number;
}

/** Midnights of the days shown, oldest first. Days are made by the calendar, as some have 23 or 25 hours. */
export function toDayStarts(now: number): number[] {
  const today = new Date(now);
  return Array.from({ length: DAYS }, (_, index) =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - (DAYS - 1 - index)).getTime(),
  );
}

/** How many of these exports there are, by project and state. */
export function countStates(exports: readonly ExportResource[]): StateCounts {
  const counts = new Map<string, Map<string, number>>();
  for (const { project, state } of exports) {
    const states = counts.get(project) ?? new Map<string, number>();
    states.set(state, (states.get(state) ?? 0) + 1);
    counts.set(project, states);
  }
  return Object.fromEntries([...counts].map(([project, states]) => [project, Object.fromEntries(states)]));
}

/** All projects together: every state there is, and those of a newer service behind them. */
export function sumStates(counts: StateCounts): [state: string, count: number][] {
  const sums = new Map<string, number>(EXPORT_STATES.map((state) => [state, 0]));
  for (const states of Object.values(counts)) {
    for (const [state, count] of Object.entries(states)) sums.set(state, (sums.get(state) ?? 0) + count);
  }
  return [...sums];
}

/** What ended on each day; earlier attempts count for nothing, as the day of their computing time is not all theirs. */
export function toDays(exports: readonly ExportResource[], now: number): DayFigures[] {
  const days = toDayStarts(now).map((start) => ({ start, succeeded: 0, other: 0, eecuSeconds: 0 }));
  for (const resource of exports) {
    const ended = endOf(resource);
    const day = ended === undefined ? undefined : days.findLast(({ start }) => start <= ended);
    if (!day) continue;
    if (resource.state === 'SUCCEEDED') day.succeeded += 1;
    else day.other += 1;
    day.eecuSeconds += resource.batchEecuUsageSeconds ?? 0;
  }
  return days;
}

/** The queues of all projects that have any export going, fullest first. */
export function toQueues(counts: StateCounts): QueueFigures[] {
  const queues = Object.entries(counts).map(([project, states]) => ({
    project,
    waiting: states['QUEUED'] ?? 0,
    pending: states['PENDING'] ?? 0,
    running: (states['RUNNING'] ?? 0) + (states['CANCELLING'] ?? 0),
  }));
  return queues
    .filter(({ waiting, pending, running }) => waiting + pending + running > 0)
    .sort((a, b) => b.pending - a.pending || b.waiting - a.waiting);
}

function endOf(resource: ExportResource): number | undefined {
  if (!hasEnded(resource)) return undefined;
  const time = resource.endTime ?? resource.event?.time;
  return time === undefined ? undefined : Date.parse(time);
}
