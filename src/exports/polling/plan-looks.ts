import { OPERATIONS_A_PAGE } from '../../earth-engine/client.ts';
import type { ProjectRecord, TrackedOperation } from '../record/project-record.ts';

/** What to look at now, and how. */
export interface LookPlan {
  /** Operations that are due, longest first: each is worth a call. */
  due: TrackedOperation[];
  /** How many pages of the list to read for them, from the newest; 0: every one that is due is asked for by itself. */
  pages: number;
  /** The operations those pages are read for: besides due ones, running ones that are not worth a call each. */
  onPages: TrackedOperation[];
}

/** What is known of a project when looks are planned. */
export type KnownOperations = Pick<ProjectRecord, 'pageEnds'> & { tracked: readonly TrackedOperation[] };

const SMALLEST_HEAD = 4;
/** So few that run are asked for one by one while others wait for them to end. */
const FEW_RUNNING = 12;
/** What a page of the list costs, in calls for one operation: it is some hundred times as long. */
const PAGE_COST = 2;
/** What is not worth a call by itself counts for so much of one on a page, which thus has to show more than a dozen. */
const WORTH_OF_WANTED = 1 / 7;
/** A running operation is wanted once it was unseen for this share of the time it has run, within these bounds. */
const WANTED_AFTER_SHARE = 0.02;
const SHORTEST_UNSEEN_MS = 10_000;
/** Less than a minute, so that what one tick showed is wanted again by the next. */
const LONGEST_UNSEEN_MS = 50_000;

/**
 * Plans the looks of one tick. Only a running operation can end, and only the head of the queue can start: the rest of
 * the queue is due a few times a day. Calls go where they are likely to show something: a page of the list is read
 * instead of asking for each due operation on it, or because it shows a dozen that have run for a while unseen.
 */
export function planLooks(known: KnownOperations, now: number): LookPlan {
  const due = findDue(known.tracked, now);
  const isDue = new Set(due);
  const wanted = known.tracked.filter((entry) => !isDue.has(entry) && isWanted(entry, now));
  const pageOf = locate([...due, ...wanted], known.pageEnds ?? []);
  const gains: number[] = [];
  for (const [entry, page] of pageOf) {
    gains[page] = (gains[page] ?? 0) + (isDue.has(entry) ? 1 : WORTH_OF_WANTED);
  }
  const pages = findBestPrefix(gains);
  const onPages = [...pageOf].filter(([, page]) => page < pages).map(([entry]) => entry);
  return { due, pages, onPages };
}

function findDue(tracked: readonly TrackedOperation[], now: number): TrackedOperation[] {
  const pending = tracked.filter(({ state }) => state === 'PENDING');
  const runningCount = tracked.length - pending.length;
  const head = new Set(takeFirst(pending, Math.max(SMALLEST_HEAD, 2 * runningCount)));
  const areAwaited = pending.length > 0 && runningCount <= FEW_RUNNING;
  return tracked
    .filter((entry) => {
      if (entry.nextLookAt <= now) return true;
      return (head.has(entry) && entry.failures === undefined) || (areAwaited && isWanted(entry, now));
    })
    .sort((a, b) => dueSince(a, now) - dueSince(b, now));
}

/** The first of a queue of thousands: to sort all of it would take most of the time of a tick that finds nothing new. */
function takeFirst(pending: readonly TrackedOperation[], count: number): TrackedOperation[] {
  let first: TrackedOperation[] = [];
  let last: TrackedOperation | undefined;
  for (const entry of pending) {
    if (last && byTurn(entry, last) >= 0) continue;
    first.push(entry);
    if (first.length < 2 * count) continue;
    first = first.sort(byTurn).slice(0, count);
    last = first.at(-1);
  }
  return first.sort(byTurn).slice(0, count);
}

/** Earth Engine's own order: higher priority first, then longer waiting first. */
function byTurn(a: TrackedOperation, b: TrackedOperation): number {
  return b.priority - a.priority || a.createTime - b.createTime;
}

function dueSince({ nextLookAt, seenAt }: TrackedOperation, now: number): number {
  return nextLookAt <= now ? nextLookAt : seenAt;
}

/** Whether it runs and may well have ended since it was seen. After a failure its next look has a time of its own. */
function isWanted({ state, startTime, seenAt, failures }: TrackedOperation, now: number): boolean {
  if (state === 'PENDING' || failures !== undefined) return false;
  const shareMs = WANTED_AFTER_SHARE * (now - (startTime ?? now));
  return now - seenAt >= Math.min(LONGEST_UNSEEN_MS, Math.max(SHORTEST_UNSEEN_MS, shareMs));
}

/** On which page of the list each is, from 0: what is older than the pages that are known is taken to fill the next ones. */
function locate(entries: readonly TrackedOperation[], pageEnds: readonly number[]): Map<TrackedOperation, number> {
  const pageOf = new Map<TrackedOperation, number>();
  let page = 0;
  let beyond = 0;
  for (const entry of entries.toSorted((a, b) => b.createTime - a.createTime)) {
    while (page < pageEnds.length && entry.createTime < (pageEnds[page] ?? 0)) page += 1;
    if (page === pageEnds.length) beyond += 1;
    pageOf.set(entry, page + Math.floor(Math.max(0, beyond - 1) / OPERATIONS_A_PAGE));
  }
  return pageOf;
}

/** How many pages to read so that they are worth the most beyond the calls they take; 0 when no number of them is worth any. */
function findBestPrefix(gains: readonly number[]): number {
  let best = { pages: 0, gain: 0 };
  let gain = 0;
  for (let page = 0; page < gains.length; page += 1) {
    gain += (gains[page] ?? 0) - PAGE_COST;
    if (gain > best.gain) best = { pages: page + 1, gain };
  }
  return best.pages;
}
