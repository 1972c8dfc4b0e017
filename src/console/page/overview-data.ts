import type { ExportResource } from '../../functions/routes/export-resource.ts';
import type { Api, StateCounts } from './api.ts';
import { countStates, toDayStarts } from './overview-figures.ts';

/** What the overview is made from. */
export interface OverviewData {
  /** Created within the days shown, whatever became of them. */
  recent: ExportResource[];
  counts: StateCounts;
  /** What is counted: every export kept, or where the service does not tell, those in `recent`. */
  counted: 'all' | 'recent';
  /** False when there were too many recent ones to read them all: they are the newest. */
  complete: boolean;
}

const PAGE_SIZE = 500;
/** Ten thousand at most: every export read is a document read in the ledger, which is paid for. */
const MOST_PAGES = 20;

/** Reads the exports of the last days, and has all of them counted. Throws `ApiError`. */
export async function readOverview(api: Pick<Api, 'list' | 'now'>): Promise<OverviewData> {
  const [since = 0] = toDayStarts(api.now());
  const query = { createdAfter: new Date(since).toISOString(), pageSize: String(PAGE_SIZE) };
  const first = await api.list(new URLSearchParams({ ...query, counts: 'true' }));
  const recent = [...first.exports];
  let pageToken = first.nextPageToken;
  for (let pages = 1; pageToken !== undefined && pages < MOST_PAGES; pages += 1) {
    const page = await api.list(new URLSearchParams({ ...query, pageToken }));
    recent.push(...page.exports);
    pageToken = page.nextPageToken;
  }
  const about = { recent, complete: pageToken === undefined };
  return first.counts
    ? { ...about, counts: first.counts, counted: 'all' }
    : { ...about, counts: countStates(recent), counted: 'recent' };
}
