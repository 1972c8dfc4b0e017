import type { Request, Response } from '@google-cloud/functions-framework';
import { LedgerUnavailable } from '../exports/ledger.ts';
import type { Log } from '../log.ts';
import { crossSiteFault } from './access/cross-site.ts';
import { type HttpAnswer, sendAnswer, toJsonAnswer } from './http/http-answer.ts';
import { leaveDomain } from './http/leave-domain.ts';
import { CallRefused, toErrorAnswer } from './http/refusal.ts';
import { refuseWithoutLedger } from './http/refusals.ts';
import { refuseBroken, refuseMethod, refuseOtherSite } from './http/refuse-call.ts';

/** What `createPollOperations` needs. */
export interface PollOperationsOptions {
  /** One tick; gives its counts. Throws `LedgerUnavailable` when the ledger is out of reach. */
  tick: () => Promise<object>;
  log: Log;
}

/** Builds the function `pollOperations`: a POST runs one tick and is answered with its counts. */
export function createPollOperations({ tick, log }: PollOperationsOptions) {
  async function serve(request: Request): Promise<HttpAnswer> {
    const { method = 'GET', headers } = request;
    if (method !== 'POST') throw refuseMethod(['POST']);
    const otherSite = crossSiteFault(method, headers);
    if (otherSite) throw refuseOtherSite(otherSite);
    return toJsonAnswer(200, await tick());
  }

  function toAnswer(error: unknown): HttpAnswer {
    if (error instanceof CallRefused) return toErrorAnswer(error.refusal);
    log.error('Tick failed', { cause: error });
    if (error instanceof LedgerUnavailable) return toErrorAnswer(refuseWithoutLedger().refusal);
    return toErrorAnswer(
      refuseBroken('finish the tick', 'Nothing: the next tick goes on where this one stopped').refusal,
    );
  }

  return async function pollOperations(request: Request, response: Response): Promise<void> {
    leaveDomain();
    if (response.headersSent) return;
    sendAnswer(response, await serve(request).catch(toAnswer));
  };
}
