import type { Answer, CallOptions, EarthEngineClient } from './client.ts';
import { type Operation, readOperation } from './operation.ts';

/** What a walk through a project's list of operations came to. */
export interface WalkResult {
  /** Whether every page was read: only then does an absence mean anything. */
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

const MOST_PAGES = 1_000;

/**
 * Reads a project's operations page by page. The list may change underneath: the same operation may come twice, a page
 * may be empty and still have a next one (AIP-158). A page that cannot be read, or a token that comes again, ends the
 * walk incomplete.
 */
export async function walkOperations(
  client: EarthEngineClient,
  project: string,
  options: WalkOptions,
): Promise<WalkResult> {
  const seenTokens = new Set<string>();
  const result: WalkResult = { complete: false, pages: 0, newestFirst: true };
  let pageToken: string | undefined;
  let oldest = Number.POSITIVE_INFINITY;
  while (result.pages < MOST_PAGES) {
    const call = options.call();
    if (!call) return result;
    const page = readPage(await client.listOperations(project, pageToken, call));
    if (!page) return result;
    result.pages += 1;
    for (const { createTime } of page.operations) {
      if (createTime === undefined) continue;
      if (createTime > oldest) result.newestFirst = false;
      oldest = createTime;
    }
    if (options.onPage(page.operations, result) === 'stop') return result;
    if (page.nextPageToken === undefined) return { ...result, complete: true };
    if (seenTokens.has(page.nextPageToken)) return result;
    seenTokens.add(page.nextPageToken);
    pageToken = page.nextPageToken;
  }
  return result;
}

function readPage(answer: Answer): { operations: Operation[]; nextPageToken?: string } | undefined {
  if (answer.kind === 'unanswered' || answer.status !== 200) return undefined;
  const body = answer.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { operations = [], nextPageToken, unreachable } = body as Record<string, unknown>;
  if (!Array.isArray(operations)) return undefined;
  // Operations that could not be reached are not on any page: such a walk proves nothing.
  if (Array.isArray(unreachable) && unreachable.length > 0) return undefined;
  const read = operations.map(readOperation).filter((operation) => operation !== undefined);
  if (read.length < operations.length) return undefined;
  return typeof nextPageToken === 'string' && nextPageToken !== ''
    ? { operations: read, nextPageToken }
    : { operations: read };
}
