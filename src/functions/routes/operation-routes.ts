import { concurrently } from '../../concurrently.ts';
import type { Answer } from '../../earth-engine/client.ts';
import { readOperation } from '../../earth-engine/operation.ts';
import { LEGACY_PROJECT } from '../../earth-engine/resource-name.ts';
import { CALL_TIMEOUT_MS } from '../../earth-engine/take-call.ts';
import { cancelExport } from '../../exports/cancel.ts';
import type { ExportRecord } from '../../exports/export.ts';
import { readToken } from '../../exports/record/sent-id.ts';
import { isFinal } from '../../exports/record/states.ts';
import { allowedProjects, maySee } from '../access/allowance.ts';
import { type HttpAnswer, toJsonAnswer } from '../http/http-answer.ts';
import { refuseProject, refuseUnknown } from '../http/refusals.ts';
import { readOperationAnswer, readSuccess, relayError } from './earth-engine-answer.ts';
import type { ExportsHttpOptions } from './exports-http-options.ts';
import { withCallerDescription } from './operation-resource.ts';
import type { RoutedCall } from './routes.ts';

/** Pages of Earth Engine's list that one call looks through for one that shows an operation of ours. */
const MOST_PAGES = 10;
const LOOKUPS_AT_ONCE = 20;

/** Builds the handlers by which an official client watches and cancels: of the operations of our own exports only. */
export function createOperationRoutes(options: Pick<ExportsHttpOptions, 'config' | 'ledger' | 'earthEngine' | 'log'>) {
  const { config, ledger, earthEngine, log } = options;

  async function getOperation(call: RoutedCall): Promise<HttpAnswer> {
    const { name, record } = await find(call);
    const answer = await earthEngine.getOperation(name, { timeoutMs: CALL_TIMEOUT_MS });
    const operation = readOperationAnswer(answer);
    return operation ? toJsonAnswer(200, withCallerDescription(operation, record)) : relayError(answer);
  }

  /** The wish is recorded first; what Earth Engine cannot be told now, the poller tells it. */
  async function cancelOperation(call: RoutedCall): Promise<HttpAnswer> {
    const { name, record } = await find(call);
    const { state } = await cancelExport(ledger, record);
    log.info('Cancel was asked for', { exportId: record.id, project: record.project, state, requestedBy: call.caller });
    if (isFinal(state)) return toJsonAnswer(200, {});
    const answer = await earthEngine.cancelOperation(name, { timeoutMs: CALL_TIMEOUT_MS });
    return isRefusal(answer) ? relayError(answer) : toJsonAnswer(200, {});
  }

  async function listOperations(call: RoutedCall): Promise<HttpAnswer> {
    const { project = '' } = call.params;
    if (!allowedProjects(config, call.caller).includes(project)) throw refuseProject();
    let pageToken = call.query.get('pageToken') ?? undefined;
    const operations: object[] = [];
    for (let pages = 0; pages < MOST_PAGES && operations.length === 0; pages += 1) {
      const answer = await earthEngine.listOperations(project, pageToken, { timeoutMs: CALL_TIMEOUT_MS });
      const page = readSuccess(answer);
      if (!page) return relayError(answer);
      operations.push(...(await keepOwn(page['operations'], call.caller)));
      const next = page['nextPageToken'];
      pageToken = typeof next === 'string' && next !== '' ? next : undefined;
      if (pageToken === undefined) break;
    }
    return toJsonAnswer(200, { operations, ...(pageToken === undefined ? {} : { nextPageToken: pageToken }) });
  }

  /** Only a description that ends in a token can be of an export of ours, so that no other is looked up. */
  async function keepOwn(operations: unknown, caller: string | undefined): Promise<object[]> {
    const read = (Array.isArray(operations) ? operations : []).map((body) => ({
      body,
      operation: readOperation(body),
    }));
    const likely = read.filter(({ operation }) => readToken(operation?.description) !== undefined);
    const own: (object | undefined)[] = likely.map(() => undefined);
    await concurrently(likely, LOOKUPS_AT_ONCE, async ({ body, operation }, index) => {
      const record = await ledger.findByOperation(operation?.name ?? '');
      if (record && maySee(config, caller, record)) own[index] = withCallerDescription(body, record);
    });
    return own.filter((operation) => operation !== undefined);
  }

  async function find(call: RoutedCall): Promise<{ name: string; record: ExportRecord }> {
    const { project, operation } = call.params;
    // The JavaScript client asks so for a task of which it was told the bare id.
    const projects = project === LEGACY_PROJECT ? allowedProjects(config, call.caller) : [project];
    for (const name of projects.map((each) => `projects/${each}/operations/${operation}`)) {
      const record = await ledger.findByOperation(name);
      if (record && maySee(config, call.caller, record)) return { name, record };
    }
    throw refuseUnknown(`an operation ${JSON.stringify(`projects/${project}/operations/${operation}`)}`);
  }

  return { getOperation, cancelOperation, listOperations };
}

function isRefusal(answer: Answer): boolean {
  return (
    answer.kind === 'answered' && answer.status >= 400 && answer.status < 500 && ![408, 429].includes(answer.status)
  );
}
