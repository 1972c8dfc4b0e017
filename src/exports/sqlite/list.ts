import type { SQLInputValue } from 'node:sqlite';
import type { ExportFilter } from '../ledger.ts';
import type { PagePosition } from '../page-token.ts';

/** A condition and the values of its question marks. */
type Condition = [sql: string, ...values: SQLInputValue[]];

/** The query for a page of exports, newest first, of at most `limit` rows after `position`. */
export function toListQuery(filter: ExportFilter, position: PagePosition | undefined, limit: number) {
  const conditions = conditionsOf(filter, position);
  const where = conditions.length > 0 ? `WHERE ${conditions.map(([sql]) => sql).join(' AND ')}` : '';
  return {
    sql: `SELECT version, document FROM exports ${where} ORDER BY create_time DESC, id DESC LIMIT ?`,
    values: [...conditions.flatMap(([, ...values]) => values), limit],
  };
}

function conditionsOf(filter: ExportFilter, position: PagePosition | undefined): Condition[] {
  const { project, projects, state, workloadTag, labels, createdAfter } = filter;
  const conditions: Condition[] = [];
  if (project !== undefined) conditions.push(['project = ?', project]);
  if (projects) conditions.push(['project IN (SELECT value FROM json_each(?))', JSON.stringify(projects)]);
  if (state !== undefined) conditions.push(['state = ?', state]);
  if (workloadTag !== undefined) conditions.push(['workload_tag = ?', workloadTag]);
  if (createdAfter !== undefined) conditions.push(['create_time >= ?', createdAfter]);
  for (const [key, value] of Object.entries(labels ?? {})) conditions.push([HAS_LABEL, key, value]);
  if (position) conditions.push(['(create_time, id) < (?, ?)', position.createTime, position.id]);
  return conditions;
}

/** Through json_each, because a path such as `$.labels.key` could not hold every key. */
const HAS_LABEL = `EXISTS (SELECT 1 FROM json_each(document, '$.labels') AS label WHERE label.key = ? AND label.atom = ?)`;
