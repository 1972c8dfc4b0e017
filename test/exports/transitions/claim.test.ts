import { describe, expect, test } from '@jest/globals';
import { applyChanges } from '../../../src/exports/record/apply-changes.ts';
import { toSend } from '../../../src/exports/record/sent-id.ts';
import { toClaim } from '../../../src/exports/transitions/claim.ts';
import { toDoubtWaitMs } from '../../../src/exports/transitions/doubt-wait.ts';
import { toNextSubmission } from '../../../src/exports/transitions/next-submission.ts';
import { toAdmitRank, toWaiting } from '../../../src/exports/transitions/waiting.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, NOW, SECOND_MS, toClaimed, toRecord } from '../sample-record.ts';

const SUBMIT_BUDGET_MS = 20 * SECOND_MS;
const WHOLE = { sendMs: SUBMIT_BUDGET_MS, submitBudgetMs: SUBMIT_BUDGET_MS };

describe('toClaim()', () => {
  test('claims an export until long after the last POST must be over, and puts it in doubt', () => {
    const record = toRecord({ admitRank: 1, submission: 2 });
    expect(applyChanges(record, toClaim(record, NOW, WHOLE))).toEqual({
      ...toRecord({ submission: 2 }),
      claimUntil: NOW + 60 * SECOND_MS,
      dueAt: NOW + 60 * SECOND_MS,
      sentAt: NOW,
      firstSentAt: NOW,
      sendDeadline: NOW + 20 * SECOND_MS,
      doubtful: 'unanswered',
      sentDescription: toSend(record).description,
    });
  });

  test.each([0, 1, 5_000, 20_000, 600_000])(
    'leaves at least 20 s between deadline and end with %i ms to send',
    (sendMs) => {
      const { claimUntil, sendDeadline } = toClaim(toRecord(), NOW, { ...WHOLE, sendMs });
      expect(claimUntil - sendDeadline).toBeGreaterThanOrEqual(20 * SECOND_MS);
      expect(sendDeadline - NOW).toBeLessThanOrEqual(SUBMIT_BUDGET_MS);
    },
  );

  test('keeps the first doubtful send of an export that is sent again, and counts the walk before it', () => {
    const record = toClaimed({ walks: 2, absentSince: NOW });
    const again = applyChanges(record, toClaim(record, NOW + MINUTE_MS, WHOLE));
    expect(again).toMatchObject({ firstSentAt: NOW, sentAt: NOW + MINUTE_MS, doubtful: 'unanswered', walks: 3 });
    expect(again).not.toHaveProperty('absentSince');
  });

  test('counts sends that were definitely refused as never made', () => {
    const refused = toRecord({ firstSentAt: NOW - DAY_MS, sentAt: NOW - DAY_MS, admitRank: 1 });
    expect(toClaim(refused, NOW, WHOLE)).toMatchObject({ firstSentAt: NOW });
  });
});

describe('toWaiting()', () => {
  test('leaves nothing due and nothing in doubt', () => {
    const waiting = applyChanges(toClaimed(), toWaiting(toClaimed()));
    expect(waiting.admitRank).toBe(NOW - 3600 * SECOND_MS);
    for (const field of ['dueAt', 'claimUntil', 'doubtful']) expect(waiting).not.toHaveProperty(field);
  });
});

describe('toAdmitRank()', () => {
  const rank = (createTime: number, priority?: number) => {
    const { request } = toRecord();
    if (!request) throw new Error('no request');
    return toAdmitRank({ createTime, request: { ...request, ...(priority === undefined ? {} : { priority }) } });
  };

  test('puts the older first, and the more urgent before it by 36 s a point', () => {
    expect(rank(NOW)).toBeLessThan(rank(NOW + 1));
    expect(rank(NOW + 36_000 - 1, 101)).toBeLessThan(rank(NOW, 100));
    expect(rank(NOW + 36_000 + 1, 101)).toBeGreaterThan(rank(NOW, 100));
    expect(rank(NOW)).toBe(rank(NOW, 100));
  });
});

describe('toNextSubmission()', () => {
  test('clears everything that was said about the sends of the last', () => {
    const before = toClaimed({ deniedSince: NOW, walks: 3, absentSince: NOW, sentDescription: 'x' });
    expect(applyChanges(before, toNextSubmission(before))).toEqual({
      ...toRecord(),
      dueAt: before.dueAt,
      submission: 2,
    });
  });
});

describe('toDoubtWaitMs()', () => {
  test.each([
    [undefined, 5 * SECOND_MS],
    [0, 5 * SECOND_MS],
    [1, 10 * SECOND_MS],
    [2, 20 * SECOND_MS],
    [6, 320 * SECOND_MS],
    [7, 10 * MINUTE_MS],
    [5000, 10 * MINUTE_MS],
  ])('after %s walks is %i ms', (walks, waitMs) => {
    const counted = walks === undefined ? {} : { walks };
    expect(toDoubtWaitMs({ ...counted, firstSentAt: NOW }, NOW)).toBe(waitMs);
  });

  test('is an hour once the first send is a day old', () => {
    expect(toDoubtWaitMs({ walks: 0, firstSentAt: NOW }, NOW + DAY_MS - 1)).toBe(5 * SECOND_MS);
    expect(toDoubtWaitMs({ walks: 0, firstSentAt: NOW }, NOW + DAY_MS)).toBe(HOUR_MS);
  });
});
