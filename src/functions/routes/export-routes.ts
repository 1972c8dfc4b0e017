import { cancelExport } from '../../exports/cancel.ts';
import type { ExportRecord } from '../../exports/export.ts';
import { isExportId } from '../../exports/record/export-id.ts';
import { retryExport } from '../../exports/retry.ts';
import { checkAllowance, maySee } from '../access/allowance.ts';
import { type HttpAnswer, toJsonAnswer } from '../http/http-answer.ts';
import { readJsonBody } from '../http/json-body.ts';
import { refuseFaults, refuseForbidden, refuseUnknown } from '../http/refusals.ts';
import { SEND_NO_MORE } from '../http/refuse-call.ts';
import { refuseRetry, refuseRetryForNow } from '../http/refuse-export.ts';
import { toExportResource } from './export-resource.ts';
import type { ExportsHttpOptions } from './exports-http-options.ts';
import { readAttempt, refuseContent } from './read-attempt.ts';
import type { RoutedCall } from './routes.ts';

/** Builds the handlers of the routes about one export. */
export function createExportRoutes(options: Pick<ExportsHttpOptions, 'config' | 'ledger' | 'log'>) {
  const { config, ledger, log } = options;

  async function getExport(call: RoutedCall): Promise<HttpAnswer> {
    return toJsonAnswer(200, toExportResource(await find(call)));
  }

  async function cancel(call: RoutedCall): Promise<HttpAnswer> {
    if (call.body.length > 0) refuseContent(readJsonBody(call, SEND_NO_MORE));
    const record = await cancelExport(ledger, await find(call));
    log.info('Cancel was asked for', toFields(record, call));
    return toJsonAnswer(200, toExportResource(record));
  }

  async function retry(call: RoutedCall): Promise<HttpAnswer> {
    const attempt = readAttempt(readJsonBody(call, SEND_NO_MORE));
    const found = await find(call);
    const why = found.request && checkAllowance(config, call.caller, { ...found.request, project: found.project });
    if (why) throw refuseForbidden(why);
    if (attempt > found.attempt) {
      const description = `Cannot retry attempt ${attempt}: the export is in attempt ${found.attempt}; that one is wanted`;
      throw refuseFaults([{ field: 'attempt', description }]);
    }
    const retried = await retryExport(ledger, found, attempt);
    const { kind, record } = retried;
    log.info('Retry was asked for', { ...toFields(record, call), outcome: kind });
    if (kind === 'refused') throw refuseRetry(record.id, retried.why);
    if (kind === 'unpublished') throw refuseRetryForNow(record.id);
    return toJsonAnswer(200, toExportResource(record));
  }

  /** An export that the caller may not see is one that there is not. */
  async function find(call: RoutedCall): Promise<ExportRecord> {
    const { id = '' } = call.params;
    const record = isExportId(id) ? await ledger.get(id) : undefined;
    if (!record || !maySee(config, call.caller, record)) throw refuseUnknown(`an export ${JSON.stringify(id)}`);
    return record;
  }

  return { getExport, cancelExport: cancel, retryExport: retry };
}

function toFields(record: ExportRecord, call: RoutedCall) {
  return { exportId: record.id, project: record.project, state: record.state, requestedBy: call.caller };
}
