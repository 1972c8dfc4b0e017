import { concurrently } from '../../concurrently.ts';
import type { Answer } from '../../earth-engine/client.ts';
import { readGoogleError } from '../../earth-engine/google-error.ts';
import type { ExportRecord } from '../export.ts';
import { toLogFields } from '../record/log-fields.ts';
import type { TrackedOperation } from '../record/project-record.ts';
import { isAccepted } from '../record/states.ts';
import { isHeld } from '../sending/holds.ts';
import { LOST_AFTER_MS } from '../transitions/after-walk.ts';
import { giveBackLease, takeLease } from './lease.ts';
import { lookAtOperations } from './look-at-operations.ts';
import { planLooks } from './plan-looks.ts';
import { sendInTurn, toRoom, waitForHold } from './send-in-turn.ts';
import { settleDoubts } from './settle-doubts.ts';
import { type PollerParts, takeVisitCall, type Visit, type VisitOptions } from './visit.ts';
import { walkProject } from './walk-project.ts';

const CANCELS_AT_ONCE = 10;
const LOOK_FOR_SUPERSEDED_EVERY_MS = 600_000;

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
    const { pageEnds = [] } = visit.project;
    const plan = planLooks({ pageEnds, tracked: [...visit.tracked.values()] }, now);
    const doubtful = options.due.filter(isInDoubt);
    if (doubtful.length > 0 || needsWholeList(parts, visit, { due: plan.due, now })) {
      visit.list = await walkProject(parts, visit);
    } else if (plan.pages > 0) {
      visit.list = await walkProject(parts, visit, plan);
    }
    await lookAtOperations(parts, visit, plan.due);
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
  if (due.some(({ missing, seenAt }) => missing || now - seenAt >= LOST_AFTER_MS)) return true;
  const isStale = now - (visit.project.walk?.end ?? 0) >= LOOK_FOR_SUPERSEDED_EVERY_MS;
  if (isStale && [...visit.tracked.values()].some(({ attemptTokens }) => attemptTokens)) return true;
  return visit.waiting && toRoom(visit, parts.maxPending, now) === undefined;
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
    const call = takeVisitCall(visit);
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
