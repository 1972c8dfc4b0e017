/** Digits of the fraction, or `mixed`. */
export type TimestampDigits = 0 | 3 | 6 | 9 | 'mixed';

/**
 * RFC 3339 in UTC, as Google's JSON writes a Timestamp: 0, 3, 6 or 9 digits of fraction. The clock has milliseconds only;
 * `salt`, a whole number, makes up the digits below them, always the same for the same salt.
 */
export function toTimestamp(timeMs: number, digits: TimestampDigits, salt: number): string {
  const iso = new Date(timeMs).toISOString();
  const count = digits === 'mixed' ? chooseDigits(timeMs, salt) : digits;
  if (count === 0) return `${iso.slice(0, 19)}Z`;
  const below = timeMs === 0 ? '000000' : String((salt * 7919) % 1_000_000).padStart(6, '0');
  return `${iso.slice(0, 23)}${below.slice(0, count - 3)}Z`;
}

function chooseDigits(timeMs: number, salt: number): 0 | 3 | 6 | 9 {
  if (timeMs % 1000 === 0) return 0;
  return ([3, 6, 9] as const)[(salt + timeMs) % 3] ?? 3;
}
