import { isEnded, type Operation } from '../../earth-engine/operation.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { afterLook } from './after-look.ts';
import { NOTHING_DUE } from './end-export.ts';
import { toOperationFields } from './operation-fields.ts';

/** Records that Earth Engine has the export: found in its list, or answered to a send. */
export function accept(
  record: ExportRecord,
  operation: Operation,
  options: { now: number; principal?: string },
): ExportChanges {
  const submitTime = record.sentAt ?? options.now;
  if (isEnded(operation.state)) return { ...afterLook({ ...record, submitTime }, operation, options), submitTime };
  return { ...toOperationFields(operation), ...NOTHING_DUE, submitTime, dueAt: options.now };
}
