import { ApiError, createBadRequest } from './api-error.ts';
import type { Faults } from './faults.ts';
import type { SimulatorRequest, SimulatorResponse } from './handle.ts';
import { isJsonObject } from './json-object.ts';
import type { EarthEngineModel } from './model.ts';
import { parseSettings } from './settings-json.ts';
import type { CancelOutcome } from './task.ts';

/** What the control routes act upon. */
export interface Controlled {
  model: EarthEngineModel;
  faults: Faults;
  /** What was received, oldest first. */
  requests: readonly object[];
}

const ROUTES = new Map<string, (controlled: Controlled, body: unknown) => object>([
  ['GET /simulator/state', getState],
  ['GET /simulator/requests', ({ requests }) => ({ requests })],
  ['POST /simulator/faults', addFaults],
  ['DELETE /simulator/faults', clearFaults],
  ['POST /simulator/finish', finish],
  ['POST /simulator/settings', changeSettings],
]);

/**
 * The routes under `/simulator/`, which Earth Engine does not have: for tests that run in another process.
 * `GET state` · `GET requests` · `POST faults` (one rule, or a list) · `DELETE faults` · `POST finish`
 * (`{name, outcome}`) · `POST settings` (what can be written as JSON).
 */
export function handleControl(controlled: Controlled, request: SimulatorRequest): SimulatorResponse {
  const headers = { 'content-type': 'application/json; charset=UTF-8' };
  const run = ROUTES.get(`${request.method} ${request.path}`);
  try {
    if (run === undefined) throw new ApiError('NOT_FOUND', `No route: ${[...ROUTES.keys()].join(', ')}.`);
    return { status: 200, headers, body: JSON.stringify(run(controlled, parseBody(request))) };
  } catch (error) {
    const refusal = error instanceof ApiError ? error : createBadRequest([{ description: String(error) }]);
    return { status: refusal.code, headers, body: JSON.stringify(refusal.toBody()) };
  }
}

function getState({ model, faults }: Controlled): object {
  const projects = model
    .projects()
    .map((project) => [project, { ...model.count(project), operations: model.operations(project).length }]);
  return {
    time: new Date(model.now()).toISOString(),
    projects: Object.fromEntries(projects),
    calls: model.calls,
    faults: faults.rules(),
    settings: model.settings,
  };
}

function addFaults(controlled: Controlled, body: unknown): object {
  for (const rule of Array.isArray(body) ? body : [body]) controlled.faults.add(rule);
  return { faults: controlled.faults.rules() };
}

function clearFaults({ faults }: Controlled): object {
  faults.clear();
  return {};
}

function finish({ model }: Controlled, body: unknown): object {
  const { name, outcome = 'SUCCEEDED' } = isJsonObject(body) ? body : {};
  if (typeof name !== 'string' || !isOutcome(outcome)) {
    throw new TypeError(
      'Cannot finish: wanted is {"name", "outcome"}, the outcome SUCCEEDED, CANCELLED or {"failed": {"code", "message"}}',
    );
  }
  model.finishOperation(name, outcome);
  return model.getOperation(name);
}

function changeSettings({ model }: Controlled, body: unknown): object {
  model.configure(parseSettings(body));
  return model.settings;
}

function isOutcome(value: unknown): value is CancelOutcome {
  if (value === 'SUCCEEDED' || value === 'CANCELLED') return true;
  const { failed } = isJsonObject(value) ? value : {};
  const { code, message } = isJsonObject(failed) ? failed : {};
  return typeof code === 'number' && typeof message === 'string';
}

function parseBody({ body = '' }: SimulatorRequest): unknown {
  const text = Buffer.from(body).toString();
  return text === '' ? {} : JSON.parse(text);
}
