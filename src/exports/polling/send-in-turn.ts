import { concurrently } from '../../concurrently.ts';
import type { ExportRecord } from '../export.ts';
import { isKnownState } from '../record/states.ts';
import { endCredentialsHold } from '../sending/holds.ts';
import { toWaiting } from '../transitions/waiting.ts';
import { sendBatch } from './send-batch.ts';
import type { PollerParts, Visit } from './visit.ts';

/** As many as are claimed at a time: what is claimed must be sent before the claim runs out. */
const BATCH = 20;
const WITHOUT_A_WALK = 20;
const WALK_IS_FRESH_FOR_MS = 600_000;
const AT_ONCE = 10;

/** How many more PENDING operations the project may have; undefined when the last walk is too old to tell. */
export function toRoom({ project }: Pick<Visit, 'project'>, maxPending: number, now: number): number | undefined {
  const { walk, submittedSince = 0 } = project;
  if (!walk || now - walk.end > WALK_IS_FRESH_FOR_MS) return undefined;
  return Math.max(0, maxPending - walk.pending - submittedSince);
}

/**
 * Sends what is to be sent again, then waiting exports in the order of their rank, as many as Earth Engine's queue has
 * room for. After a hold for want of credentials one of them tries for all.
 */
export async function sendInTurn(parts: PollerParts, visit: Visit, again: readonly ExportRecord[]): Promise<void> {
  let rest = again;
  let room = toRoom(visit, parts.maxPending, await parts.ledger.now()) ?? WITHOUT_A_WALK;
  if (visit.onTrial) {
    const tries = again.length > 0 ? again.slice(0, 1) : await readWaiting(parts, visit, 1);
    const [outcome] = await sendBatch(parts, visit, tries);
    if (outcome !== 'accepted' && outcome !== 'refused' && outcome !== 'duplicate') return;
    await endCredentialsHold(parts.ledger, visit.project.project);
    if (again.length > 0) rest = again.slice(1);
    else room -= 1;
  }
  for (let from = 0; from < rest.length && hasTime(parts, visit); from += BATCH) {
    await sendBatch(parts, visit, rest.slice(from, from + BATCH));
  }
  while (room > 0 && hasTime(parts, visit)) {
    const batch = await readWaiting(parts, visit, Math.min(BATCH, room));
    if (batch.length === 0) return;
    room -= batch.length;
    await sendBatch(parts, visit, batch);
  }
}

/** While the project is held, what backs off waits with the others, so that it is not due all the while. */
export async function waitForHold(parts: PollerParts, backingOff: readonly ExportRecord[]): Promise<void> {
  await concurrently(backingOff, AT_ONCE, async (record) => {
    await parts.ledger.update(record, toWaiting(record));
  });
}

function hasTime(parts: PollerParts, visit: Visit): boolean {
  return !visit.held && visit.budget.remainingMs() > parts.submitBudgetMs / 4;
}

async function readWaiting(parts: PollerParts, visit: Visit, limit: number): Promise<ExportRecord[]> {
  const waiting = await parts.ledger.waiting(visit.project.project, limit);
  return waiting.filter(({ state }) => isKnownState(state));
}
