import * as z from 'zod';
import { closestName } from './faults/closest-name.ts';
import { quoteShort } from './faults/describe-value.ts';
import { type Place, placeAt } from './faults/place.ts';
import type { Violations } from './faults/violations.ts';
import { assetNameFault } from './fields/asset-name.ts';
import { projectFault } from './fields/project-id.ts';
import { type RequestBody, requestSchema } from './request-schema.ts';

/** The fields of a request but its graph: the checked body where all is well, and what is readable of it where not. */
export interface RequestFields {
  body?: RequestBody;
  project?: string;
  asset?: string;
  requestId?: string;
}

/** Where a key that callers put in the wrong place belongs. */
const ELSEWHERE: Record<string, string> = {
  overwrite: 'assetExportOptions.earthEngineDestination.overwrite',
  assetId: 'assetExportOptions.earthEngineDestination.name',
  asset: 'assetExportOptions.earthEngineDestination.name',
  name: 'assetExportOptions.earthEngineDestination.name',
  earthEngineDestination: 'assetExportOptions.earthEngineDestination',
};

const ASSET = 'assetExportOptions.earthEngineDestination.name';

/** Reads every field of `body` but the graph, and names all that is wrong with them. */
export function readFields(
  body: unknown,
  options: { defaultProject: string; project?: string },
  violations: Violations,
): RequestFields {
  const parsed = requestSchema.safeParse(body);
  for (const issue of parsed.error?.issues ?? []) addIssue(issue, violations);
  const given = readText(body, ['project']);
  const project = given ?? options.project ?? options.defaultProject;
  checkAddress(options.project, given, violations);
  const asset = readText(body, ASSET.split('.'));
  const assetFault = asset === undefined ? undefined : assetNameFault(asset, project);
  if (assetFault !== undefined)
    violations.add(ASSET, () => `Cannot export to the asset ${quoteShort(asset ?? '')}: ${assetFault}`);
  const requestId = readText(body, ['requestId']);
  return {
    ...(parsed.success && { body: parsed.data }),
    ...(projectFault(project) === undefined && { project }),
    ...(asset !== undefined && assetFault === undefined && { asset }),
    ...(requestSchema.shape.requestId.safeParse(requestId).success && requestId !== undefined && { requestId }),
  };
}

function checkAddress(project: string | undefined, given: string | undefined, violations: Violations): void {
  if (project === undefined) return;
  const fault = projectFault(project);
  if (fault !== undefined) violations.add('project', () => `Cannot use the project ${quoteShort(project)}: ${fault}`);
  if (fault !== undefined || given === undefined || given === project) return;
  const wanted = `the same as in the address, ${quoteShort(project)}, or none is wanted`;
  violations.add('project', () => `Cannot charge two projects: the body names ${quoteShort(given)}; ${wanted}`);
}

function addIssue(issue: z.core.$ZodIssue, violations: Violations): void {
  if (issue.code !== 'unrecognized_keys') {
    violations.add(toPlace(issue.path), () => issue.message);
    return;
  }
  const known = knownKeys(issue.path);
  for (const key of issue.keys) violations.add(toPlace([...issue.path, key]), () => unknownKey(key, known));
}

function toPlace(path: PropertyKey[]): Place | string {
  let place: Place | undefined;
  for (const key of path) place = placeAt(typeof key === 'number' ? key : String(key), place);
  return place ?? 'body';
}

function unknownKey(key: string, known: string[]): string {
  if (key === 'maxWorkers') {
    return 'Cannot use maxWorkers: Earth Engine takes it from internal users only; leave it out';
  }
  const close = closestName(key, known) ?? (Object.hasOwn(ELSEWHERE, key) ? ELSEWHERE[key] : undefined);
  const hint = close === undefined ? `one of ${known.join(', ')} is wanted` : `did you mean ${close}?`;
  return `Cannot use ${quoteShort(key)}: it is no field of a request; ${hint}`;
}

function knownKeys(path: PropertyKey[]): string[] {
  let at: unknown = requestSchema;
  for (const key of path) {
    const inner = unwrap(at);
    at = inner instanceof z.ZodObject ? inner.shape[String(key)] : undefined;
  }
  const object = unwrap(at);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

/** The schema behind `.nullish()`, and of several the one that has keys. */
function unwrap(schema: unknown): unknown {
  let at = schema;
  while (at instanceof z.ZodOptional || at instanceof z.ZodNullable) at = at.unwrap();
  return at instanceof z.ZodUnion ? at.options.find((option) => option instanceof z.ZodObject) : at;
}

function readText(body: unknown, path: string[]): string | undefined {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === 'string' ? value : undefined;
}
