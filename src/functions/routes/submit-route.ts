import { toSend } from '../../exports/record/sent-id.ts';
import { toEarthEngineBody } from '../../request/export-request.ts';
import { type HttpAnswer, toJsonAnswer } from '../http/http-answer.ts';
import { refuseFaults } from '../http/refusals.ts';
import { refuseAsEarthEngine } from '../http/refuse-export.ts';
import { type AskedExport, readAskedExport } from './asked-export.ts';
import { toExportResource } from './export-resource.ts';
import type { ExportsHttpOptions } from './exports-http-options.ts';
import type { RoutedCall } from './routes.ts';
import { submit } from './submit.ts';

/** Builds the handler of `POST /v1/exports`. */
export function createSubmitRoute(options: ExportsHttpOptions) {
  return async function submitExport(call: RoutedCall): Promise<HttpAnswer> {
    const asked = readAskedExport(call, options);
    if (readValidateOnly(call)) return validate(asked, options);
    const { record, known } = await submit(asked, options);
    if (!known && record.state === 'REJECTED' && record.error) throw refuseAsEarthEngine(record, record.error);
    return toJsonAnswer(known ? 200 : 202, toExportResource(record));
  };
}

function readValidateOnly(call: RoutedCall): boolean {
  const values = call.query.getAll('validateOnly');
  if (values.length === 0 || (values.length === 1 && values[0] === 'false')) return false;
  if (values.length === 1 && values[0] === 'true') return true;
  throw refuseFaults([
    {
      field: 'validateOnly',
      description: 'Cannot use the parameter: it is something else, or there twice; true or false is wanted',
    },
  ]);
}

/** Everything that would happen, without anything happening. `body` is what Earth Engine would be sent. */
async function validate({ valid, origin }: AskedExport, options: ExportsHttpOptions): Promise<HttpAnswer> {
  const found = await options.preflight?.(valid);
  if (found && found.violations.length > 0) throw refuseFaults(found.violations);
  const { request, digest, bytes } = valid;
  const send = toSend({ id: origin.id, attempt: 1, submission: 1, request });
  const warnings = [...valid.warnings, ...(found?.warnings ?? [])];
  const head = JSON.stringify({ valid: true, warnings, digest, bytes });
  return toJsonAnswer(200, `${head.slice(0, -1)},"body":${toEarthEngineBody(request, send)}}`);
}
