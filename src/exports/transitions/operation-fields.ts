import { isEnded, type Operation } from '../../earth-engine/operation.ts';
import type { ExportChanges } from '../export.ts';

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
