import type { ExportRecord, ExportState } from './export.ts';
import type { FirestoreDatabase, FirestoreQuery } from './firestore-database.ts';
import { toFilterKeys } from './firestore-list-keys.ts';
import { EXPORTS, toRecord } from './firestore-record.ts';
import { type FirestoreValue, toTimestamp } from './firestore-values.ts';
import type { ExportFilter } from './ledger.ts';
import type { PagePosition } from './page-token.ts';
import { EXPORT_STATES, isAccepted } from './states.ts';

type Filter = NonNullable<FirestoreQuery['where']>;

/** As many records as one request reads: some 2 KB each. */
const PAGE = 300;

/** Finds exports. What it needs of indexes is declared in `firestore-indexes.json`. */
export function createFirestoreQueries(database: FirestoreDatabase) {
  async function select(query: Omit<FirestoreQuery, 'from'>, signal: AbortSignal): Promise<ExportRecord[]> {
    const documents = await database.query({ from: [{ collectionId: EXPORTS }], ...query }, signal);
    return documents.map(toRecord);
  }

  return {
    /** Those whose `field` is a time at or before `now`, the earliest first. */
    timed: (field: 'dueAt' | 'outboxAt', { now, limit }: { now: number; limit: number }, signal: AbortSignal) =>
      select(
        { where: compare(field, 'LESS_THAN_OR_EQUAL', toTimestamp(now)), orderBy: [ascending(field)], limit },
        signal,
      ),

    /** Those of a project that have an `admitRank`, the lowest first. */
    waiting: (project: string, limit: number, signal: AbortSignal) =>
      select(
        {
          where: compare('project', 'EQUAL', { stringValue: project }),
          orderBy: [ascending('admitRank')],
          limit,
        },
        signal,
      ),

    async accepted(project: string, signal: AbortSignal): Promise<ExportRecord[]> {
      const keys = EXPORT_STATES.filter(isAccepted).flatMap((state) => toFilterKeys({ project, state }) ?? []);
      const found: ExportRecord[] = [];
      for (;;) {
        const last = found.at(-1);
        const page = await select(
          {
            where: hasAnyKey(keys),
            orderBy: [ascending('__name__')],
            limit: PAGE,
            ...(last ? { startAt: after([toReference(database, last.id)]) } : {}),
          },
          signal,
        );
        found.push(...page);
        if (page.length < PAGE) return found;
      }
    },

    async byOperation(operation: string, signal: AbortSignal): Promise<ExportRecord | undefined> {
      const where = compare('operation', 'EQUAL', { stringValue: operation });
      return (await select({ where, limit: 1 }, signal))[0];
    },

    /** Up to `limit` of the newest after `position`; of what the filter asks for, only what its keys can say. */
    newest(
      filter: ExportFilter,
      { position, limit }: { position: PagePosition | undefined; limit: number },
      signal: AbortSignal,
    ): Promise<ExportRecord[]> {
      const keys = toFilterKeys(filter);
      const conditions = [
        ...(keys === undefined ? [] : [hasAnyKey(keys)]),
        ...(filter.createdAfter === undefined
          ? []
          : [compare('createTime', 'GREATER_THAN_OR_EQUAL', toTimestamp(filter.createdAfter))]),
      ];
      const cursor = position && [toTimestamp(position.createTime), toReference(database, position.id)];
      return select(
        {
          ...(conditions.length === 0 ? {} : { where: { compositeFilter: { op: 'AND', filters: conditions } } }),
          orderBy: [descending('createTime'), descending('__name__')],
          ...(cursor ? { startAt: after(cursor) } : {}),
          limit,
        },
        signal,
      );
    },

    async countByState(
      project: string | undefined,
      signal: AbortSignal,
    ): Promise<Partial<Record<ExportState, number>>> {
      const counts = await Promise.all(
        EXPORT_STATES.map(async (state): Promise<[ExportState, number]> => {
          const keys = toFilterKeys(project === undefined ? { state } : { project, state }) ?? [];
          return [state, await database.count({ from: [{ collectionId: EXPORTS }], where: hasAnyKey(keys) }, signal)];
        }),
      );
      return Object.fromEntries(counts.filter(([, count]) => count > 0));
    },
  };
}

function compare(fieldPath: string, op: string, value: FirestoreValue): Filter {
  return { fieldFilter: { field: { fieldPath }, op, value } };
}

function hasAnyKey(keys: string[]): Filter {
  const values = keys.map((stringValue) => ({ stringValue }));
  return compare('listKeys', 'ARRAY_CONTAINS_ANY', { arrayValue: { values } });
}

function ascending(fieldPath: string) {
  return { field: { fieldPath }, direction: 'ASCENDING' };
}

function descending(fieldPath: string) {
  return { field: { fieldPath }, direction: 'DESCENDING' };
}

function after(values: FirestoreValue[]) {
  return { values, before: false };
}

function toReference(database: FirestoreDatabase, id: string): FirestoreValue {
  return { referenceValue: database.nameOf(EXPORTS, id) };
}
