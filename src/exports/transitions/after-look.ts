import { readOperationFailure } from '../../earth-engine/failure.ts';
import type { Operation } from '../../earth-engine/operation.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { isFinal } from '../record/states.ts';
import { endExport } from './end-export.ts';
import { toFailureContext } from './failure-context.ts';
import { toOperationFields } from './operation-fields.ts';

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
