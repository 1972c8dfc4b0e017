import { describe, expect, test } from '@jest/globals';
import { countAbsence } from '../../../src/exports/transitions/count-absence.ts';

const MINUTE_MS = 60_000;
const SEEN_AT = 1_000;

describe('countAbsence()', () => {
  test('begins to count at the first absence', () => {
    expect(countAbsence({}, { now: 5_000, seenAt: SEEN_AT })).toEqual({
      isLost: false,
      missingSince: 5_000,
      missingCount: 1,
    });
  });

  test.each([
    ['the third over ten minutes is the last', { count: 2, minutes: 10 }, true],
    ['the third within ten minutes is not', { count: 2, minutes: 9.9 }, false],
    ['the second after ten minutes is not', { count: 1, minutes: 60 }, false],
  ])('%s', (_, { count, minutes }, isLost) => {
    const record = { missingSince: 5_000, missingCount: count };
    const counted = countAbsence(record, { now: 5_000 + minutes * MINUTE_MS, seenAt: SEEN_AT });
    expect(counted).toEqual({ isLost, missingSince: 5_000, missingCount: count + 1 });
  });

  test('begins anew where the operation was seen in between', () => {
    const record = { missingSince: 5_000, missingCount: 2 };
    const now = 5_000 + 60 * MINUTE_MS;
    expect(countAbsence(record, { now, seenAt: 6_000 })).toEqual({ isLost: false, missingSince: now, missingCount: 1 });
  });
});
