import type { ExportResource } from '../../functions/export-resource.ts';
import type { Api } from './api.ts';
import { toDayStarts } from './overview-figures.ts';

/** What the overview is counted from. */
export interface OverviewData {
  /** Created within the days shown, whatever became of them. */
  recent: ExportResource[];
  /** All that are still going, however old. */
  active: ExportResource[];
  /** False when there were too many to read them all: the figures then are of the newest. */
  complete: boolean;
}

const PAGE_SIZE = 500;
/** Ten thousand at most: every export read is a document read in the ledger, which is paid for. */
const MOST_PAGES = 20;
const ACTIVE_STATES = ['QUEUED', 'PENDING', 'RUNNING', 'CANCELLING'];

/** Reads the exports of the last days and all that are going. Throws `ApiError`. */
export async function readOverview(api: Pick<Api, 'list' | 'now'>): Promise<OverviewData> {
  const [since = 0] = toDayStarts(api.now());
  const createdAfter = new Date(since).toISOString();
  const [recent, ...active] = await Promise.all([
    readAll(api.list, { createdAfter }),
    ...ACTIVE_STATES.map((state) => readAll(api.list, { state })),
  ]);
  const complete = recent.complete && active.every((part) => part.complete);
  return { recent: recent.exports, active: active.flatMap((part) => part.exports), complete };
}

async function readAll(list: Api['list'], filter: Record<string, string>) {
  const exports: ExportResource[] = [];
  let pageToken: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const token = pageToken === undefined ? {} : { pageToken };
    const page = await list(new URLSearchParams({ ...filter, ...token, pageSize: String(PAGE_SIZE) }));
    exports.push(...page.exports);
    pageToken = page.nextPageToken;
    if (pageToken === undefined) return { exports, complete: true };
  }
  return { exports, complete: false };
}
