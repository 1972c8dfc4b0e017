import type { Failure } from '../../earth-engine/failure.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { endExport } from './end-export.ts';

/**
 * What the export's destination holds. `changed`: a classifier that may have come from this export. `refused`: this
 * account may not know. `unreadable`: ask again.
 */
export type Destination = { found: boolean; updateTime?: string; changed: boolean } | 'refused' | 'unreadable';

/** Ends an export whose fate cannot be found out; what its destination holds goes into the event. */
export function endLost(record: ExportRecord, now: number, destination: Destination | undefined): ExportChanges {
  const error: Failure = {
    code: 2,
    status: 'UNKNOWN',
    message: 'Cannot tell what became of the export: Earth Engine no longer knows its operation',
    reason: 'LOST',
    remedy: 'Look at the asset; retry the export when it is not the new one',
    retryable: true,
  };
  const asset = typeof destination === 'object' ? { asset: destination } : {};
  return endExport(record, { state: 'LOST', now, changes: { error }, ...asset });
}
