import type { ExportRecord } from './export.ts';
import type { Ledger } from './ledger.ts';
import { isFinal, isKnownState } from './record/states.ts';
import { ensureProject } from './sending/ensure-project.ts';
import { toNextAttempt } from './transitions/next-attempt.ts';

/** What became of a wish to retry. */
export type Retried =
  | { kind: 'retried' | 'stale'; record: ExportRecord }
  /** Its completion event is not published yet: ask again. */
  | { kind: 'unpublished'; record: ExportRecord }
  /** Not ended, succeeded, or without a body that could be sent; `why` completes "Cannot retry the export: …". */
  | { kind: 'refused'; record: ExportRecord; why: string };

/**
 * Starts a new attempt of an export that has ended without success. `attempt` names the one it replaces, so that the
 * same wish sent twice is carried out once. Throws `LedgerUnavailable`.
 */
export async function retryExport(ledger: Ledger, record: ExportRecord, attempt: number): Promise<Retried> {
  let current = record;
  for (;;) {
    if (current.attempt !== attempt) return { kind: 'stale', record: current };
    const why = whyNot(current);
    if (why) return { kind: 'refused', record: current, why };
    if (current.outboxAt !== undefined) return { kind: 'unpublished', record: current };
    await ensureProject(ledger, current.project);
    const updated = await ledger.update(current, toNextAttempt(current));
    if (updated) return { kind: 'retried', record: updated };
    const fresh = await ledger.get(record.id);
    if (!fresh) return { kind: 'stale', record: current };
    current = fresh;
  }
}

function whyNot(record: ExportRecord): string | undefined {
  if (!isKnownState(record.state)) return `its state is "${record.state}", which a newer version wrote`;
  if (!isFinal(record.state)) return `it is ${record.state}; only an export that has ended can be retried`;
  if (record.state === 'SUCCEEDED') return 'it has succeeded; send a new request to export again';
  if (!record.hasBody) return 'there is no valid request to send; correct the request and send it under a new id';
  return undefined;
}
