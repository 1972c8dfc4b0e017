import type { ExportResource } from '../../functions/export-resource.ts';
import { hasEnded } from './export-facts.ts';

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

/** How many exports are in each state. */
export function countStates(exports: readonly ExportResource[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { state } of exports) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
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
export function toQueues(active: readonly ExportResource[]): QueueFigures[] {
  const queues = new Map<string, QueueFigures>();
  for (const { project, state } of active) {
    const queue = queues.get(project) ?? { project, waiting: 0, pending: 0, running: 0 };
    queues.set(project, queue);
    if (state === 'QUEUED') queue.waiting += 1;
    else if (state === 'PENDING') queue.pending += 1;
    else queue.running += 1;
  }
  return [...queues.values()].sort((a, b) => b.pending - a.pending || b.waiting - a.waiting);
}

function endOf(resource: ExportResource): number | undefined {
  if (!hasEnded(resource)) return undefined;
  const time = resource.endTime ?? resource.event?.time;
  return time === undefined ? undefined : Date.parse(time);
}
