import { describe, expect, test } from '@jest/globals';
import {
  afterFailedLook,
  afterGoodLook,
  afterMiss,
  isNews,
  toTracked,
} from '../../../src/exports/polling/tracked-operation.ts';
import { toEarlierTokens, toSend, toToken } from '../../../src/exports/record/sent-id.ts';
import { HOUR_MS, MINUTE_MS, NOW, SECOND_MS, toEntry, toOperation, toRecord } from '../sample-record.ts';

const LATER = NOW + 6 * HOUR_MS;

describe('toTracked()', () => {
  test('is looked at first', () => {
    const record = toRecord({ state: 'PENDING', operation: toOperation().name, submitTime: NOW + 1 });
    expect(toTracked(record, NOW + 5)).toEqual({
      ...toEntry({ createTime: NOW + 1, nextLookAt: NOW + 5, seenAt: NOW + 5 }),
    });
  });

  test('remembers the tokens of all submissions where there were several: any of them may be the one adopted', () => {
    const record = toRecord({ state: 'PENDING', operation: toOperation().name, submission: 3 });
    expect(toTracked(record, NOW).attemptTokens).toEqual([
      ...toEarlierTokens(record),
      toToken(toSend(record).requestId),
    ]);
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
