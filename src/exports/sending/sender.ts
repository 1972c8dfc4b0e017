import type { Budget } from '../../budget.ts';
import { sleep } from '../../clock.ts';
import { NOT_SENT, readSend, type SendOutcome, toNotSent } from '../../earth-engine/failure.ts';
import { type ExportRequest, toEarthEngineBody } from '../../request/export-request.ts';
import type { ExportRecord } from '../export.ts';
import { type Ledger, LedgerUnavailable } from '../ledger.ts';
import { toLogFields } from '../record/log-fields.ts';
import type { HoldReason } from '../record/project-record.ts';
import { toSend } from '../record/sent-id.ts';
import { toFailureContext } from '../transitions/failure-context.ts';
import { createParents } from './create-parents.ts';
import { HOLD_AFTER, holdProject } from './holds.ts';
import { type AnswerRecorderOptions, createAnswerRecorder } from './record-answer.ts';

/** What `createSender` needs. */
export interface SenderOptions extends AnswerRecorderOptions {
  /** The account the service runs as, for the remedies; undefined when it cannot be told. */
  principal?: () => Promise<string | undefined>;
}

/** How `send` may go about it. */
export interface SendOptions {
  budget: Budget;
  /** Whether an earlier send of the same submission may have started an operation. */
  inDoubt: boolean;
  /** Whether to send again, under the same id, as long as the budget lasts. */
  repeat: boolean;
  /** Told of every request to Earth Engine. */
  onRequest?: () => void;
}

/** What came of a send. */
export interface Sent {
  record: ExportRecord;
  outcome: SendOutcome['kind'];
  /** Earth Engine's Operation as it came, when it accepted. */
  answer?: unknown;
}

const LONGEST_REPEAT_WAIT_MS = 4_000;
const FIRST_REPEAT_WAIT_MS = 500;
/** A claim that was written less than this ago need not be read again. */
const FRESH_CLAIM_MS = 1_000;

/** Why nothing may be sent any more when the first send is to be made. */
const UNSENT = 'the time was up, or the export is no longer to be sent by this process';

/** The sender, as the submitter and the poller use it. */
export type Sender = ReturnType<typeof createSender>;

/** Builds the one place from which exports are sent to Earth Engine. */
export function createSender(options: SenderOptions) {
  const { ledger, earthEngine, clock, random, log } = options;
  const recordAnswer = createAnswerRecorder(options);

  /**
   * Sends a claimed export and records the answer. The claim is kept: nothing is sent after its deadline, or once it is
   * gone. Throws `LedgerUnavailable` when the answer could not be recorded; a claim that runs out is taken up by the poller.
   */
  async function send(claimed: ExportRecord, request: ExportRequest, how: SendOptions): Promise<Sent> {
    const body = toEarthEngineBody(request, toSend(claimed));
    const principal = await options.principal?.();
    const context = toFailureContext(claimed, principal);
    const heard = how.onRequest ? { onRequest: how.onRequest } : {};
    if (request.createParents) await makeFolders(claimed, request.asset, { ...heard, budget: how.budget });
    let inDoubt = how.inDoubt;
    let answered: SendOutcome | undefined;
    let answer: unknown;
    for (let repeats = 0; ; repeats += 1) {
      const timeoutMs = await toSendTime(ledger, claimed, how.budget);
      if (timeoutMs <= 0) break;
      if (answered?.kind === 'doubtful') inDoubt = true;
      const reply = await earthEngine.exportClassifier(claimed.project, body, {
        timeoutMs,
        signal: how.budget.signal,
        ...heard,
        ...(claimed.traceparent === undefined ? {} : { traceparent: claimed.traceparent }),
      });
      answered = readSend(reply, context);
      if (answered.kind === 'accepted' && reply.kind === 'answered') answer = reply.body;
      const waitMs = how.repeat ? toRepeatWait(answered, repeats, random) : undefined;
      if (waitMs === undefined || waitMs >= how.budget.remainingMs()) break;
      log.debug('Export is sent again', { ...toLogFields(claimed), outcome: answered.kind, waitMs });
      await sleep(clock, waitMs, how.budget.signal);
    }
    const outcome = answered ?? toNotSent(UNSENT, context);
    logOutcome(claimed, outcome, inDoubt);
    const hold = HOLD_AFTER[outcome.kind];
    if (hold) await holdFor(claimed, hold);
    const record = await recordAnswer(claimed, outcome, { ...heard, inDoubt, ...(principal ? { principal } : {}) });
    return { record, outcome: outcome.kind, ...(answer === undefined ? {} : { answer }) };
  }

  /** A folder that cannot be made is no reason not to send: Earth Engine says what is wrong, and better. */
  async function makeFolders(
    record: ExportRecord,
    asset: string,
    { budget, ...heard }: Pick<SendOptions, 'budget' | 'onRequest'>,
  ): Promise<void> {
    const missing = await createParents(earthEngine, asset, () => {
      const timeoutMs = budget.remainingMs();
      return timeoutMs > 0 ? { ...heard, timeoutMs, signal: budget.signal, chargedProject: record.project } : undefined;
    });
    if (missing !== undefined) log.warning('Folder could not be made', { ...toLogFields(record), folder: missing });
  }

  /** A hold saves calls, nothing depends on it: where it cannot be written, the next send is refused alike. */
  async function holdFor(record: ExportRecord, reason: HoldReason): Promise<void> {
    try {
      await holdProject(ledger, record.project, reason);
      log.warning('Project is on hold', { project: record.project, reason });
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
      log.warning('Hold could not be recorded', { project: record.project, reason });
    }
  }

  /** `inDoubt`: an earlier send may have left, so that it cannot be said that none was made. */
  function logOutcome(record: ExportRecord, outcome: SendOutcome, inDoubt: boolean): void {
    const { reason, message: errorMessage } = 'failure' in outcome ? outcome.failure : {};
    const why = outcome.kind === 'doubtful' ? { cause: outcome.cause } : { reason, errorMessage };
    const fields = { ...toLogFields(record), outcome: outcome.kind, ...why };
    if (reason === NOT_SENT && !inDoubt) log.warning('Export was not sent', fields);
    else log.info('Export was sent', fields);
  }

  return { send };
}

/** How long a POST may take now; 0 when none may be made: the time is up, the claim gone, or a cancel was asked for. */
async function toSendTime(ledger: Ledger, claimed: ExportRecord, budget: Budget): Promise<number> {
  const { id, claimUntil, sentAt = 0, sendDeadline = 0 } = claimed;
  try {
    let now = await ledger.now();
    if (now >= sentAt + FRESH_CLAIM_MS) {
      const record = await ledger.get(id);
      if (!record || record.claimUntil !== claimUntil || record.cancelRequestedAt !== undefined) return 0;
      now = await ledger.now();
    }
    return Math.min(budget.remainingMs(), sendDeadline - now);
  } catch (error) {
    if (error instanceof LedgerUnavailable) return 0;
    throw error;
  }
}

/** Full jitter for what may have been lost, Earth Engine's own wait or equal jitter for what was refused for now. */
function toRepeatWait(outcome: SendOutcome, repeats: number, random: () => number): number | undefined {
  const longest = Math.min(LONGEST_REPEAT_WAIT_MS, FIRST_REPEAT_WAIT_MS * 2 ** repeats);
  if (outcome.kind === 'doubtful') return Math.round(longest * random());
  if (outcome.kind !== 'throttled') return undefined;
  return Math.max(outcome.retryAfterMs ?? 0, Math.round(longest * (0.5 + random() / 2)));
}
