import { describe, expect, test } from '@jest/globals';
import { countStates, sumStates, toDayStarts, toDays, toQueues } from '../../../src/console/page/overview-figures.ts';
import { EXPORT_STATES } from '../../../src/exports/record/states.ts';
import { resourceOf } from './export-resources.ts';

const now = new Date(2026, 10, 2, 12).getTime();
const HOUR = 3_600_000;

describe('the figures of the overview', () => {
  test('begin at midnights, fourteen of them, through a change of the clocks', () => {
    const days = toDayStarts(now).map((start) => new Date(start));
    expect(days).toHaveLength(14);
    expect(days.every((day) => day.getHours() === 0)).toBe(true);
    expect(days.map((day) => day.getDate())).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 1, 2]);
  });

  test('count what ended on the day on which it ended', () => {
    const ended = [
      resourceOf('a', 'SUCCEEDED', { now, age: 30 * HOUR, endTime: now - HOUR, batchEecuUsageSeconds: 10 }),
      resourceOf('b', 'FAILED', { now, age: 30 * HOUR, endTime: now - 13 * HOUR, batchEecuUsageSeconds: 5 }),
      resourceOf('c', 'LOST', { now, age: 30 * HOUR, endTime: now - 13 * HOUR }),
      resourceOf('d', 'SUCCEEDED', { now, age: 999 * HOUR, endTime: now - 900 * HOUR, batchEecuUsageSeconds: 99 }),
      resourceOf('e', 'CANCELLING', { now, age: HOUR, endTime: now, batchEecuUsageSeconds: 99 }),
    ];
    const figures = toDays(ended, now).map(({ succeeded, other, eecuSeconds }) => [succeeded, other, eecuSeconds]);
    expect(figures.slice(-2)).toEqual([
      [0, 2, 5],
      [1, 0, 10],
    ]);
    expect(figures.slice(0, -2).flat()).toEqual(Array.from({ length: 36 }, () => 0));
  });

  test('count states by project, and sum them up, also those of a newer service', () => {
    const newer = { ...resourceOf('a', 'LOST', { now, age: HOUR }), state: 'PAUSED' };
    const lost = ['b', 'c'].map((id) => resourceOf(id, 'LOST', { now, age: HOUR, project: `of-${id}` }));
    const counts = countStates([newer, ...lost]);
    expect(counts).toEqual({ 'forest-watch': { PAUSED: 1 }, 'of-b': { LOST: 1 }, 'of-c': { LOST: 1 } });
    expect(sumStates(counts)).toEqual([
      ...EXPORT_STATES.map((state) => [state, state === 'LOST' ? 2 : 0]),
      ['PAUSED', 1],
    ]);
  });

  test('tell each project’s queue, the fullest first, and none where nothing is going', () => {
    const counts = { b: { RUNNING: 1, QUEUED: 1 }, a: { PENDING: 1, CANCELLING: 1, LOST: 5 }, c: { SUCCEEDED: 9 } };
    expect(toQueues(counts)).toEqual([
      { project: 'a', waiting: 0, pending: 1, running: 1 },
      { project: 'b', waiting: 1, pending: 0, running: 1 },
    ]);
  });
});
