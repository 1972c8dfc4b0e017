/** What an operation is doing, in Earth Engine's words. */
export type OperationState = 'PENDING' | 'RUNNING' | 'CANCELLING' | 'SUCCEEDED' | 'CANCELLED' | 'FAILED';

/** One line of an operation's progress. The units are often missing just after the start. */
export interface OperationStage {
  name: string;
  description?: string;
  completeWorkUnits?: number;
  totalWorkUnits?: number;
}

/** A long-running operation as read from any answer of Earth Engine. Times are epoch milliseconds. */
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
  updateTime?: number;
  progress?: number;
  stages: OperationStage[];
  /** Earth Engine's own tries of the batch task, from 1. */
  attempt?: number;
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
  const body = toObject(value);
  const name = body?.['name'];
  if (!body || typeof name !== 'string' || !NAME.test(name)) return undefined;
  const metadata = toObject(body['metadata']) ?? {};
  const error = readError(body['error']);
  const operation: Operation = {
    name,
    state: readState(metadata['state'], body, error),
    stages: readStages(metadata['stages']),
    destinationUris: toList(metadata['destinationUris']).filter((uri) => typeof uri === 'string'),
  };
  copyText(metadata, operation, 'description');
  copyText(metadata, operation, 'type');
  for (const field of ['priority', 'progress', 'attempt', 'batchEecuUsageSeconds'] as const) {
    const number = readNumber(metadata[field]);
    if (number !== undefined) operation[field] = number;
  }
  for (const field of ['createTime', 'startTime', 'endTime', 'updateTime'] as const) {
    const time = readTime(metadata[field]);
    if (time !== undefined) operation[field] = time;
  }
  if (error) operation.error = error;
  return operation;
}

/**
 * `done` decides with or without a state; where the two contradict each other and nothing else speaks for an end, the
 * operation counts as running, so that it is looked at again.
 */
function readState(state: unknown, body: Record<string, unknown>, error: Operation['error']): OperationState {
  const done = body['done'] === true;
  if (error && (done || state === 'SUCCEEDED')) {
    return state === 'CANCELLED' || error.code === CANCELLED_CODE ? 'CANCELLED' : 'FAILED';
  }
  const known = KNOWN_STATES.has(state) ? (state as OperationState) : undefined;
  if (known && isEnded(known)) return known;
  if (done && (!known || body['response'] !== undefined)) return 'SUCCEEDED';
  if (known) return known;
  return state === undefined || state === 'STATE_UNSPECIFIED' ? 'PENDING' : 'RUNNING';
}

function readError(value: unknown): Operation['error'] {
  const error = toObject(value);
  if (!error) return undefined;
  const message = typeof error['message'] === 'string' ? error['message'] : '';
  return typeof error['code'] === 'number' ? { code: error['code'], message } : { message };
}

function readStages(value: unknown): OperationStage[] {
  const stages: OperationStage[] = [];
  for (const item of toList(value)) {
    const from = toObject(item);
    if (!from) continue;
    const stage: OperationStage = { name: typeof from['displayName'] === 'string' ? from['displayName'] : '' };
    copyText(from, stage, 'description');
    for (const field of ['completeWorkUnits', 'totalWorkUnits'] as const) {
      const units = readNumber(from[field]);
      if (units !== undefined) stage[field] = units;
    }
    stages.push(stage);
  }
  return stages;
}

/** Before it has started, an operation's startTime is the epoch: that counts as absent. Any number of digits is fine. */
function readTime(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const time = Date.parse(value);
  return Number.isFinite(time) && time > 0 ? time : undefined;
}

function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function copyText<Field extends string>(
  from: Record<string, unknown>,
  to: { [Name in Field]?: string },
  field: Field,
): void {
  const text = from[field];
  if (typeof text === 'string') to[field] = text;
}

function toObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function toList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
