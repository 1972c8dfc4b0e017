import { LedgerUnavailable } from '../../exports/ledger.ts';
import { toSend } from '../../exports/record/sent-id.ts';
import type { Submitted } from '../../exports/submitter.ts';
import { toEarthEngineBody } from '../../request/export-request.ts';
import { type HttpAnswer, toJsonAnswer } from '../http/http-answer.ts';
import { refuseFaults, refuseWithoutLedger } from '../http/refusals.ts';
import { refuseAsEarthEngine, refuseConflict } from '../http/refuse-export.ts';
import { readSubmission, type Submission } from './asked-export.ts';
import { toExportResource } from './export-resource.ts';
import type { ExportsHttpOptions } from './exports-http-options.ts';
import type { RoutedCall } from './routes.ts';

/** A submission that was recorded. */
export type Recorded = Extract<Submitted, { kind: 'recorded' }>;

/** Builds the handler of `POST /v1/exports`. */
export function createSubmitRoute(options: ExportsHttpOptions) {
  return async function submitExport(call: RoutedCall): Promise<HttpAnswer> {
    const submission = readSubmission(call, options);
    if (readValidateOnly(call)) return validate(submission, options);
    const { record, known } = await submit(submission, options);
    if (!known && record.state === 'REJECTED' && record.error) throw refuseAsEarthEngine(record, record.error);
    return toJsonAnswer(known ? 200 : 202, toExportResource(record));
  };
}

/** Records and sends an export. Throws `CallRefused` when its id is taken or the ledger is out of reach. */
export async function submit(submission: Submission, options: ExportsHttpOptions): Promise<Recorded> {
  const { valid, origin } = submission;
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

function readValidateOnly(call: RoutedCall): boolean {
  const values = call.query.getAll('validateOnly');
  if (values.length === 0 || (values.length === 1 && values[0] === 'false')) return false;
  if (values.length === 1 && values[0] === 'true') return true;
  throw refuseFaults([
    { field: 'validateOnly', description: 'Cannot use the parameter: true or false is wanted, once' },
  ]);
}

/** Everything that would happen, without anything happening. `body` is what Earth Engine would be sent. */
async function validate({ valid, origin }: Submission, options: ExportsHttpOptions): Promise<HttpAnswer> {
  const found = await options.preflight?.(valid);
  if (found && found.violations.length > 0) throw refuseFaults(found.violations);
  const { request, digest, bytes } = valid;
  const send = toSend({ id: origin.id, attempt: 1, submission: 1, request });
  const warnings = [...valid.warnings, ...(found?.warnings ?? [])];
  const head = JSON.stringify({ valid: true, warnings, digest, bytes });
  return toJsonAnswer(200, `${head.slice(0, -1)},"body":${toEarthEngineBody(request, send)}}`);
}
