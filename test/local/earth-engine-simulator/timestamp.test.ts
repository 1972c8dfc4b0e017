import { expect, test } from '@jest/globals';
import { type TimestampDigits, toTimestamp } from '../../../src/local/earth-engine-simulator/timestamp.ts';

const TIME = Date.UTC(2026, 6, 21, 10, 0, 0, 123);

test.each<[TimestampDigits, RegExp]>([
  [0, /^2026-07-21T10:00:00Z$/],
  [3, /^2026-07-21T10:00:00\.123Z$/],
  [6, /^2026-07-21T10:00:00\.123\d{3}Z$/],
  [9, /^2026-07-21T10:00:00\.123\d{6}Z$/],
])('toTimestamp() writes %s digits, the same each time', (digits, pattern) => {
  expect(toTimestamp(TIME, digits, 5)).toMatch(pattern);
  expect(toTimestamp(TIME, digits, 5)).toBe(toTimestamp(TIME, digits, 5));
});

test('toTimestamp() mixes 3, 6 and 9 digits without losing a millisecond, and none for a whole second', () => {
  const written = Array.from({ length: 30 }, (_, salt) => toTimestamp(TIME, 'mixed', salt));
  expect(new Set(written.map((text) => text.length))).toEqual(new Set([24, 27, 30]));
  for (const text of written) expect(Date.parse(text)).toBe(TIME);
  expect(toTimestamp(0, 'mixed', 5)).toBe('1970-01-01T00:00:00Z');
});

test('toTimestamp() keeps the epoch the epoch', () => {
  expect(toTimestamp(0, 9, 5)).toBe('1970-01-01T00:00:00.000000000Z');
});
