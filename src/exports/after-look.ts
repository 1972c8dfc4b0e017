import { type FailureContext, readOperationFailure } from '../earth-engine/failure.ts';
import type { Operation } from '../earth-engine/operation.ts';
import { isEnded } from '../earth-engine/operation.ts';
import { endExport } from './end-export.ts';
import type { ExportChanges, ExportRecord } from './export.ts';
import { isFinal } from './states.ts';

/** What Earth Engine tells of an operation, as fields of the export's record. */
export function toOperationFields(operation: Operation): ExportChanges {
  return {
    operation: operation.name,
    ...(isEnded(operation.state) ? {} : { state: operation.state }),
    ...(operation.startTime === undefined ? {} : { startTime: operation.startTime }),
    ...(operation.endTime === undefined ? {} : { endTime: operation.endTime }),
    ...(operation.progress === undefined ? {} : { progress: operation.progress }),
    ...(operation.stages.length === 0 ? {} : { stages: operation.stages }),
    ...(operation.batchEecuUsageSeconds === undefined
      ? {}
      : { batchEecuUsageSeconds: operation.batchEecuUsageSeconds }),
    ...(operation.destinationUris.length === 0 ? {} : { destinationUris: operation.destinationUris }),
  };
}

/** The change a readable look at an export's operation makes; undefined when the export has ended already. */
export function afterLook(
  record: ExportRecord,
  operation: Operation,
  options: { now: number; principal?: string },
): ExportChanges | undefined {
  if (isFinal(record.state)) return undefined;
  const fields = toOperationFields(operation);
  const seen = { ...fields, missingSince: null, missingCount: null };
  if (operation.state !== 'SUCCEEDED' && operation.state !== 'FAILED' && operation.state !== 'CANCELLED') return seen;
  const error = readOperationFailure(operation, toFailureContext(record, options.principal));
  return endExport(record, {
    state: operation.state,
    now: options.now,
    changes: error ? { ...fields, error } : fields,
  });
}

/** What the remedies of a failed export name. */
export function toFailureContext(record: ExportRecord, principal?: string): FailureContext {
  return {
    project: record.project,
    ...(record.request ? { asset: record.request.asset } : {}),
    ...(principal === undefined ? {} : { principal }),
  };
}
