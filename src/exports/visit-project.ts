import type { Budget } from '../budget.ts';
import { concurrently } from '../concurrently.ts';
import type { Answer } from '../earth-engine/client.ts';
import { readGoogleError } from '../earth-engine/google-error.ts';
import type { Operation } from '../earth-engine/operation.ts';
import { sendInTurn, toRoom, waitForHold } from './admit.ts';
import type { ExportRecord } from './export.ts';
import { isHeld } from './holds.ts';
import { giveBackLease, takeLease } from './lease.ts';
import { toLogFields } from './log-fields.ts';
import { lookAtOperations, UNREADABLE_UNTIL_LOST_MS } from './look.ts';
import { type ProjectList, readProjectList } from './project-list.ts';
import type { TrackedOperation } from './project-record.ts';
import { settleDoubts } from './settle.ts';
import { isAccepted } from './states.ts';
import type { TickReport } from './tick-report.ts';
import { findDue } from './tracked.ts';
import { type PollerParts, takeCall, type Visit } from './visit.ts';

const PAGE_SIZE = 500;
const CLOCK_MARGIN_MS = 600_000;
const CANCELS_AT_ONCE = 10;
const LOOK_FOR_SUPERSEDED_EVERY_MS = 600_000;

/** What one visit is about. */
export interface VisitOptions {
  /** The project's exports that are due. */
  due: ExportRecord[];
  budget: Budget;
  report: TickReport;
  /** Who holds the lease: this tick and no other. */
  owner: string;
}

/**
 * Drives one project's due exports one step each: takes up what was accepted, looks at what runs, settles what is in
 * doubt, sends what waits. Does nothing where another tick holds the lease, and costs nothing where nothing is due; else
 * gives what is tracked now.
 */
export async function visitProject(
  parts: PollerParts,
  name: string,
  options: VisitOptions,
): Promise<TrackedOperation[] | undefined> {
  const visit = await takeLease(parts, name, options);
  if (!visit) return undefined;
  try {
    await carryOutCancels(parts, visit, options.due);
    const now = await parts.ledger.now();
    const due = findDue([...visit.tracked.values()], now);
    const doubtful = options.due.filter(isInDoubt);
    const isWhole = doubtful.length > 0 || needsWholeList(parts, visit, { due, now });
    if (isWhole || due.length > toPages(visit)) visit.list = await walk(parts, visit, isWhole ? [] : due);
    await lookAtOperations(parts, visit, due);
    const backingOff = options.due.filter(isBackingOff);
    if (visit.waiting || doubtful.length + backingOff.length > 0) await send(parts, visit, { doubtful, backingOff });
    return [...visit.tracked.values()];
  } finally {
    await giveBackLease(parts, visit, options.owner);
  }
}

/** Settles what is in doubt and sends what is to be sent, unless the project is on hold. */
async function send(
  parts: PollerParts,
  visit: Visit,
  { doubtful, backingOff }: { doubtful: ExportRecord[]; backingOff: ExportRecord[] },
): Promise<void> {
  await readHold(parts, visit);
  const resend = await settleDoubts(parts, visit, doubtful);
  if (visit.held) await waitForHold(parts, backingOff);
  else await sendInTurn(parts, visit, [...resend, ...backingOff]);
}

/** A claimed export is not due before its claim has run out. */
function isInDoubt(record: ExportRecord): boolean {
  return record.state === 'QUEUED' && record.doubtful !== undefined;
}

function isBackingOff(record: ExportRecord): boolean {
  return record.state === 'QUEUED' && record.doubtful === undefined && record.admitRank === undefined;
}

/**
 * What a get cannot tell: where a missing operation is, whether an operation given up runs after all, and how long the
 * queue is.
 */
function needsWholeList(parts: PollerParts, visit: Visit, { due, now }: { due: TrackedOperation[]; now: number }) {
  if (due.some(({ missing, seenAt }) => missing || now - seenAt >= UNREADABLE_UNTIL_LOST_MS)) return true;
  const isStale = now - (visit.project.walk?.end ?? 0) >= LOOK_FOR_SUPERSEDED_EVERY_MS;
  if (isStale && [...visit.tracked.values()].some(({ earlierTokens }) => earlierTokens)) return true;
  return visit.waiting && toRoom(visit, parts.maxPending, now) === undefined;
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
  // That the list is newest first is not promised: it is seen where something old comes after something new.
  let hasNew = false;
  const list = await readProjectList(parts.earthEngine, visit.project.project, {
    startedAt: await parts.ledger.now(),
    call: () => takeCall(visit),
    names: new Set(visit.tracked.keys()),
    isEnough(soFar, page) {
      hasNew ||= page.some((operation) => !isOlder(operation));
      const isPast = soFar.newestFirst && hasNew && page.some(isOlder);
      return until.length > 0 && (isPast || until.every(({ name }) => soFar.byName.has(name)));
    },
  });
  if (!list.complete) return list;
  const { pages, pending, running, newestFirst } = list;
  const end = await parts.ledger.now();
  visit.project = { ...visit.project, walk: { end, pages, pending, running, newestFirst }, submittedSince: 0 };
  return list;
}

/** Somebody else may have put the project on hold, or ended a hold, since the visit began. */
async function readHold(parts: PollerParts, visit: Visit): Promise<void> {
  const project = await parts.ledger.project(visit.project.project);
  visit.held = isHeld(project, await parts.ledger.now());
  visit.onTrial = project?.holdReason === 'credentials';
}

/** Sends the cancels that were asked for; one that was not answered is sent again with the next tick. */
async function carryOutCancels(parts: PollerParts, visit: Visit, due: readonly ExportRecord[]): Promise<void> {
  const asked = due.filter(({ cancelRequestedAt, state }) => cancelRequestedAt !== undefined && isAccepted(state));
  await concurrently(asked, CANCELS_AT_ONCE, async (record) => {
    const call = takeCall(visit);
    if (!call || record.operation === undefined) return;
    const answer = await parts.earthEngine.cancelOperation(record.operation, call);
    const isDone = isAnswerToCancel(answer);
    parts.log.info('Cancel was sent', { ...toLogFields(record), isDone });
    const now = await parts.ledger.now();
    if (isDone) await parts.ledger.update(record, { dueAt: null });
    const entry = visit.tracked.get(record.operation);
    if (entry) visit.tracked.set(entry.name, { ...entry, nextLookAt: now });
  });
}

/** A refusal because it has ended, or is unknown, leaves the rest to the look. One for want of rights may pass. */
function isAnswerToCancel(answer: Answer): boolean {
  if (answer.kind !== 'answered') return false;
  if (answer.status === 200) return true;
  return [400, 404, 409, 412].includes(answer.status) && readGoogleError(answer) !== undefined;
}
