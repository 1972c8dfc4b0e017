import { ApiError, createBadRequest } from './api-error.ts';
import { findShapeViolations, readPriority, toSnakeCase } from './body-shape.ts';
import { isJsonObject } from './json-object.ts';
import { checkDestination } from './names.ts';

/** What an ExportClassifierRequest asks for, the expression left out. Empty texts count as not given. */
export interface ExportFields {
  asset: string;
  overwrite: boolean;
  description: string | undefined;
  requestId: string | undefined;
  workloadTag: string | undefined;
  priority: number;
}

/** Rules from the documentation and from what clients have found out; Earth Engine's own texts for them are not known. */
const TEXT_RULES = [
  ['description', /^[A-Za-z0-9.,:;_-]{0,100}$/, 'at most 100 of a..z, A..Z, 0..9 and .,:;_-'],
  ['requestId', /^[A-Za-z0-9-]{0,60}$/, 'at most 60 of a..z, A..Z, 0..9 and -'],
  [
    'workloadTag',
    /^([a-z0-9]([-_a-z0-9]{0,61}[a-z0-9])?)?$/,
    '1 to 63 of a..z, 0..9, - and _, a letter or digit at both ends',
  ],
] as const;

/**
 * Checks a body as Earth Engine does: first the front end (unknown names and wrong types, all at once), then the service,
 * which stops at the first fault.
 * @throws {ApiError} with HTTP status 400, or 403 for an asset in the public catalogue
 */
export function parseExportBody(body: unknown): ExportFields {
  if (!isJsonObject(body)) throw createBadRequest([{ description: 'Invalid JSON payload received. Not an object.' }]);
  const violations = findShapeViolations(body);
  if (violations.length > 0) throw createBadRequest(violations);
  for (const [field, rule, wanted] of TEXT_RULES) {
    const text = readText(body, field) ?? '';
    if (!rule.test(text)) throw createInvalid(`Invalid ${toSnakeCase(field)} "${text}": must be ${wanted}.`);
  }
  const { expression, priority: givenPriority } = body;
  if (expression === undefined || expression === null) throw createMissing('expression');
  const priority = readPriority(givenPriority) ?? 100;
  if (priority < 0 || priority > 9999) throw createInvalid(`Invalid priority ${priority}: must be between 0 and 9999.`);
  const destination = readMessage(readMessage(body, 'assetExportOptions'), 'earthEngineDestination');
  const { overwrite } = destination;
  const asset = readText(destination, 'name');
  if (asset === undefined) throw createMissing('asset_export_options.earth_engine_destination.name');
  checkDestination(asset);
  return {
    asset,
    overwrite: overwrite === true,
    description: readText(body, 'description'),
    requestId: readText(body, 'requestId'),
    workloadTag: readText(body, 'workloadTag'),
    priority,
  };
}

function readMessage(message: Record<string, unknown>, field: string): Record<string, unknown> {
  const inner = message[field];
  return isJsonObject(inner) ? inner : {};
}

function readText(message: Record<string, unknown>, field: string): string | undefined {
  const text = message[field];
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function createInvalid(message: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', message);
}

function createMissing(field: string): ApiError {
  return createBadRequest([{ field, description: `Required field '${field}' is missing.` }]);
}
