import { readList, readNumber, readObject, readText, readTime } from './json-fields.ts';
import { toResourcePath } from './resource-name.ts';

/** What an operation is doing, in Earth Engine's words. */
export type OperationState = 'PENDING' | 'RUNNING' | 'CANCELLING' | 'SUCCEEDED' | 'CANCELLED' | 'FAILED';

/** One line of an operation's progress. The units are often missing just after the start. */
export interface OperationStage {
  name: string;
  description?: string;
  completeWorkUnits?: number;
  totalWorkUnits?: number;
}

/** A long-running operation as read from any answer of Earth Engine. Times are epoch milliseconds, texts are cut to 4,000. */
export interface Operation {
  /** `projects/P/operations/ID`. */
  name: string;
  state: OperationState;
  /** Absent on some operations: never rely on it being there. */
  description?: string;
  /** e.g. `EXPORT_CLASSIFIER`. */
  type?: string;
  priority?: number;
  createTime?: number;
  startTime?: number;
  endTime?: number;
  progress?: number;
  stages: OperationStage[];
  batchEecuUsageSeconds?: number;
  destinationUris: string[];
  error?: { code?: number; message: string };
}

const KNOWN_STATES: ReadonlySet<unknown> = new Set<OperationState>([
  'PENDING',
  'RUNNING',
  'CANCELLING',
  'SUCCEEDED',
  'CANCELLED',
  'FAILED',
]);
const NAME = /^projects\/[^/]+\/operations\/.+$/;
const CANCELLED_CODE = 1;

/** Whether Earth Engine has ended an operation in this state. */
export function isEnded(state: OperationState): boolean {
  return state === 'SUCCEEDED' || state === 'CANCELLED' || state === 'FAILED';
}

/**
 * Reads an operation as tolerantly as the official clients must: everything but the name may be missing. Gives
 * undefined for anything that is no operation. A top-level `error` is the operation's, not the call's (AIP-151).
 */
export function readOperation(value: unknown): Operation | undefined {
  const body = readObject(value);
  const name = body?.['name'];
  if (!body || typeof name !== 'string' || !NAME.test(name) || toResourcePath(name) === undefined) return undefined;
  const metadata = readObject(body['metadata']) ?? {};
  const error = readError(body['error']);
  const operation: Operation = {
    name,
    state: readState(metadata['state'], body, error),
    stages: readStages(metadata['stages']),
    destinationUris: readList(metadata['destinationUris'])
      .map(readText)
      .filter((uri) => uri !== undefined),
  };
  copyFields(metadata, operation, ['description', 'type'], readText);
  copyFields(metadata, operation, ['priority', 'progress', 'batchEecuUsageSeconds'], readNumber);
  copyFields(metadata, operation, ['createTime', 'startTime', 'endTime'], readTime);
  if (error) operation.error = error;
  return operation;
}

/**
 * The state's own word first, then `done`, which some answers contradict: an operation with an `error` never counts as
 * a success, and one that is `done` in a live state, with neither error nor response, is looked at again.
 */
function readState(state: unknown, body: Record<string, unknown>, error: Operation['error']): OperationState {
  const done = body['done'] === true;
  const known = KNOWN_STATES.has(state) ? (state as OperationState) : undefined;
  const untold = state === undefined || state === null || state === 'STATE_UNSPECIFIED';
  if (known === 'FAILED' || known === 'CANCELLED') return known;
  if (error && (done || untold || known === 'SUCCEEDED')) return error.code === CANCELLED_CODE ? 'CANCELLED' : 'FAILED';
  if (known === 'SUCCEEDED') return known;
  if (done && (!known || readObject(body['response']))) return 'SUCCEEDED';
  if (known === 'CANCELLING') return known;
  if (known && !done) return known;
  return untold ? 'PENDING' : 'RUNNING';
}

/** Whatever stands in the place of the error says that there is one. */
function readError(value: unknown): Operation['error'] {
  if (value === undefined || value === null) return undefined;
  const error = readObject(value);
  const code = readNumber(error?.['code']);
  const message = readText(error?.['message']) ?? '';
  return code === undefined ? { message } : { code, message };
}

function readStages(value: unknown): OperationStage[] {
  const stages: OperationStage[] = [];
  for (const item of readList(value)) {
    const from = readObject(item);
    if (!from) continue;
    const stage: OperationStage = { name: readText(from['displayName']) ?? '' };
    copyFields(from, stage, ['description'], readText);
    copyFields(from, stage, ['completeWorkUnits', 'totalWorkUnits'], readNumber);
    stages.push(stage);
  }
  return stages;
}

function copyFields<Field extends string, Value>(
  from: Record<string, unknown>,
  to: { [Name in Field]?: Value },
  fields: readonly Field[],
  read: (value: unknown) => Value | undefined,
): void {
  for (const field of fields) {
    const value = read(from[field]);
    if (value !== undefined) to[field] = value;
  }
}
