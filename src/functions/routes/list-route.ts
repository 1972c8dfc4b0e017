import type { ExportRecord } from '../../exports/export.ts';
import { type ExportFilter, type ExportPage, InvalidPageToken, type Ledger } from '../../exports/ledger.ts';
import { toPageToken } from '../../exports/page-token.ts';
import { allowedProjects, maySee, seesWholeProjects } from '../access/allowance.ts';
import { type HttpAnswer, toJsonAnswer } from '../http/http-answer.ts';
import { refuseFaults } from '../http/refusals.ts';
import { toExportResource } from './export-resource.ts';
import type { ExportsHttpOptions } from './exports-http-options.ts';
import { LARGEST_PAGE_SIZE, type ListQuery, readListQuery } from './list-query.ts';
import type { RoutedCall } from './routes.ts';

/** What one call reads at most, in pages: there may be very many exports in a row that the caller may not see. */
const MOST_PAGES = 10;
/** Comes after every id: to go on behind it, no id need be told. */
const AFTER_EVERY_ID = '~';
/** Counting a project is nine queries of Firestore, one for each state. */
const MOST_COUNTED_PROJECTS = 20;

/** Builds the handler of `GET /v1/exports`: a page may hold fewer exports than asked for and not be the last (AIP-158). */
export function createListRoute({ config, ledger }: Pick<ExportsHttpOptions, 'config' | 'ledger'>) {
  return async function listExports(call: RoutedCall): Promise<HttpAnswer> {
    const query = readListQuery(call.query);
    const projects = allowedProjects(config, call.caller);
    const filter = { ...query.filter, projects };
    const isShown = (record: ExportRecord) => maySee(config, call.caller, record);
    const page = await readShown(ledger, { ...query, filter }, isShown).catch((error: unknown) => {
      throw error instanceof InvalidPageToken
        ? refuseFaults([{ field: 'pageToken', description: error.message }])
        : error;
    });
    const isCounted = query.counts && seesWholeProjects(config, call.caller);
    const counts = isCounted ? await countExports(ledger, projects, query.filter.project) : undefined;
    return toJsonAnswer(200, { ...page, exports: page.exports.map(toExportResource), ...(counts && { counts }) });
  };
}

/** How many exports are kept of each project, or of the one asked for, by state; undefined where there are too many. */
async function countExports(ledger: Ledger, all: string[], only: string | undefined) {
  const projects = only === undefined ? all : all.filter((project) => project === only);
  if (projects.length > MOST_COUNTED_PROJECTS) return undefined;
  const counts = projects.map(async (project) => [project, await ledger.countByState(project)] as const);
  return Object.fromEntries(await Promise.all(counts));
}

/**
 * One page of the exports that may be shown. A page token holds the id of the export it goes on after, so that it is
 * never made of one that may not be, and there is none where nothing is left that may be.
 */
async function readShown(
  ledger: Ledger,
  { filter, pageSize, pageToken }: ListQuery,
  isShown: (record: ExportRecord) => boolean,
): Promise<ExportPage> {
  const first = await ledger.list(filter, { pageSize, ...(pageToken === undefined ? {} : { pageToken }) });
  if (first.exports.every(isShown)) return first;
  const read = [...first.exports];
  let next = first.nextPageToken;
  for (let pages = 1; next !== undefined && pages < MOST_PAGES; pages += 1) {
    const page = await ledger.list(filter, { pageSize: LARGEST_PAGE_SIZE, pageToken: next });
    read.push(...page.exports);
    next = page.nextPageToken;
    if (read.filter(isShown).length > pageSize) break;
  }
  const shown = read.filter(isShown);
  if (shown.length > pageSize) return toPage(filter, shown.slice(0, pageSize));
  const last = read.at(-1);
  return next === undefined || !last ? { exports: shown } : toPage(filter, shown, { ...last, id: AFTER_EVERY_ID });
}

function toPage(filter: ExportFilter, exports: ExportRecord[], after = exports.at(-1)): ExportPage {
  return after ? { exports, nextPageToken: toPageToken(filter, after) } : { exports };
}
