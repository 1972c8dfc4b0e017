import { type Clock, sleep } from '../../clock.ts';
import type { EarthEngineClient } from '../../earth-engine/client.ts';
import type { SendOutcome } from '../../earth-engine/failure.ts';
import { CALL_TIMEOUT_MS } from '../../earth-engine/take-call.ts';
import type { Log } from '../../log.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { type Ledger, LedgerUnavailable } from '../ledger.ts';
import { toLogFields } from '../record/log-fields.ts';
import { isFinal, isKnownState } from '../record/states.ts';
import { accept } from '../transitions/accept.ts';
import { afterSend } from '../transitions/after-send.ts';
import { ensureProject } from './ensure-project.ts';

/** What `createAnswerRecorder` needs. */
export interface AnswerRecorderOptions {
  ledger: Ledger;
  earthEngine: EarthEngineClient;
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  log: Log;
}

/** What is known about the send besides its answer. */
interface About {
  inDoubt: boolean;
  principal?: string;
  /** Told of every request to Earth Engine. */
  onRequest?: () => void;
}

const RECORD_FOR_MS = 10_000;
const RECORD_AGAIN_AFTER_MS = 500;

/** Builds what writes the answer to a send into the ledger. */
export function createAnswerRecorder(options: AnswerRecorderOptions) {
  const { ledger, earthEngine, clock, random, log } = options;

  /**
   * Re-reads and writes until the answer is recorded, or another worker has settled the submission. Gives the record as
   * it is now. Throws `LedgerUnavailable` when the ledger stays away for ten seconds.
   */
  return async function recordAnswer(claimed: ExportRecord, outcome: SendOutcome, about: About): Promise<ExportRecord> {
    const giveUpAt = clock.now() + RECORD_FOR_MS;
    for (let record = claimed; ; ) {
      try {
        const now = await ledger.now();
        const changes = toAnswerChanges(record, claimed, outcome, { ...about, now, random });
        if (!changes) return await giveWay(record, outcome, about);
        if (typeof changes.admitRank === 'number') await ensureProject(ledger, record.project);
        const updated = await ledger.update(record, changes);
        if (updated) return updated;
        const fresh = await ledger.get(record.id);
        if (!fresh) return record;
        record = fresh;
      } catch (error) {
        if (!(error instanceof LedgerUnavailable) || clock.now() >= giveUpAt) throw error;
        await sleep(clock, RECORD_AGAIN_AFTER_MS);
      }
    }
  };

  /** Another worker has settled this submission. An operation that is then one too many is cancelled. */
  async function giveWay(fresh: ExportRecord, outcome: SendOutcome, { onRequest }: About): Promise<ExportRecord> {
    if (outcome.kind !== 'accepted' || !isKnownState(fresh.state)) return fresh;
    const { name } = outcome.operation;
    // While the present submission is in doubt itself, the poller settles it first and finds this operation then.
    if (fresh.operation === name || (fresh.operation === undefined && fresh.doubtful !== undefined)) return fresh;
    log.error('Superseded operation is cancelled', { ...toLogFields(fresh), operation: name });
    await earthEngine.cancelOperation(name, { timeoutMs: CALL_TIMEOUT_MS, ...(onRequest ? { onRequest } : {}) });
    return fresh;
  }
}

/** What an answer changes in the record as it is now; undefined when it no longer concerns it. */
function toAnswerChanges(
  record: ExportRecord,
  claimed: ExportRecord,
  outcome: SendOutcome,
  options: About & { now: number; random: () => number },
): ExportChanges | undefined {
  if (!isKnownState(record.state) || isFinal(record.state) || record.operation !== undefined) return undefined;
  if (record.attempt !== claimed.attempt) return undefined;
  const isSameSubmission = record.submission === claimed.submission;
  if (outcome.kind === 'accepted') {
    // An acceptance counts whoever holds the claim now; of an earlier submission, unless the present one was sent too.
    const isWanted = isSameSubmission || record.doubtful === undefined;
    return isWanted ? accept(record, outcome.operation, options) : undefined;
  }
  const isOurs = isSameSubmission && record.sentAt === claimed.sentAt && record.claimUntil === claimed.claimUntil;
  return isOurs ? afterSend(record, outcome, options) : undefined;
}
