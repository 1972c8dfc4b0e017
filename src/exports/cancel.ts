import type { ExportRecord } from './export.ts';
import type { Ledger } from './ledger.ts';
import { isFinal, isKnownState } from './record/states.ts';
import { afterCancelWish } from './transitions/after-cancel-wish.ts';

/**
 * Asks for an export to be cancelled. What was never sent is CANCELLED at once; for what may be with Earth Engine the
 * wish is recorded and the poller carries it out. An export that has ended stays as it is. Gives the record as it is
 * now; throws `LedgerUnavailable`.
 */
export async function cancelExport(ledger: Ledger, record: ExportRecord): Promise<ExportRecord> {
  let current = record;
  for (;;) {
    if (!isKnownState(current.state) || isFinal(current.state)) return current;
    if (current.cancelRequestedAt !== undefined) return current;
    const updated = await ledger.update(current, afterCancelWish(current, await ledger.now()));
    if (updated) return updated;
    const fresh = await ledger.get(record.id);
    if (!fresh) return current;
    current = fresh;
  }
}
