import { describe, expect, test } from '@jest/globals';
import { type KnownOperations, planLooks } from '../../../src/exports/polling/plan-looks.ts';
import type { TrackedOperation } from '../../../src/exports/record/project-record.ts';
import { HOUR_MS, MINUTE_MS, NOW, SECOND_MS, toEntry } from '../sample-record.ts';

/** So many of a kind, each a second younger than the one before. */
function toMany(prefix: string, count: number, fields: Partial<TrackedOperation> = {}): TrackedOperation[] {
  return Array.from({ length: count }, (_, index) =>
    toEntry({ name: `${prefix}${index}`, createTime: NOW + index * SECOND_MS, ...fields }),
  );
}

/** Running for so long, seen so long ago. */
function toRunning(runningMs: number, unseenMs: number): Partial<TrackedOperation> {
  return { state: 'RUNNING', startTime: NOW - runningMs, seenAt: NOW - unseenMs };
}

const plan = (tracked: TrackedOperation[], known: Omit<KnownOperations, 'tracked'> = {}, now = NOW) =>
  planLooks({ tracked, ...known }, now);
const dueOf = (tracked: TrackedOperation[], now = NOW) => plan(tracked, {}, now).due.map(({ name }) => name);

describe('planLooks() finds due', () => {
  test('the first four of the queue, the more urgent and then the older first', () => {
    const queue = [...toMany('o', 6), toEntry({ name: 'urgent', priority: 200, createTime: NOW + HOUR_MS })];
    expect(new Set(dueOf(queue))).toEqual(new Set(['o0', 'o1', 'o2', 'urgent']));
  });

  test('the head of a queue in any order', () => {
    const queue = toMany('o', 1_000).map((entry, index) => ({ ...entry, priority: (index * 37) % 1_000 }));
    const first = queue.toSorted((a, b) => b.priority - a.priority).slice(0, 4);
    expect(new Set(dueOf(queue))).toEqual(new Set(first.map(({ name }) => name)));
  });

  test('twice as many of the queue as run', () => {
    const running = toMany('r', 3, toRunning(0, 0));
    expect(dueOf([...toMany('o', 10), ...running])).toEqual(['o0', 'o1', 'o2', 'o3', 'o4', 'o5']);
  });

  test('whatever else has come to its time, longest due first', () => {
    const late = toEntry({ name: 'late', createTime: NOW + HOUR_MS, nextLookAt: NOW - 2 });
    const later = toEntry({ name: 'later', state: 'RUNNING', nextLookAt: NOW - 1 });
    const queue = toMany('o', 4, { seenAt: NOW - 1 });
    expect(dueOf([...queue, later, late])).toEqual(['late', 'o0', 'o1', 'o2', 'o3', 'later']);
    expect(dueOf([later], NOW - 2)).toEqual([]);
  });

  test('not the head of the queue after a failed look, before its time', () => {
    expect(dueOf([toEntry({ failures: 3, nextLookAt: NOW + 1 })])).toEqual([]);
  });

  test('at every tick each of a few that run while others wait for them to end', () => {
    const few = toMany('r', 12, toRunning(HOUR_MS, 50 * SECOND_MS));
    const many = toMany('r', 13, toRunning(HOUR_MS, 50 * SECOND_MS));
    const waiting = toEntry({ failures: 3 });
    expect(dueOf([waiting, ...few])).toHaveLength(12);
    expect(dueOf([waiting, ...many])).toEqual([]);
    expect(dueOf(few)).toEqual([]);
  });
});

describe('planLooks() reads pages of the list', () => {
  test('where they show more of what is due than the calls they take', () => {
    expect(plan(toMany('r', 2, { nextLookAt: NOW })).pages).toBe(0);
    expect(plan(toMany('r', 3, { nextLookAt: NOW })).pages).toBe(1);
  });

  test('where they show more than a dozen that run and were not seen for long enough', () => {
    expect(plan(toMany('r', 14, toRunning(HOUR_MS, MINUTE_MS))).pages).toBe(0);
    expect(plan(toMany('r', 15, toRunning(HOUR_MS, MINUTE_MS)))).toMatchObject({ pages: 1, due: [] });
  });

  test.each([
    ['just started', 0, 10 * SECOND_MS],
    ['running for 15 minutes', 15 * MINUTE_MS, 18 * SECOND_MS],
    ['running for a day', 24 * HOUR_MS, 50 * SECOND_MS],
  ])(
    'again, of one %s, after a fiftieth of its running time, ten seconds at least, a tick at most',
    (_, ran, waitMs) => {
      expect(plan(toMany('r', 15, toRunning(ran, waitMs - 1))).pages).toBe(0);
      expect(plan(toMany('r', 15, toRunning(ran, waitMs))).pages).toBe(1);
    },
  );

  test('not for what waits, nor for what failed, before its time', () => {
    expect(plan(toMany('o', 100, { seenAt: 0, failures: 3 })).pages).toBe(0);
    expect(plan(toMany('r', 100, { ...toRunning(HOUR_MS, MINUTE_MS), failures: 3 })).pages).toBe(0);
  });

  test('as far as each further page is worth it, by where the last walks saw the pages end', () => {
    const pageEnds = [NOW + 100 * SECOND_MS, NOW + 50 * SECOND_MS, NOW - HOUR_MS];
    const onFirst = toMany('a', 3, { nextLookAt: NOW, createTime: NOW + 100 * SECOND_MS });
    const onSecond = toMany('b', 3, { nextLookAt: NOW, createTime: NOW + 99 * SECOND_MS });
    const onThird = toMany('c', 1, { nextLookAt: NOW, createTime: NOW });
    const { pages, due, onPages } = plan([...onThird, ...onSecond, ...onFirst], { pageEnds });
    expect(pages).toBe(2);
    expect(due).toHaveLength(7);
    expect(onPages.map(({ name }) => name)).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2']);
    expect(plan([...onSecond, ...toMany('d', 2, { ...onSecond[0] })], { pageEnds }).pages).toBe(2);
    expect(plan(onSecond, { pageEnds }).pages).toBe(0);
  });

  test('taking what is older than the pages that are known to fill those that follow', () => {
    const all = toMany('o', 1_001, { nextLookAt: NOW });
    expect(plan(all).pages).toBe(2);
    expect(plan([...all, ...toMany('p', 2, { nextLookAt: NOW, createTime: 0 })]).pages).toBe(3);
    expect(plan(all, { pageEnds: [NOW + 2_000 * SECOND_MS] }).pages).toBe(3);
  });
});
