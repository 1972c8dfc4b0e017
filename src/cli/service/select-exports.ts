import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { usageError } from '../terminal/cli-error.ts';
import type { FilterValues } from '../terminal/command-line.ts';
import type { ServiceClient } from './service-client.ts';

const PAGE_SIZE = 200;

/** The query of a list for these filters. `--label run=1` asks for `label=run:1`. Throws `CliError`. */
function toListQuery(filters: FilterValues): URLSearchParams {
  const query = new URLSearchParams();
  if (filters.state !== undefined) query.set('state', filters.state.toUpperCase());
  if (filters.project !== undefined) query.set('project', filters.project);
  if (filters.tag !== undefined) query.set('workloadTag', filters.tag);
  if (filters.since !== undefined) query.set('createdAfter', toTime(filters.since));
  for (const label of filters.label ?? []) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(label) ?? [];
    if (key === undefined) throw usageError(`Cannot use --label: it is "${label}"; KEY=VALUE is wanted`);
    query.append('label', `${key}:${value}`);
  }
  return query;
}

/** Whether any filter was given. */
function hasFilter(filters: FilterValues): boolean {
  return toListQuery(filters).size > 0;
}

/** The exports that the filters let through, newest first, `limit` at most. */
export async function listExports(
  service: ServiceClient,
  filters: FilterValues,
  limit = Number.POSITIVE_INFINITY,
): Promise<ExportResource[]> {
  const exports: ExportResource[] = [];
  let pageToken: string | undefined;
  do {
    const query = toListQuery(filters);
    query.set('pageSize', String(Math.min(PAGE_SIZE, limit - exports.length)));
    if (pageToken !== undefined) query.set('pageToken', pageToken);
    const page = await service.listPage(query);
    exports.push(...page.exports);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && exports.length < limit);
  return exports;
}

/**
 * The exports named by their ids, or else those that the filters let through. Throws `CliError` when neither or both are
 * given, and when there is no such export.
 */
export async function selectExports(
  service: ServiceClient,
  ids: readonly string[],
  filters: FilterValues,
): Promise<ExportResource[]> {
  if (ids.length > 0 && hasFilter(filters))
    throw usageError('Cannot use ids and filters together: one or the other is wanted');
  if (ids.length > 0) return Promise.all(ids.map((id) => service.get(id)));
  if (hasFilter(filters)) return listExports(service, filters);
  throw usageError('Cannot tell which exports are meant: ids are wanted, or filters, e.g. --label run=2026-11-01');
}

function toTime(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw usageError(`Cannot use --since: it is "${text}"; a date is wanted, e.g. 2026-11-01`);
  return new Date(time).toISOString();
}
