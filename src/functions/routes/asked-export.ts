import type { Config } from '../../config.ts';
import { isExportId, toExportId } from '../../exports/record/export-id.ts';
import type { AskedBy } from '../../exports/submitter.ts';
import { type FieldViolation, parseExportRequest, type ValidRequest } from '../../request/export-request.ts';
import { readTraceparent } from '../../traceparent.ts';
import { checkAllowance } from '../access/allowance.ts';
import { readJsonBody } from '../http/json-body.ts';
import { refuseFaults, refuseForbidden } from '../http/refusals.ts';
import { SHRINK_GRAPH } from '../http/refuse-call.ts';
import type { RoutedCall } from './routes.ts';

/** An export that a call asks for, and may have. */
export interface AskedExport {
  valid: ValidRequest;
  origin: AskedBy;
  /** Whether the caller knows the id: only then can it join the export later. */
  hasKey: boolean;
}

/** What `readAskedExport` needs. */
export interface AskedExportOptions {
  config: Config;
  /** A new UUID. */
  createId: () => string;
}

/** Reads an export request out of a call. Throws `CallRefused` for one that is not valid or not allowed. */
export function readAskedExport(call: RoutedCall, options: AskedExportOptions): AskedExport {
  const { config, createId } = options;
  const { project } = call.params;
  const parsed = parseExportRequest(readJsonBody(call, SHRINK_GRAPH), {
    defaultProject: config.defaultProject,
    nonExportable: config.nonExportable,
    ...(project === undefined ? {} : { project }),
  });
  const key = readKey(call, parsed.requestId, KEY_HEADERS[config.httpAuth]);
  const violations = [...(parsed.valid ? [] : parsed.violations), ...key.violations];
  if (!parsed.valid || violations.length > 0) throw refuseFaults(violations);
  const why = checkAllowance(config, call.caller, parsed.request);
  if (why) throw refuseForbidden(why);
  const traceparent = readTraceparent(call.headers['traceparent']);
  const origin: AskedBy = {
    id: key.id === undefined ? createId() : toExportId(key.id),
    ...(key.id === undefined || isExportId(key.id) ? {} : { originalKey: key.id }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(call.caller === undefined ? {} : { requestedBy: call.caller }),
  };
  return { valid: parsed, origin, hasKey: key.id !== undefined };
}

/** Which headers name an export. A signature covers `webhook-id` alone: by any other, a replay would be a new export. */
const KEY_HEADERS: Readonly<Record<Config['httpAuth'], readonly string[]>> = {
  iam: ['idempotency-key', 'webhook-id'],
  'google-id-token': ['idempotency-key', 'webhook-id'],
  signature: ['webhook-id'],
};

/** The caller's own name for the export: of the body, else of a header. An empty header names nothing and is a fault. */
function readKey(
  call: RoutedCall,
  requestId: string | undefined,
  names: readonly string[],
): { id?: string; violations: FieldViolation[] } {
  if (requestId !== undefined) return { id: requestId, violations: [] };
  for (const name of names) {
    const key = call.headers[name];
    if (typeof key !== 'string') continue;
    if (key.trim() !== '') return { id: key, violations: [] };
    return {
      violations: [{ field: name, description: 'Cannot use the header: it is empty; a key is wanted, or none' }],
    };
  }
  return { violations: [] };
}
