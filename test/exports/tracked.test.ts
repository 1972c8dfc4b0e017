import { describe, expect, test } from '@jest/globals';
import { toEarlierTokens } from '../../src/exports/export-id.ts';
import type { TrackedOperation } from '../../src/exports/project-record.ts';
import { afterFailedLook, afterGoodLook, afterMiss, findDue, isNews, toTracked } from '../../src/exports/tracked.ts';
import { HOUR_MS, MINUTE_MS, NOW, SECOND_MS, toOperation, toRecord } from './record.ts';

const LATER = NOW + 6 * HOUR_MS;

function toEntry(fields: Partial<TrackedOperation> = {}): TrackedOperation {
  const { name } = toOperation();
  return {
    name,
    id: 'job',
    state: 'PENDING',
    priority: 100,
    createTime: NOW,
    nextLookAt: LATER,
    seenAt: NOW,
    ...fields,
  };
}

function toQueue(count: number, fields: Partial<TrackedOperation> = {}): TrackedOperation[] {
  return Array.from({ length: count }, (_, index) =>
    toEntry({ name: `o${index}`, createTime: NOW + index, ...fields }),
  );
}

describe('toTracked()', () => {
  test('is looked at first', () => {
    const record = toRecord({ state: 'PENDING', operation: toOperation().name, submitTime: NOW + 1 });
    expect(toTracked(record, NOW + 5)).toEqual({
      ...toEntry({ createTime: NOW + 1, nextLookAt: NOW + 5, seenAt: NOW + 5 }),
    });
  });

  test('remembers the tokens of submissions that were given up', () => {
    const record = toRecord({ state: 'PENDING', operation: toOperation().name, submission: 3 });
    expect(toTracked(record, NOW).earlierTokens).toEqual(toEarlierTokens(record));
  });
});

describe('findDue()', () => {
  const names = (entries: TrackedOperation[]) => entries.map(({ name }) => name);

  test('looks at the first four of the queue, the more urgent and then the older first', () => {
    const queue = [...toQueue(6), toEntry({ name: 'urgent', priority: 200, createTime: NOW + 100 })];
    expect(names(findDue(queue, NOW))).toEqual(['o0', 'o1', 'o2', 'urgent']);
  });

  test('looks at twice as many of the queue as run', () => {
    const running = Array.from({ length: 3 }, (_, index) => toEntry({ name: `r${index}`, state: 'RUNNING' }));
    expect(names(findDue([...toQueue(10), ...running], NOW))).toEqual(['o0', 'o1', 'o2', 'o3', 'o4', 'o5']);
  });

  test('looks at whatever is due besides', () => {
    const running = toEntry({ name: 'r', state: 'RUNNING', nextLookAt: NOW });
    const tail = toEntry({ name: 'tail', createTime: NOW + 50, nextLookAt: NOW });
    expect(names(findDue([...toQueue(4), running, tail], NOW))).toEqual(['o0', 'o1', 'o2', 'o3', 'r', 'tail']);
    expect(names(findDue([running], NOW - 1))).toEqual([]);
  });

  test('does not look again at the head of the queue before a failed look is due', () => {
    expect(findDue([toEntry({ failures: 3, nextLookAt: NOW + 1 })], NOW)).toEqual([]);
  });
});

describe('afterGoodLook()', () => {
  test.each([
    [0, 10 * SECOND_MS],
    [90 * SECOND_MS, 10 * SECOND_MS],
    [10 * MINUTE_MS, MINUTE_MS],
    [-10 * MINUTE_MS, 10 * SECOND_MS],
  ])('looks at an operation that runs for %i ms again after %i ms', (runningMs, waitMs) => {
    const operation = toOperation({ state: 'RUNNING', startTime: NOW - runningMs });
    expect(afterGoodLook(toEntry(), operation, NOW)).toMatchObject({ state: 'RUNNING', nextLookAt: NOW + waitMs });
  });

  test('looks at one that waits again after six hours, unless it is at the head by then', () => {
    expect(afterGoodLook(toEntry({ nextLookAt: NOW }), toOperation(), NOW).nextLookAt).toBe(LATER);
  });

  test('forgets failures, and remembers when it was seen', () => {
    const entry = afterGoodLook(toEntry({ failures: 7, missing: true, seenAt: 0 }), toOperation(), NOW);
    expect(entry.seenAt).toBe(NOW);
    expect(entry).not.toHaveProperty('failures');
    expect(entry).not.toHaveProperty('missing');
  });
});

describe('afterFailedLook()', () => {
  test('looks again at the next tick twice, then after 5 s, doubling to ten minutes', () => {
    const waits: number[] = [];
    let entry = toEntry();
    for (let look = 0; look < 11; look += 1) {
      entry = afterFailedLook(entry, NOW);
      waits.push((entry.nextLookAt - NOW) / SECOND_MS);
    }
    expect(waits).toEqual([0, 0, 5, 10, 20, 40, 80, 160, 320, 600, 600]);
  });
});

describe('afterMiss()', () => {
  test('wants the list at the next tick, and once that showed it neither, is in no hurry', () => {
    expect(afterMiss(toEntry(), NOW, false)).toMatchObject({ missing: true, nextLookAt: NOW });
    expect(afterMiss(toEntry(), NOW, true)).toMatchObject({ missing: true, nextLookAt: NOW + 5 * MINUTE_MS });
  });

  test('waits longer and longer where the list cannot be read', () => {
    expect(afterMiss(toEntry({ failures: 9 }), NOW, false).nextLookAt).toBe(NOW + 10 * MINUTE_MS);
  });
});

describe('isNews()', () => {
  const entry = toEntry({ state: 'RUNNING', startTime: NOW, progress: 0.5 });

  test.each([
    ['nothing new', { state: 'RUNNING', startTime: NOW, progress: 0.5 }, false],
    ['no start time', { state: 'RUNNING', progress: 0.5 }, false],
    ['a little progress', { state: 'RUNNING', startTime: NOW, progress: 0.54 }, false],
    ['some progress', { state: 'RUNNING', startTime: NOW, progress: 0.55 }, true],
    ['another start', { state: 'RUNNING', startTime: NOW + 1, progress: 0 }, true],
    ['another state', { state: 'CANCELLING', startTime: NOW, progress: 0.5 }, true],
  ] as const)('of a look that shows %s', (_what, fields, expected) => {
    expect(isNews(entry, toOperation(fields))).toBe(expected);
  });
});
