import { CALL_TIMEOUT_MS } from '../../earth-engine/take-call.ts';
import { cancelExport } from '../../exports/cancel.ts';
import type { ExportRecord } from '../../exports/export.ts';
import { isFinal } from '../../exports/record/states.ts';
import { type HttpAnswer, toJsonAnswer } from '../http/http-answer.ts';
import { toErrorAnswer } from '../http/refusal.ts';
import { refuseUnreachable } from '../http/refuse-call.ts';
import { refuseAsEarthEngine, refuseDoubtful, refuseEnded, refuseForNow } from '../http/refuse-export.ts';
import { readAskedExport } from './asked-export.ts';
import { readOperationAnswer } from './earth-engine-answer.ts';
import type { ExportsHttpOptions } from './exports-http-options.ts';
import { toEndedOperation, withCallerDescription } from './operation-resource.ts';
import type { RoutedCall } from './routes.ts';
import { submit } from './submit.ts';

/** Builds the handler of Earth Engine's own method: the answer is its Operation, or an error as it would give one. */
export function createStartOperationRoute(options: ExportsHttpOptions) {
  const { ledger, earthEngine } = options;

  return async function startOperation(call: RoutedCall): Promise<HttpAnswer> {
    const asked = readAskedExport(call, options);
    const { record, known, answer } = await submit(asked, options);
    if (typeof answer === 'object' && answer !== null) return toJsonAnswer(200, withCallerDescription(answer, record));
    if (isFinal(record.state)) return toEndedAnswer(record, known);
    if (record.operation !== undefined) return fetchOperation(record, record.operation);
    throw await refuseUnaccepted(record, asked.hasKey);
  };

  async function fetchOperation(record: ExportRecord, name: string): Promise<HttpAnswer> {
    const operation = readOperationAnswer(await earthEngine.getOperation(name, { timeoutMs: CALL_TIMEOUT_MS }));
    if (operation) return toJsonAnswer(200, withCallerDescription(operation, record));
    throw refuseUnreachable(record.id);
  }

  /** Nobody can join an export without an id, so that nothing may be left behind of which a repetition makes a second. */
  async function refuseUnaccepted(record: ExportRecord, hasKey: boolean) {
    const waits = `Cannot start the export "${record.id}" yet: Earth Engine did not accept it in time; it is queued here`;
    if (hasKey) return refuseForNow(record.id, waits);
    const left = record.doubtful === undefined ? await cancelExport(ledger, record) : record;
    if (left.state !== 'CANCELLED') return refuseDoubtful(record.id);
    const message = `Cannot start the export "${record.id}": Earth Engine did not accept it in time; nothing was started`;
    return refuseForNow(record.id, message);
  }
}

/** A stored error is told again unless clients would repeat the call because of its code. */
function toEndedAnswer(record: ExportRecord, known: boolean): HttpAnswer {
  if (record.state === 'SUCCEEDED') return toJsonAnswer(200, toEndedOperation(record));
  if (!record.error) throw refuseEnded(record);
  const refusal = refuseAsEarthEngine(record, record.error);
  const isRepeated = toErrorAnswer(refusal.refusal).status >= 429;
  throw known && isRepeated ? refuseEnded(record) : refusal;
}
