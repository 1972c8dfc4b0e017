import { ApiError, isRpcStatus } from './api-error.ts';
import refusals from './refusals.json' with { type: 'json' };

/** A refusal that does not depend on what is asked. The texts are those seen from Earth Engine in public. */
export type RefusalKind = keyof typeof refusals;

/** Whether `value` names a refusal. */
export function isRefusalKind(value: unknown): value is RefusalKind {
  return typeof value === 'string' && Object.hasOwn(refusals, value);
}

/** The error of this kind, as it reads for `project` and for the RPC `method` (e.g. `ExportClassifier`). */
export function createRefusal(kind: RefusalKind, project: string, method: string): ApiError {
  const { status, message, details } = refusals[kind];
  if (!isRpcStatus(status)) throw new TypeError(`Cannot refuse as '${kind}': '${status}' is not a status`);
  const fill = (text: string) => text.replaceAll('{project}', () => project).replaceAll('{method}', () => method);
  const filled: unknown[] = details.map((detail) =>
    JSON.parse(JSON.stringify(detail), (_key, value) => (typeof value === 'string' ? fill(value) : value)),
  );
  return new ApiError(status, fill(message), filled);
}
