import { digestContent } from './digest.ts';
import { placeAt, toField } from './faults/place.ts';
import { createViolations, type FieldViolation } from './faults/violations.ts';
import { DEFAULT_PRIORITY } from './fields/priority.ts';
import type { Expression } from './graph/expression.ts';
import { largestParts } from './graph/largest-parts.ts';
import type { Outline } from './outline/to-outline.ts';
import { readFields } from './request-fields.ts';
import { readGraph } from './request-graph.ts';
import type { RequestBody } from './request-schema.ts';

export type { FieldViolation } from './faults/violations.ts';
export type { Outline } from './outline/to-outline.ts';

/** What a caller asked for, checked and with every default filled in; nothing in it is rewritten. */
export interface ExportRequest {
  /** Project charged, e.g. `my-project`; an id or a number. */
  project: string;
  /** Full name of the asset to write, `projects/P/assets/…`. */
  asset: string;
  /** Whether an asset of that name is replaced. Default: false. */
  overwrite: boolean;
  /** The caller's own; `''` when none. */
  description: string;
  workloadTag?: string;
  /** 0 to 9999; absent = Earth Engine's default of 100. */
  priority?: number;
  labels: Record<string, string>;
  createParents: boolean;
  /**
   * The JSON of the expression, every value as it came; a recipe has become its graph. It is most of what is kept and
   * of what is sent: a submission writes it once, and its objects need not stay until Earth Engine has answered.
   */
  graph: string;
}

/** The fields of a request beside its graph. */
type Fields = Omit<ExportRequest, 'graph'>;

/** A request that may be sent, and what there is to say about it. */
export interface ValidRequest {
  request: ExportRequest;
  /** The id it names. */
  requestId?: string;
  /** What is unwise about it. */
  warnings: FieldViolation[];
  /** What its graph is, in few words; absent where only the evaluation can tell. */
  outline?: Outline;
  /** `c1:` and a SHA-256 in hex; equal for equal content, however it is written. */
  digest: string;
  /** At most how many bytes the body sent to Earth Engine has. */
  bytes: number;
}

/** A request, or everything that is wrong with it; then what could be read of it, for the record of the refusal. */
export type ParsedRequest =
  | ({ valid: true } & ValidRequest)
  | { valid: false; violations: FieldViolation[]; requestId?: string; project?: string; asset?: string };

/** What `parseExportRequest` needs to know besides the body. */
export interface ParseOptions {
  /** Project charged when neither the body nor `project` names one. */
  defaultProject: string;
  /** Project from the URL's path or a message's attribute; a body that names another one is at fault. */
  project?: string;
  /** Whether a graph whose root is none of the exportable classifiers is refused or only warned about. */
  nonExportable: 'reject' | 'warn';
}

/** The largest body Earth Engine is sent, in bytes of UTF-8; it refuses 10,485,760, and Pub/Sub takes 10 MB at most. */
export const MAX_BODY_BYTES = 10_000_000;

/** Reads `body` as a request to export a classifier; never throws, names every fault at once. */
export function parseExportRequest(body: unknown, options: ParseOptions): ParsedRequest {
  const violations = createViolations();
  const fields = readFields(body, options, violations);
  const graph = readGraph(body, options, violations);
  const { project, requestId, asset } = fields;
  const id = requestId === undefined ? {} : { requestId };
  if (fields.body === undefined || asset === undefined || graph === undefined || violations.count() > 0) {
    const known = { ...id, ...(project !== undefined && { project }), ...(asset !== undefined && { asset }) };
    return { valid: false, violations: violations.list(), ...known };
  }
  const request = toFields(fields.body, { project: project ?? options.defaultProject, asset });
  const { expression, outline, nodes } = graph;
  const bytes = countBytes(request, expression, nodes.bytes);
  if (bytes > MAX_BODY_BYTES) {
    const violation = { field: 'expression', description: tooLarge(expression, bytes) };
    return { valid: false, violations: [violation], ...id, project: request.project, asset };
  }
  const warnings = [...graph.warnings, ...priorityWarnings(request)];
  const digest = digestContent({ ...request, expression }, nodes.numberLists);
  const about = { warnings, digest, bytes, ...(outline && { outline }) };
  return { valid: true, request: { ...request, graph: JSON.stringify(expression) }, ...id, ...about };
}

/** The JSON of a request, as it is kept until Earth Engine has taken it. */
export function toRequestJson({ graph, ...fields }: ExportRequest): string {
  return withGraph(fields, graph);
}

/** The request that `toRequestJson` was given. */
export function readRequestJson(json: string): ExportRequest {
  const { expression, ...fields } = JSON.parse(json) as Fields & { expression: Expression };
  return { ...fields, graph: JSON.stringify(expression) };
}

/**
 * The JSON body Earth Engine is sent for `request`. `send.description` and `send.requestId` take the place of the
 * caller's: the service adds its own token to the one and counts submissions in the other.
 */
export function toEarthEngineBody(request: ExportRequest, send: { description: string; requestId: string }): string {
  const fields = {
    description: send.description,
    requestId: send.requestId,
    assetExportOptions: { earthEngineDestination: { name: request.asset, overwrite: request.overwrite } },
    workloadTag: request.workloadTag,
    priority: request.priority,
  };
  return withGraph(fields, request.graph);
}

function withGraph(fields: object, graph: string): string {
  return `${JSON.stringify(fields).slice(0, -1)},"expression":${graph}}`;
}

/**
 * The longest description and requestId that are ever sent count, so that no later submission can be too large. The
 * values of the graph were counted on the walk over them; here `{}` stands in their place.
 */
function countBytes(fields: Fields, expression: Expression, bytesOfValues: number): number {
  const graph = JSON.stringify({ ...expression, values: {} });
  const longest = { description: 'x'.repeat(100), requestId: 'x'.repeat(60) };
  return Buffer.byteLength(toEarthEngineBody({ ...fields, graph }, longest)) - 2 + bytesOfValues;
}

function tooLarge(expression: Expression, bytes: number): string {
  const largest = largestParts(expression.values, placeAt('values', placeAt('expression')), 3);
  const parts = largest.map((part) => `${toField(part.place)} (${(part.bytes / 1e6).toFixed(1)} MB)`);
  const limit = `at most ${MAX_BODY_BYTES} bytes are wanted; put large data into an asset and load that`;
  return `Cannot send the request: it has ${bytes} bytes, most of them in ${parts.join(', ')}; ${limit}`;
}

function priorityWarnings({ priority = DEFAULT_PRIORITY }: Fields): FieldViolation[] {
  if (priority === DEFAULT_PRIORITY) return [];
  const description = `A priority other than ${DEFAULT_PRIORITY} is for projects registered for paid use; Earth Engine may refuse it elsewhere`;
  return [{ field: 'priority', description }];
}

function toFields(body: RequestBody, parts: { project: string; asset: string }): Fields {
  const priority = typeof body.priority === 'object' ? body.priority?.value : body.priority;
  return {
    project: parts.project,
    asset: parts.asset,
    overwrite: body.assetExportOptions.earthEngineDestination.overwrite ?? false,
    description: body.description ?? '',
    ...(typeof body.workloadTag === 'string' && { workloadTag: body.workloadTag }),
    ...(priority !== undefined && { priority }),
    labels: Object.fromEntries(Object.entries(body.labels ?? {})) as Record<string, string>,
    createParents: body.createParents ?? false,
  };
}
