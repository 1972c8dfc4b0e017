import type { Violation } from './api-error.ts';
import { findExpressionFault } from './expression-check.ts';
import { isJsonObject } from './json-object.ts';

/** The fields of a message: each a nested message, or the name that Google's front end gives its type. */
interface Shape {
  readonly [field: string]: Shape | string;
}
const EXPRESSION = 'type.googleapis.com/google.earthengine.v1.Expression';
const EXPORT_CLASSIFIER_REQUEST: Shape = {
  expression: EXPRESSION,
  description: 'TYPE_STRING',
  requestId: 'TYPE_STRING',
  workloadTag: 'TYPE_STRING',
  priority: 'type.googleapis.com/google.protobuf.Int32Value',
  assetExportOptions: { earthEngineDestination: { name: 'TYPE_STRING', overwrite: 'TYPE_BOOL' } },
};

/**
 * What Google's front end finds wrong with the body of an export before Earth Engine sees it: unknown names and values of
 * the wrong type, every one. null stands for a field that is not there. `maxWorkers` counts as unknown: the generated
 * clients have it, the public method does not.
 */
export function findShapeViolations(body: Record<string, unknown>): Violation[] {
  const violations: Violation[] = [];
  const open = [{ message: body, shape: EXPORT_CLASSIFIER_REQUEST, path: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { message, shape, path } = next;
    for (const [key, value] of Object.entries(message)) {
      const type = Object.hasOwn(shape, key) ? shape[key] : undefined;
      const field = path === '' ? toSnakeCase(key) : `${path}.${toSnakeCase(key)}`;
      if (type === undefined) violations.push(createUnknownName(key, path));
      else if (value === null) continue;
      else if (typeof type === 'string') violations.push(...findTypeViolations({ value, type, field }));
      else if (isJsonObject(value)) open.push({ message: value, shape: type, path: field });
      else violations.push(createWrongValue(field, 'TYPE_MESSAGE', value));
    }
  }
  return violations;
}

/** The number in `priority`: a plain integer, as the JavaScript client writes it, or `{"value": N}`, as the Python client. */
export function readPriority(value: unknown): number | undefined {
  const { value: number, ...others } = isJsonObject(value) ? value : { value };
  if (Object.keys(others).length > 0) return undefined;
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

/** The name of a field as Google's messages write it: `requestId` is `request_id`. */
export function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function findTypeViolations({ value, type, field }: { value: unknown; type: string; field: string }): Violation[] {
  if (type === EXPRESSION) {
    const fault = findExpressionFault(value);
    return fault === undefined ? [] : [createWrongValue(field, type, fault)];
  }
  return isOfType(value, type) ? [] : [createWrongValue(field, type, value)];
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'TYPE_STRING') return typeof value === 'string';
  if (type === 'TYPE_BOOL') return typeof value === 'boolean';
  return readPriority(value) !== undefined;
}

function createUnknownName(name: string, path: string): Violation {
  const at = path === '' ? '' : ` at '${path}'`;
  const description = `Invalid JSON payload received. Unknown name "${name}"${at}: Cannot find field.`;
  return path === '' ? { description } : { field: path, description };
}

function createWrongValue(field: string, type: string, value: unknown): Violation {
  return { field, description: `Invalid value at '${field}' (${type}), ${JSON.stringify(value).slice(0, 200)}` };
}
