import type { Budget } from '../budget.ts';
import type { Operation } from '../earth-engine/operation.ts';
import { admitWaiting, sendAll, toRoom } from './admit.ts';
import type { ExportRecord } from './export.ts';
import { isHeld } from './holds.ts';
import { giveBackLease, takeLease } from './lease.ts';
import { lookAtOperations } from './look.ts';
import { type ProjectList, readProjectList } from './project-list.ts';
import type { TrackedOperation } from './project-record.ts';
import { settleDoubts } from './settle.ts';
import { isAccepted } from './states.ts';
import type { TickReport } from './tick-report.ts';
import { findDue } from './tracked.ts';
import { type PollerParts, toCall, type Visit } from './visit.ts';

const PAGE_SIZE = 500;
const CLOCK_MARGIN_MS = 600_000;

/** What one visit is about. */
export interface VisitOptions {
  /** The project's exports that are due. */
  due: ExportRecord[];
  budget: Budget;
  report: TickReport;
  /** Who holds the lease. */
  owner: string;
}

/**
 * Drives one project's due exports one step each: takes up what was accepted, looks at what runs, settles what is in
 * doubt, sends what waits. Does nothing where another poller holds the lease, and costs nothing where nothing is due.
 */
export async function visitProject(parts: PollerParts, name: string, options: VisitOptions): Promise<void> {
  const visit = await takeLease(parts, name, options);
  if (!visit) return;
  try {
    await carryOutCancels(parts, visit, options.due);
    const now = await parts.ledger.now();
    const due = findDue([...visit.tracked.values()], now);
    const doubtful = options.due.filter((record) => isInDoubt(record, now));
    const full = needsWholeList(visit, { due, doubtful, maxPending: parts.maxPending, now });
    if (full || due.length > toPages(visit)) visit.list = await walk(parts, visit, full ? [] : due);
    await lookAtOperations(parts, visit, due);
    const resend = await settleDoubts(parts, visit, doubtful);
    visit.held = isHeld(await parts.ledger.project(name), await parts.ledger.now());
    if (visit.held) visit.report.held += 1;
    else {
      await sendAll(parts, visit, [...resend, ...options.due.filter((record) => isBackingOff(record))]);
      await admitWaiting(parts, visit);
    }
  } finally {
    await giveBackLease(parts, visit, options.owner);
  }
}

function isInDoubt(record: ExportRecord, now: number): boolean {
  const claimed = record.claimUntil !== undefined && record.claimUntil > now;
  return record.state === 'QUEUED' && record.doubtful !== undefined && !claimed;
}

function isBackingOff(record: ExportRecord): boolean {
  return record.state === 'QUEUED' && record.doubtful === undefined && record.admitRank === undefined;
}

/** What a get cannot tell: where a doubtful or a missing operation is, and how long the queue is. */
function needsWholeList(
  visit: Visit,
  about: { due: TrackedOperation[]; doubtful: ExportRecord[]; maxPending: number; now: number },
): boolean {
  if (about.doubtful.length > 0 || about.due.some(({ missing }) => missing)) return true;
  return visit.waiting && toRoom(visit, about.maxPending, about.now) === undefined;
}

/** How many calls a walk takes: it is taken where as many gets would show less. */
function toPages(visit: Visit): number {
  return visit.project.walk?.pages ?? Math.max(1, Math.ceil(visit.tracked.size / PAGE_SIZE));
}

/**
 * Walks the project's list, the whole of it where `until` is empty, else until nothing of `until` can be on a later page.
 */
async function walk(parts: PollerParts, visit: Visit, until: readonly TrackedOperation[]): Promise<ProjectList> {
  const oldest = until.reduce((least, { createTime }) => Math.min(least, createTime), Number.POSITIVE_INFINITY);
  const isOlder = ({ createTime }: Operation) => createTime !== undefined && createTime < oldest - CLOCK_MARGIN_MS;
  const list = await readProjectList(parts.earthEngine, visit.project.project, {
    startedAt: await parts.ledger.now(),
    call: () => toCall(visit),
    names: new Set(visit.tracked.keys()),
    isEnough: (soFar, page) =>
      until.length > 0 &&
      ((soFar.newestFirst && page.some(isOlder)) || until.every(({ name }) => soFar.byName.has(name))),
  });
  if (!list.complete) return list;
  const { pages, pending, running, newestFirst } = list;
  const end = await parts.ledger.now();
  visit.project = { ...visit.project, walk: { end, pages, pending, running, newestFirst }, submittedSince: 0 };
  return list;
}

/** Sends the cancels that were asked for; one that was not answered is sent again with the next tick. */
async function carryOutCancels(parts: PollerParts, visit: Visit, due: readonly ExportRecord[]): Promise<void> {
  for (const record of due) {
    if (record.cancelRequestedAt === undefined || !record.operation || !isAccepted(record.state)) continue;
    const call = toCall(visit);
    if (!call) return;
    const answer = await parts.earthEngine.cancelOperation(record.operation, call);
    const now = await parts.ledger.now();
    // A refusal for good (it has ended, it is unknown) leaves the rest to the look.
    const done = answer.kind === 'answered' && answer.status !== 429 && answer.status < 500 && answer.status !== 401;
    parts.log.info('Cancel was sent', { exportId: record.id, operation: record.operation, done });
    if (done) await parts.ledger.update(record, { dueAt: null });
    const entry = visit.tracked.get(record.operation);
    if (entry) visit.tracked.set(entry.name, { ...entry, nextLookAt: now });
  }
}
