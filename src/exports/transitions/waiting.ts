import { DEFAULT_PRIORITY } from '../../request/fields/priority.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';

const MS_PER_PRIORITY_POINT = 36_000;

/** Makes an export wait for admission. Nothing of it is in doubt. */
export function toWaiting(record: Pick<ExportRecord, 'createTime' | 'request'>): ExportChanges {
  return { admitRank: toAdmitRank(record), dueAt: null, claimUntil: null, doubtful: null };
}

/** Lowest first: older before younger, and every priority point is worth 36 s of age, so that age wins in the end. */
export function toAdmitRank(record: Pick<ExportRecord, 'createTime' | 'request'>): number {
  return record.createTime - MS_PER_PRIORITY_POINT * (record.request?.priority ?? DEFAULT_PRIORITY);
}
