import type { ExportFilter } from '../../exports/ledger.ts';
import { EXPORT_STATES, isKnownState } from '../../exports/record/states.ts';
import type { FieldViolation } from '../../request/export-request.ts';
import { refuseFaults } from '../http/refusals.ts';

/** Which exports are wanted, and which page of them. */
export interface ListQuery {
  filter: ExportFilter;
  pageSize: number;
  pageToken?: string;
  /** Whether the exports are to be counted too. */
  counts?: true;
}

const DEFAULT_PAGE_SIZE = 50;
/** The most exports a page may have. */
export const LARGEST_PAGE_SIZE = 500;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Reads the query of `GET /v1/exports`. Throws `CallRefused` naming every fault. */
export function readListQuery(query: URLSearchParams): ListQuery {
  const violations: FieldViolation[] = [];

  function read<Value>(name: string, parse: (text: string) => Value | undefined, wanted: string): Value | undefined {
    const values = query.getAll(name);
    const [text] = values;
    if (text === undefined) return undefined;
    const value = values.length === 1 ? parse(text) : undefined;
    if (value === undefined)
      violations.push({
        field: name,
        description: `Cannot use the parameter: it is something else, or there twice; ${wanted} is wanted`,
      });
    return value;
  }

  const filter = {
    project: read('project', toText, 'one project id'),
    state: read('state', (text) => (isKnownState(text) ? text : undefined), `one of ${EXPORT_STATES.join(', ')}`),
    workloadTag: read('workloadTag', toText, 'one tag'),
    labels: readLabels(query, violations),
    createdAfter: read('createdAfter', toTime, 'one time as in RFC 3339, e.g. 2026-03-01T00:00:00Z,'),
  };
  const pageSize = read('pageSize', toPageSize, `a number from 1 to ${LARGEST_PAGE_SIZE}`) ?? DEFAULT_PAGE_SIZE;
  const pageToken = read('pageToken', toText, 'the nextPageToken of the page before');
  const counts = read('counts', toFlag, 'true or false') ?? false;
  if (violations.length > 0) throw refuseFaults(violations);
  return {
    filter: withoutAbsent(filter),
    pageSize,
    ...(counts ? { counts } : {}),
    ...(pageToken === undefined ? {} : { pageToken }),
  };
}

function readLabels(query: URLSearchParams, violations: FieldViolation[]): Record<string, string> | undefined {
  const labels = new Map<string, string>();
  for (const text of query.getAll('label')) {
    const [key = '', ...value] = text.split(':');
    if (key === '' || value.length === 0 || labels.has(key)) {
      violations.push({
        field: 'label',
        description: 'Cannot use the parameter: it is something else, or its key is there twice; KEY:VALUE is wanted',
      });
    }
    labels.set(key, value.join(':'));
  }
  return labels.size > 0 ? Object.fromEntries(labels) : undefined;
}

function toText(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function toFlag(text: string): boolean | undefined {
  return text === 'true' || text === 'false' ? text === 'true' : undefined;
}

function toTime(text: string): number | undefined {
  const time = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(time) ? time : undefined;
}

function toPageSize(text: string): number | undefined {
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return size >= 1 && size <= LARGEST_PAGE_SIZE ? size : undefined;
}

type Present<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

function withoutAbsent<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<Fields>;
}
