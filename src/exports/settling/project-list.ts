import type { CallOptions, EarthEngineClient } from '../../earth-engine/client.ts';
import { isEnded, type Operation } from '../../earth-engine/operation.ts';
import { type WalkResult, walkOperations } from '../../earth-engine/walk-operations.ts';
import type { ExportRecord } from '../export.ts';
import { readToken, toEarlierTokens, toSend, toToken } from '../record/sent-id.ts';
import type { Sighting } from '../transitions/after-walk.ts';
import { CLOCK_MARGIN_MS } from './clock-margin.ts';

/** What a walk of a project's operations showed, as far as it concerns exports. */
export interface ProjectList extends WalkResult {
  /** Ledger time before the first page was asked for. */
  startedAt: number;
  byName: Map<string, Operation>;
  /** By the token at the end of the description; more than one where somebody copied a task. */
  byToken: Map<string, Operation[]>;
  /** Exports of classifiers that have no description: one of them may be ours. */
  undescribed: Operation[];
  pending: number;
}

/** How `readProjectList` reads. */
export interface ReadListOptions {
  startedAt: number;
  call: () => CallOptions | undefined;
  /** Names that matter; others are counted and forgotten. */
  names: ReadonlySet<string>;
  /** Whether the rest of the list does not matter after what was read so far. */
  isEnough: (list: ProjectList, lastPage: readonly Operation[]) => boolean;
}

const CLASSIFIER_EXPORT = 'EXPORT_CLASSIFIER';

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
  };
  const seen = new Set<string>();
  const result = await walkOperations(client, project, {
    call: options.call,
    onPage(operations, soFar) {
      // The list may change under the walk, so that an operation comes twice.
      for (const operation of operations) if (!seen.has(operation.name)) keep(list, operation, options.names);
      for (const { name } of operations) seen.add(name);
      Object.assign(list, soFar);
      return options.isEnough(list, operations) ? 'stop' : undefined;
    },
  });
  return Object.assign(list, result);
}

function keep(list: ProjectList, operation: Operation, names: ReadonlySet<string>): void {
  if (operation.state === 'PENDING') list.pending += 1;
  if (names.has(operation.name)) list.byName.set(operation.name, operation);
  if (operation.type !== undefined && operation.type !== CLASSIFIER_EXPORT) return;
  const token = readToken(operation.description);
  if (token !== undefined) list.byToken.set(token, [...(list.byToken.get(token) ?? []), operation]);
  else if (!operation.description) list.undescribed.push(operation);
}

/** What the list shows of one doubtful export. */
export function toSighting(list: ProjectList, record: ExportRecord): Sighting {
  const since = (record.firstSentAt ?? record.createTime) - CLOCK_MARGIN_MS;
  const found = findByToken(list, toToken(toSend(record).requestId), since);
  const earlier = findEarlier(list, record);
  return {
    ...(found ? { found } : {}),
    ...(earlier ? { earlier } : {}),
    complete: list.complete,
    startedAt: list.startedAt,
    undescribed: list.undescribed.some(
      ({ name, createTime }) => !list.byName.has(name) && (createTime === undefined || createTime >= since),
    ),
  };
}

/** The operation of an earlier submission of the same attempt, which had been given up. */
function findEarlier(list: ProjectList, record: ExportRecord): Operation | undefined {
  const since = record.createTime - CLOCK_MARGIN_MS;
  return toEarlierTokens(record)
    .map((token) => findByToken(list, token, since))
    .find((operation) => operation !== undefined);
}

/** Live operations that carry one of these tokens, of submissions that were given up. */
export function findSuperseded(list: ProjectList, tokens: readonly string[]): Operation[] {
  return tokens
    .map((token) => findByToken(list, token, 0))
    .filter((operation) => operation !== undefined)
    .filter(({ state }) => !isEnded(state) && state !== 'CANCELLING');
}

/**
 * Of several with the same token the first is the one we started. One from before the first send belongs to an export of
 * the same id whose record has expired since.
 */
function findByToken(list: ProjectList, token: string, since: number): Operation | undefined {
  return list.byToken
    .get(token)
    ?.filter(({ createTime = since }) => createTime >= since)
    .reduce<Operation | undefined>((first, next) => (isOlder(next, first) ? next : first), undefined);
}

function isOlder({ createTime = 0 }: Operation, than: Operation | undefined): boolean {
  return than === undefined || createTime < (than.createTime ?? 0);
}
