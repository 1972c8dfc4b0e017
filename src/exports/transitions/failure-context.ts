import type { FailureContext } from '../../earth-engine/failure.ts';
import type { ExportRecord } from '../export.ts';

/** What the remedies of a failed export name. */
export function toFailureContext(record: ExportRecord, principal?: string): FailureContext {
  return {
    project: record.project,
    ...(record.request ? { asset: record.request.asset } : {}),
    ...(principal === undefined ? {} : { principal }),
  };
}
