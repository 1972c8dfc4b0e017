import type { ExportChanges, ExportRecord } from '../export.ts';
import { endExport } from './end-export.ts';

/**
 * The step of an export that somebody wants cancelled: what was never sent has ended, for what may be with Earth Engine the
 * wish is kept, and due at once where the operation is known.
 */
export function afterCancelWish(record: ExportRecord, now: number): ExportChanges {
  if (record.operation !== undefined) return { cancelRequestedAt: now, dueAt: now };
  if (record.doubtful !== undefined) return { cancelRequestedAt: now };
  return endExport(record, { state: 'CANCELLED', now, changes: { cancelRequestedAt: now } });
}
