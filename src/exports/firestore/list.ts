import type { ExportRecord } from '../export.ts';
import type { ExportFilter, ExportPage } from '../ledger.ts';
import { type PagePosition, parsePageToken, toPageToken } from '../page-token.ts';
import { fitsFilter, toFilterKeys } from './list-keys.ts';
import type { FirestoreQueries } from './queries.ts';

/** How often one call goes on searching where most of what it reads does not fit; then the page is a short one. */
const MOST_ROUNDS = 10;
const SMALLEST_READ = 50;

/** One page of exports. Reads on where Firestore's part of the filter lets through what does not fit the rest. */
export async function listExports(
  queries: FirestoreQueries,
  {
    filter,
    pageSize,
    pageToken,
    signal,
  }: { filter: ExportFilter; pageSize: number; pageToken?: string; signal: AbortSignal },
): Promise<ExportPage> {
  let position: PagePosition | undefined = pageToken === undefined ? undefined : parsePageToken(filter, pageToken);
  if (toFilterKeys(filter)?.length === 0) return { exports: [] };
  const exports: ExportRecord[] = [];
  for (let round = 1; ; round += 1) {
    const limit = Math.max(pageSize + 1 - exports.length, round === 1 ? 0 : SMALLEST_READ);
    const read = await queries.newest(filter, { position, limit }, signal);
    exports.push(...read.filter((record) => fitsFilter(record, filter)));
    position = read.at(-1) ?? position;
    if (exports.length > pageSize) return toPage(filter, exports.slice(0, pageSize));
    if (read.length < limit) return { exports };
    if (round === MOST_ROUNDS) return toPage(filter, exports, position);
  }
}

function toPage(filter: ExportFilter, exports: ExportRecord[], position: PagePosition | undefined = exports.at(-1)) {
  return position ? { exports, nextPageToken: toPageToken(filter, position) } : { exports };
}
