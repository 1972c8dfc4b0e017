import { startBudget } from '../../budget.ts';
import { concurrently } from '../../concurrently.ts';
import { readRequestJson } from '../../request/export-request.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { toLogFields } from '../record/log-fields.ts';
import { concernsProject } from '../sending/holds.ts';
import type { SendOptions, Sent } from '../sending/sender.ts';
import { toSighting } from '../settling/project-list.ts';
import { accept } from '../transitions/accept.ts';
import { afterBodyLost, afterNoSend } from '../transitions/after-no-send.ts';
import { toClaim } from '../transitions/claim.ts';
import type { PollerParts, Visit } from './visit.ts';

const AT_ONCE = 10;

/**
 * Claims and sends exports, each once. What another worker has claimed first is left to it, and nothing more is sent
 * once an answer concerns them all. Gives the outcomes, undefined for what was not sent.
 */
export async function sendBatch(
  parts: PollerParts,
  visit: Visit,
  records: readonly ExportRecord[],
): Promise<(Sent['outcome'] | undefined)[]> {
  const { ledger, submitBudgetMs } = parts;
  const outcomes: (Sent['outcome'] | undefined)[] = records.map(() => undefined);
  const budget = startBudget(Math.min(submitBudgetMs, visit.budget.remainingMs()), parts);
  try {
    const now = await ledger.now();
    const time = { sendMs: budget.remainingMs(), submitBudgetMs };
    const claimed = await ledger.updateMany(
      records.map((record) => ({ record, changes: adoptEarlier(visit, record, now) ?? toClaim(record, now, time) })),
    );
    await concurrently(claimed, AT_ONCE, async (record, index) => {
      if (record?.claimUntil === undefined) return;
      const inDoubt = records[index]?.doubtful !== undefined;
      const outcome = await sendOne(parts, visit, record, { budget, inDoubt, repeat: false });
      if (outcome && concernsProject(outcome)) visit.held = true;
      outcomes[index] = outcome;
    });
  } finally {
    budget.release();
  }
  return outcomes;
}

/**
 * What to do with an export never sent, an earlier submission of which turns out to have been started: adopt that one.
 * What is in doubt is not sent again beside an earlier one.
 */
function adoptEarlier({ list }: Visit, record: ExportRecord, now: number): ExportChanges | undefined {
  const earlier = list && toSighting(list, record).earlier;
  return earlier && accept(record, earlier, { now });
}

async function sendOne(
  parts: PollerParts,
  visit: Visit,
  claimed: ExportRecord,
  how: SendOptions,
): Promise<Sent['outcome'] | undefined> {
  const { ledger, log, sender } = parts;
  if (visit.held) {
    await ledger.update(claimed, afterNoSend(claimed, how.inDoubt, await ledger.now()));
    return undefined;
  }
  const body = await ledger.body(claimed);
  if (body === undefined) {
    log.error('Export has no body to send', toLogFields(claimed));
    await ledger.update(claimed, afterBodyLost(claimed, how.inDoubt, await ledger.now()));
    return undefined;
  }
  visit.report.submitted += 1;
  const onRequest = () => {
    visit.report.apiCalls += 1;
  };
  return (await sender.send(claimed, readRequestJson(body), { ...how, onRequest })).outcome;
}
