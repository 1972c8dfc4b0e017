import type { ExportFilter } from '../ledger.ts';
import type { FirestoreQuery } from './database.ts';
import { toFilterKeys } from './list-keys.ts';
import { EXPORTS } from './record.ts';
import { type FirestoreValue, toTimestamp } from './values.ts';

type Filter = NonNullable<FirestoreQuery['where']>;

/** Where a page goes on: after the document of this full name, created then. */
export interface Cursor {
  name: string;
  createTime: number;
}

const from = [{ collectionId: EXPORTS }];

/** Exports whose `field` is a time at or before `until`, the earliest first. */
export function toTimedQuery(field: 'dueAt' | 'outboxAt', until: number, limit: number): FirestoreQuery {
  return {
    from,
    where: compare(field, 'LESS_THAN_OR_EQUAL', toTimestamp(until)),
    orderBy: [by(field, 'ASCENDING')],
    limit,
  };
}

/** Exports of a project that have an `admitRank`, the lowest first. */
export function toWaitingQuery(project: string, limit: number): FirestoreQuery {
  return {
    from,
    where: compare('project', 'EQUAL', { stringValue: project }),
    orderBy: [by('admitRank', 'ASCENDING')],
    limit,
  };
}

/** The export of an operation. */
export function toOperationQuery(operation: string): FirestoreQuery {
  return { from, where: compare('operation', 'EQUAL', { stringValue: operation }), limit: 1 };
}

/** Exports that have one of the keys, in the order of their names, after the document of that full name. */
export function toKeysQuery(keys: string[], page: { after?: string | undefined; limit: number }): FirestoreQuery {
  const { after, limit } = page;
  return {
    from,
    where: hasAnyKey(keys),
    orderBy: [by('__name__', 'ASCENDING')],
    ...(after === undefined ? {} : { startAt: { values: [{ referenceValue: after }], before: false } }),
    limit,
  };
}

/** All exports that have the key, to be counted. */
export function toCountQuery(keys: string[]): FirestoreQuery {
  return { from, where: hasAnyKey(keys) };
}

/** The newest exports after the cursor; of what the filter asks for, only what their keys can say. */
export function toNewestQuery(
  filter: ExportFilter,
  { after, limit }: { after: Cursor | undefined; limit: number },
): FirestoreQuery {
  const keys = toFilterKeys(filter);
  const { createdAfter } = filter;
  const filters = [
    ...(keys === undefined ? [] : [hasAnyKey(keys)]),
    ...(createdAfter === undefined ? [] : [compare('createTime', 'GREATER_THAN_OR_EQUAL', toTimestamp(createdAfter))]),
  ];
  const values = after && [toTimestamp(after.createTime), { referenceValue: after.name }];
  return {
    from,
    ...(filters.length === 0 ? {} : { where: { compositeFilter: { op: 'AND', filters } } }),
    orderBy: [by('createTime', 'DESCENDING'), by('__name__', 'DESCENDING')],
    ...(values ? { startAt: { values, before: false } } : {}),
    limit,
  };
}

function compare(fieldPath: string, op: string, value: FirestoreValue): Filter {
  return { fieldFilter: { field: { fieldPath }, op, value } };
}

function hasAnyKey(keys: string[]): Filter {
  const values = keys.map((stringValue) => ({ stringValue }));
  return compare('listKeys', 'ARRAY_CONTAINS_ANY', { arrayValue: { values } });
}

function by(fieldPath: string, direction: 'ASCENDING' | 'DESCENDING') {
  return { field: { fieldPath }, direction };
}
