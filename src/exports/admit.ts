import { startBudget } from '../budget.ts';
import { concurrently } from '../concurrently.ts';
import type { ExportRequest } from '../request/export-request.ts';
import { CLAIMED_FROM_WAITING, toClaim, toWaiting } from './claim.ts';
import { endExport } from './end-export.ts';
import type { ExportRecord } from './export.ts';
import { toLogFields, toSend } from './sender.ts';
import { adoptEarlier } from './settle.ts';
import type { PollerParts, Visit } from './visit.ts';

const AT_ONCE = 10;
/** As many as are claimed at a time: what is claimed must be sent before the claim runs out. */
const BATCH = 20;
const WITHOUT_A_WALK = 20;
const WALK_IS_FRESH_FOR_MS = 600_000;

/** How many more PENDING operations the project may have; undefined when the last walk is too old to tell. */
export function toRoom(visit: Visit, maxPending: number, now: number): number | undefined {
  const { walk, submittedSince = 0 } = visit.project;
  if (!walk || now - walk.end > WALK_IS_FRESH_FOR_MS) return undefined;
  return Math.max(0, maxPending - walk.pending - submittedSince);
}

/** Sends waiting exports in the order of their rank, as many as Earth Engine's queue has room for. */
export async function admitWaiting(parts: PollerParts, visit: Visit): Promise<void> {
  const now = await parts.ledger.now();
  let room = toRoom(visit, parts.maxPending, now) ?? WITHOUT_A_WALK;
  // After a hold for want of credentials one export tries for all.
  if (visit.project.holdReason === 'credentials') room = Math.min(room, 1);
  while (room > 0 && !visit.held && visit.budget.remainingMs() > parts.submitBudgetMs / 4) {
    const batch = await parts.ledger.waiting(visit.project.project, Math.min(BATCH, room));
    if (batch.length === 0) return;
    room -= batch.length;
    await sendAll(parts, visit, batch);
  }
}

/** Claims and sends exports, each once. What another worker has claimed first is left to it. */
export async function sendAll(parts: PollerParts, visit: Visit, records: readonly ExportRecord[]): Promise<void> {
  const budgetMs = Math.min(parts.submitBudgetMs, visit.budget.remainingMs());
  if (records.length === 0 || budgetMs <= 0) return;
  const now = await parts.ledger.now();
  const claims = records.map((record) => ({
    record,
    changes: adoptEarlier(visit.list, record, now) ?? {
      ...toClaim(record, now, budgetMs),
      ...CLAIMED_FROM_WAITING,
      sentDescription: toSend(record).description,
    },
  }));
  const claimed = await parts.ledger.updateMany(claims);
  const budget = startBudget(budgetMs, parts);
  try {
    await concurrently(claimed, AT_ONCE, async (record, index) => {
      if (record?.claimUntil === undefined) return;
      await sendOne(parts, visit, record, { budget, inDoubt: records[index]?.doubtful !== undefined });
    });
  } finally {
    budget.release();
  }
}

async function sendOne(
  parts: PollerParts,
  visit: Visit,
  claimed: ExportRecord,
  how: { budget: ReturnType<typeof startBudget>; inDoubt: boolean },
): Promise<void> {
  if (visit.held) {
    // Another of this batch was refused for the whole project: nothing is sent, so nothing more is in doubt.
    await parts.ledger.update(
      claimed,
      how.inDoubt ? { claimUntil: null, dueAt: claimed.sentAt ?? null } : toWaiting(claimed),
    );
    return;
  }
  const body = await parts.ledger.body(claimed);
  if (body === undefined) {
    parts.log.error('Export has no body to send', toLogFields(claimed));
    if (!how.inDoubt) await parts.ledger.update(claimed, toBodyLost(claimed, await parts.ledger.now()));
    return;
  }
  visit.report.submitted += 1;
  const request = JSON.parse(body) as ExportRequest;
  const sent = await parts.sender.send(claimed, request, { ...how, repeat: false });
  if (sent.held) visit.held = true;
}

function toBodyLost(record: ExportRecord, now: number) {
  const error = {
    code: 15,
    status: 'DATA_LOSS',
    message: 'The request kept for this export cannot be read any more',
    reason: 'BODY_LOST',
    remedy: 'Send the request again under a new id',
    retryable: false,
  };
  return endExport(record, { state: 'REJECTED', now, changes: { error, hasBody: false } });
}
