import { LedgerUnavailable } from '../../exports/ledger.ts';
import type { Submitted } from '../../exports/submitter.ts';
import { refuseWithoutLedger } from '../http/refusals.ts';
import { refuseConflict } from '../http/refuse-export.ts';
import type { AskedExport } from './asked-export.ts';
import type { ExportsHttpOptions } from './exports-http-options.ts';

/** An export that is in the ledger. */
type Recorded = Extract<Submitted, { kind: 'recorded' }>;

/** Records and sends an export. Throws `CallRefused` when its id is taken or the ledger is out of reach. */
export async function submit(asked: AskedExport, options: ExportsHttpOptions): Promise<Recorded> {
  const { valid, origin } = asked;
  const submitted = await options.submitter.submit(valid, origin, { repeat: true }).catch((error: unknown) => {
    if (!(error instanceof LedgerUnavailable)) throw error;
    options.log.error('Ledger is out of reach', { exportId: origin.id, cause: error });
    throw refuseWithoutLedger(origin.id);
  });
  if (submitted.kind === 'conflict') throw refuseConflict(origin.id);
  const { record, known } = submitted;
  options.log.info('Export was asked for', {
    exportId: record.id,
    project: record.project,
    state: record.state,
    known,
    requestedBy: origin.requestedBy,
    traceparent: origin.traceparent,
  });
  return submitted;
}
