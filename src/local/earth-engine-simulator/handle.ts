import { ApiError, createBadRequest } from './api-error.ts';
import { handleBatch } from './batch.ts';
import { createDiscovery } from './discovery.ts';
import type { EarthEngineModel } from './model.ts';

/** Bytes of a request body that Earth Engine takes. */
const MAX_BODY_BYTES = 10_485_760;
const JSON_HEADERS = { 'content-type': 'application/json; charset=UTF-8' };

/** A request as it came over the wire. */
export interface SimulatorRequest {
  method: string;
  /** With the query. */
  path: string;
  /** Names in any case. */
  headers?: Readonly<Record<string, string | string[] | undefined>>;
  body?: string | Uint8Array;
}

/** The answer to one. */
export interface SimulatorResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A request taken apart. */
interface Call {
  model: EarthEngineModel;
  request: SimulatorRequest;
  /** Id of the project in the path. */
  project: string;
  /** Full name of the resource in the path. */
  name: string;
  query: URLSearchParams;
  user: string;
}

type Route = readonly [method: string, path: RegExp, answer: (call: Call) => object];

/** The parts of Earth Engine's REST surface that classifier exports need. `v1` stands for every version. */
const ROUTES: readonly Route[] = [
  ['POST', route('classifier:export'), postExport],
  ['GET', route('operations'), listOperations],
  ['GET', route('operations/[^:]+'), ({ model, name }) => model.getOperation(name)],
  ['DELETE', route('operations/[^:]+'), ({ model, name }) => model.deleteOperation(name)],
  ['POST', route('operations/[^:]+', ':cancel'), ({ model, name }) => model.cancelOperation(name)],
  // Waiting is best effort: answering at once is allowed.
  ['POST', route('operations/[^:]+', ':wait'), ({ model, name }) => model.getOperation(name)],
  ['GET', route('algorithms'), ({ model, project }) => model.algorithms(project)],
  ['GET', route('config'), ({ model, project }) => model.config(project)],
  ['POST', route('assets'), createAsset],
  ['GET', route('assets'), listAssets],
  ['GET', route('assets(?:/.+)?', ':listAssets'), listAssets],
  ['GET', /^\/v1(?:alpha|beta)?\/(?<name>projects\/(?<project>[^/]+)):listAssets$/, listAssets],
  ['GET', route('assets/.+'), ({ model, name }) => model.getAsset(name)],
];

/**
 * Answers one request as Earth Engine's front end would: JSON, errors in Google's form, an HTML page for a path that is
 * no method. Pure but for the model. The user is the bearer token, whatever it is.
 */
export function handleRequest(model: EarthEngineModel, request: SimulatorRequest): SimulatorResponse {
  const { quotaStatus } = model.settings;
  const extra = quotaStatus === undefined ? {} : { 'x-earth-engine-quota-status': quotaStatus };
  const response = answer(model, request);
  return { ...response, headers: { ...response.headers, ...extra } };
}

function answer(model: EarthEngineModel, request: SimulatorRequest): SimulatorResponse {
  const [rawPath = '', rawQuery = ''] = request.path.split(/\?(.*)/s, 2);
  if (rawPath === '/$discovery/rest') return toJson(200, createDiscovery(readHeader(request, 'host') ?? 'localhost'));
  if (rawPath === '/batch') return handleBatch(request, (part) => handleRequest(model, part));
  const path = decodePath(rawPath);
  for (const [method, pattern, run] of ROUTES) {
    const { project, name } = (request.method === method && pattern.exec(path)?.groups) || {};
    if (project === undefined || name === undefined) continue;
    return runRoute(run, { model, request, project, name, query: new URLSearchParams(rawQuery), user: '' });
  }
  return createNotFoundPage(path);
}

function runRoute(run: Route[2], call: Call): SimulatorResponse {
  try {
    return toJson(200, run({ ...call, user: readUser(call) }));
  } catch (error) {
    if (error instanceof ApiError) return toJson(error.code, error.toBody());
    throw error;
  }
}

function postExport({ model, request, project, user }: Call): object {
  return model.exportClassifier(project, user, readJson(request));
}

/** `filter` is ignored: whether Earth Engine heeds it is not known, and its clients never send it. */
function listOperations({ model, project, query }: Call): object {
  return model.listOperations(project, Number(query.get('pageSize') ?? 0), query.get('pageToken') ?? '');
}

function listAssets({ model, name, query }: Call): object {
  const parent = name.includes('/assets') ? name : `${name}/assets`;
  const pageSize = Number(query.get('pageSize') ?? 0);
  return model.listAssets(parent, { pageSize, pageToken: query.get('pageToken') ?? '' });
}

function createAsset({ model, request, name, query }: Call): object {
  return model.createAsset(`${name}/${query.get('assetId') ?? ''}`, readJson(request));
}

/** @throws {ApiError} UNAUTHENTICATED where a token is required and there is none */
function readUser({ model, request }: Call): string {
  const [, token] = /^Bearer (.+)$/i.exec(readHeader(request, 'authorization') ?? '') ?? [];
  if (token !== undefined || !model.settings.requireAuth) return token ?? 'anonymous';
  throw new ApiError(
    'UNAUTHENTICATED',
    'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
  );
}

function readJson({ body = '' }: SimulatorRequest): unknown {
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) {
    throw new ApiError('INVALID_ARGUMENT', `Request payload size exceeds the limit: ${MAX_BODY_BYTES} bytes.`);
  }
  const text = typeof body === 'string' ? body : Buffer.from(body).toString();
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw createBadRequest([{ description: 'Invalid JSON payload received. Unexpected token.' }]);
  }
}

function readHeader({ headers = {} }: SimulatorRequest, name: string): string | undefined {
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return Array.isArray(value) ? value[0] : value;
}

function toJson(status: number, body: object): SimulatorResponse {
  return { status, headers: { ...JSON_HEADERS }, body: JSON.stringify(body) };
}

function createNotFoundPage(path: string): SimulatorResponse {
  const shown = path.replace(/[&<>]/g, '');
  const body = `<!DOCTYPE html><title>Error 404 (Not Found)!!1</title><p>The requested URL <code>${shown}</code> was not found on this server.`;
  return { status: 404, headers: { 'content-type': 'text/html; charset=UTF-8' }, body };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The path of a resource in a project, and what is done to it. */
function route(resource: string, verb = ''): RegExp {
  return new RegExp(`^/v1(?:alpha|beta)?/(?<name>projects/(?<project>[^/]+)/${resource})${verb}$`);
}
