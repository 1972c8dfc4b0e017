import { concurrently } from '../../concurrently.ts';
import type { ExportRecord } from '../export.ts';
import { toSighting } from '../settling/project-list.ts';
import { settle } from '../settling/settle.ts';
import { mayResend } from '../transitions/after-walk.ts';
import { type PollerParts, takeVisitCall, type Visit } from './visit.ts';

const AT_ONCE = 8;

/**
 * Takes every doubtful export one step on by what the list of operations showed. Gives those that are to be sent again
 * under the same id; while the project is held there are none.
 */
export async function settleDoubts(
  parts: PollerParts,
  visit: Visit,
  doubtful: readonly ExportRecord[],
): Promise<ExportRecord[]> {
  const { list } = visit;
  const resend: ExportRecord[] = [];
  if (!list) return resend;
  await concurrently(doubtful, AT_ONCE, async (record) => {
    const now = await parts.ledger.now();
    if (!visit.held && mayResend(record, toSighting(list, record), now)) resend.push(record);
    else await settle(parts, { list, record, call: () => takeVisitCall(visit) });
  });
  return resend;
}
