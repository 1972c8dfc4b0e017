const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How long a doubtful export waits for its next walk: 5 s, doubling with every walk to ten minutes, and an hour once the
 * first send is a day old.
 */
export function toDoubtWaitMs(record: { walks?: number; firstSentAt?: number }, now: number): number {
  if (now - (record.firstSentAt ?? now) >= DAY_MS) return HOUR_MS;
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(record.walks ?? 0, 10));
}
