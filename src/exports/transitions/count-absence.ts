import type { ExportRecord } from '../export.ts';

const ABSENCES_UNTIL_LOST = 3;
const ABSENT_UNTIL_LOST_MS = 10 * 60_000;

/**
 * One more absence of an operation, by name and from a complete walk of the list. `isLost` once it is the third over ten
 * minutes at least. What was counted before the last readable look, at `seenAt`, is void. Times are ledger time.
 */
export function countAbsence(
  record: Pick<ExportRecord, 'missingSince' | 'missingCount'>,
  { now, seenAt }: { now: number; seenAt: number },
): { isLost: boolean; missingSince: number; missingCount: number } {
  const { missingSince: since, missingCount: count = 0 } = record;
  const counts = since !== undefined && since >= seenAt;
  const missingSince = counts ? since : now;
  const missingCount = counts ? count + 1 : 1;
  const isLost = missingCount >= ABSENCES_UNTIL_LOST && now - missingSince >= ABSENT_UNTIL_LOST_MS;
  return { isLost, missingSince, missingCount };
}
