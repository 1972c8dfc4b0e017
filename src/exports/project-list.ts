import type { CallOptions, EarthEngineClient } from '../earth-engine/client.ts';
import { isEnded, type Operation } from '../earth-engine/operation.ts';
import { type WalkResult, walkOperations } from '../earth-engine/walk-operations.ts';
import type { Sighting } from './after-walk.ts';
import type { ExportRecord } from './export.ts';
import { readToken, toSentId, toToken } from './export-id.ts';

/** What a walk of a project's operations showed, as far as it concerns exports. */
export interface ProjectList extends WalkResult {
  /** Ledger time before the first page was asked for. */
  startedAt: number;
  byName: Map<string, Operation>;
  /** By the token at the end of the description. */
  byToken: Map<string, Operation>;
  /** Exports of classifiers that have no description: one of them may be ours. */
  undescribed: Operation[];
  pending: number;
  running: number;
}

/** How `readProjectList` reads. */
export interface ReadListOptions {
  startedAt: number;
  call: () => CallOptions | undefined;
  /** Names that matter; others are counted and forgotten. */
  names: ReadonlySet<string>;
  /** Whether the rest of the list matters after what was read so far. */
  isEnough: (list: ProjectList, lastPage: readonly Operation[]) => boolean;
}

const CLASSIFIER_EXPORT = 'EXPORT_CLASSIFIER';
/** How far Earth Engine's clock and the ledger's may lie apart. */
const CLOCK_MARGIN_MS = 600_000;

/** Walks a project's list of operations and keeps what concerns the exports of this service. */
export async function readProjectList(
  client: EarthEngineClient,
  project: string,
  options: ReadListOptions,
): Promise<ProjectList> {
  const list: ProjectList = {
    startedAt: options.startedAt,
    complete: false,
    pages: 0,
    newestFirst: true,
    byName: new Map(),
    byToken: new Map(),
    undescribed: [],
    pending: 0,
    running: 0,
  };
  const result = await walkOperations(client, project, {
    call: options.call,
    onPage(operations, soFar) {
      for (const operation of operations) keep(list, operation, options.names);
      Object.assign(list, soFar);
      return options.isEnough(list, operations) ? 'stop' : undefined;
    },
  });
  return Object.assign(list, result);
}

function keep(list: ProjectList, operation: Operation, names: ReadonlySet<string>): void {
  if (operation.state === 'PENDING') list.pending += 1;
  if (operation.state === 'RUNNING') list.running += 1;
  if (names.has(operation.name)) list.byName.set(operation.name, operation);
  if (operation.type !== undefined && operation.type !== CLASSIFIER_EXPORT) return;
  const token = readToken(operation.description);
  if (token !== undefined) list.byToken.set(token, operation);
  else if (!operation.description && operation.type === CLASSIFIER_EXPORT) list.undescribed.push(operation);
}

/** What the list shows of one doubtful export. */
export function toSighting(list: ProjectList, record: ExportRecord): Sighting {
  const since = (record.firstSentAt ?? record.createTime) - CLOCK_MARGIN_MS;
  const found = list.byToken.get(toToken(toSentId(record.id, record.attempt, record.submission)));
  return {
    ...(found ? { found } : {}),
    complete: list.complete,
    startedAt: list.startedAt,
    undescribed: list.undescribed.some(
      ({ name, createTime }) => !list.byName.has(name) && (createTime === undefined || createTime >= since),
    ),
  };
}

/** A live operation of an earlier submission of the same attempt, which had been given up. */
export function findEarlier(list: ProjectList, tokens: readonly string[]): Operation | undefined {
  return tokens.map((token) => list.byToken.get(token)).find((operation) => operation && !isEnded(operation.state));
}
