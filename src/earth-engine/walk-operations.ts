import type { Answer, CallOptions, EarthEngineClient } from './client.ts';
import { readObject } from './json-fields.ts';
import { type Operation, readOperation } from './operation.ts';

/** What a walk through a project's list of operations came to. */
export interface WalkResult {
  /** Whether every page was read, and every entry of it: only then does an absence mean anything. */
  complete: boolean;
  pages: number;
  /** Whether createTime fell from each operation to the next. Nothing promises that it does. */
  newestFirst: boolean;
}

/** How to walk. */
export interface WalkOptions {
  /** What each page's call may take; undefined when there is no time left. */
  call: () => CallOptions | undefined;
  /**
   * Told every operation of a page, of every user and kind. Answers `stop` when the rest does not matter.
   */
  onPage: (operations: Operation[], soFar: { newestFirst: boolean }) => 'stop' | undefined;
}

interface Page {
  operations: Operation[];
  nextPageToken: string | undefined;
  /** Whether there is something in the list that this page does not show. */
  hasGaps: boolean;
}

const MOST_PAGES = 1_000;

/**
 * Reads a project's operations page by page. The list may change underneath: the same operation may come twice, a page
 * may be empty and still have a next one (AIP-158). A page that cannot be read, or a token that comes again, ends the
 * walk incomplete; an entry that cannot be read leaves it incomplete, and the others are shown all the same.
 */
export async function walkOperations(
  client: Pick<EarthEngineClient, 'listOperations'>,
  project: string,
  options: WalkOptions,
): Promise<WalkResult> {
  const seenTokens = new Set<string>();
  const result: WalkResult = { complete: false, pages: 0, newestFirst: true };
  let pageToken: string | undefined;
  let oldest = Number.POSITIVE_INFINITY;
  let hasGaps = false;
  while (result.pages < MOST_PAGES) {
    const call = options.call();
    if (!call) return result;
    const page = readPage(await client.listOperations(project, pageToken, call));
    if (!page) return result;
    result.pages += 1;
    hasGaps ||= page.hasGaps;
    for (const { createTime } of page.operations) {
      if (createTime === undefined) continue;
      if (createTime > oldest) result.newestFirst = false;
      oldest = createTime;
    }
    const step = options.onPage(page.operations, result);
    pageToken = page.nextPageToken;
    if (pageToken === undefined) return { ...result, complete: !hasGaps };
    if (step === 'stop' || seenTokens.has(pageToken)) return result;
    seenTokens.add(pageToken);
  }
  return result;
}

function readPage(answer: Answer): Page | undefined {
  if (answer.kind === 'unanswered' || answer.status !== 200) return undefined;
  const body = readObject(answer.body);
  if (!body || body['error']) return undefined;
  const { nextPageToken, unreachable } = body;
  // Official clients too take a page without this key for an empty one.
  const entries = body['operations'] ?? [];
  if (!Array.isArray(entries) || typeof (nextPageToken ?? '') !== 'string') return undefined;
  const operations = entries.map(readOperation).filter((operation) => operation !== undefined);
  const isUnreachable = Array.isArray(unreachable) && unreachable.length > 0;
  return {
    operations,
    nextPageToken: typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : undefined,
    hasGaps: operations.length < entries.length || isUnreachable,
  };
}
