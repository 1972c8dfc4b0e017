import type { Budget } from '../budget.ts';
import { type Clock, sleep } from '../clock.ts';
import type { EarthEngineClient } from '../earth-engine/client.ts';
import { readSend, type SendOutcome } from '../earth-engine/failure.ts';
import type { Log } from '../log.ts';
import { type ExportRequest, toEarthEngineBody } from '../request/export-request.ts';
import { toFailureContext } from './after-look.ts';
import { afterSend, type SendResult } from './after-send.ts';
import type { ExportRecord } from './export.ts';
import { toSentDescription, toSentId, toToken } from './export-id.ts';
import { holdProject } from './holds.ts';
import { type Ledger, LedgerUnavailable } from './ledger.ts';
import { isFinal } from './states.ts';

/** What `createSender` needs. */
export interface SenderOptions {
  ledger: Ledger;
  earthEngine: EarthEngineClient;
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  log: Log;
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
}

/** What came of a send. */
export interface Sent {
  record: ExportRecord;
  /** Earth Engine's Operation as it came, when it accepted. */
  answer?: unknown;
  /** Whether the answer stopped the whole project for a while. */
  held?: true;
}

const LONGEST_REPEAT_WAIT_MS = 4_000;
const FIRST_REPEAT_WAIT_MS = 500;
const RECORD_FOR_MS = 10_000;

/** The requestId and the description of the record's present submission. */
export function toSend(record: Pick<ExportRecord, 'id' | 'attempt' | 'submission' | 'request'>): {
  requestId: string;
  description: string;
} {
  const requestId = toSentId(record.id, record.attempt, record.submission);
  return { requestId, description: toSentDescription(record.request?.description ?? '', toToken(requestId)) };
}

/** Builds the one place from which exports are sent to Earth Engine. */
export function createSender(options: SenderOptions) {
  const { ledger, earthEngine, clock, random, log } = options;

  /**
   * Sends a claimed export and records the answer. The claim's deadline is kept: nothing is sent after it, whatever the
   * budget says. Throws `LedgerUnavailable` when the answer could not be recorded and need not be: a claim that runs out
   * is taken up by the poller.
   */
  async function send(claimed: ExportRecord, request: ExportRequest, how: SendOptions): Promise<Sent> {
    const deadline = claimed.sendDeadline ?? 0;
    const left = async () => Math.min(how.budget.remainingMs(), deadline - (await ledger.now()));
    const body = toEarthEngineBody(request, toSend(claimed));
    let inDoubt = how.inDoubt;
    let outcome: SendOutcome = toUnsent();
    let answer: unknown;
    for (let repeats = 0; ; repeats += 1) {
      const timeoutMs = await left();
      if (timeoutMs <= 0) break;
      const reply = await earthEngine.exportClassifier(claimed.project, body, {
        timeoutMs,
        signal: how.budget.signal,
        ...(claimed.traceparent === undefined ? {} : { traceparent: claimed.traceparent }),
      });
      const principal = await options.principal?.();
      outcome = readSend(reply, toFailureContext(claimed, principal));
      answer = reply.kind === 'answered' ? reply.body : undefined;
      const waitMs = how.repeat ? toRepeatWait(outcome, repeats, random) : undefined;
      if (waitMs === undefined || waitMs >= (await left())) break;
      if (outcome.kind === 'doubtful') inDoubt = true;
      log.debug('Export is sent again', { exportId: claimed.id, outcome: outcome.kind, waitMs });
      await sleep(clock, waitMs, how.budget.signal);
    }
    const record = await recordAnswer(claimed, outcome, inDoubt);
    if (outcome.kind === 'accepted') return { record, answer };
    return isForTheProject(outcome) ? { record, held: true } : { record };
  }

  /** Re-reads and writes until the answer is recorded, or another worker has done it. */
  async function recordAnswer(claimed: ExportRecord, outcome: SendOutcome, inDoubt: boolean): Promise<ExportRecord> {
    const giveUpAt = clock.now() + RECORD_FOR_MS;
    const principal = await options.principal?.();
    let record = claimed;
    for (;;) {
      try {
        const result = afterSend(record, outcome, {
          now: await ledger.now(),
          inDoubt,
          random,
          ...(principal ? { principal } : {}),
        });
        const updated = await ledger.update(record, result.changes);
        if (updated) return await finish(updated, outcome, result);
        const fresh = await ledger.get(record.id);
        if (!fresh || !isStillOurs(fresh, claimed, outcome)) return await giveWay(fresh ?? record, claimed, outcome);
        record = fresh;
      } catch (error) {
        if (!(error instanceof LedgerUnavailable) || outcome.kind !== 'accepted' || clock.now() >= giveUpAt)
          throw error;
        await sleep(clock, FIRST_REPEAT_WAIT_MS);
      }
    }
  }

  async function finish(record: ExportRecord, outcome: SendOutcome, result: SendResult): Promise<ExportRecord> {
    const failure = 'failure' in outcome ? { reason: outcome.failure.reason, message: outcome.failure.message } : {};
    const cause = outcome.kind === 'doubtful' ? { cause: outcome.cause } : {};
    log.info('Export was sent', { ...toLogFields(record), outcome: outcome.kind, ...failure, ...cause });
    if (result.hold) {
      log.warning('Project is on hold', { project: record.project, reason: result.hold });
      await holdProject(ledger, record.project, result.hold);
    }
    return record;
  }

  /** Another worker has settled this submission. An operation that is then one too many is cancelled. */
  async function giveWay(fresh: ExportRecord, claimed: ExportRecord, outcome: SendOutcome): Promise<ExportRecord> {
    if (outcome.kind === 'accepted' && fresh.operation !== undefined && fresh.operation !== outcome.operation.name) {
      log.error('Superseded operation is cancelled', { ...toLogFields(claimed), operation: outcome.operation.name });
      await earthEngine.cancelOperation(outcome.operation.name, { timeoutMs: RECORD_FOR_MS });
    }
    return fresh;
  }

  return { send };
}

/** The sender, as the submitter and the poller use it. */
export type Sender = ReturnType<typeof createSender>;

function isForTheProject({ kind }: SendOutcome): boolean {
  return kind === 'queue-full' || kind === 'daily-quota' || kind === 'denied';
}

/** What every log line about an export names. */
export function toLogFields(record: ExportRecord): Record<string, string | number> {
  return {
    exportId: record.id,
    project: record.project,
    state: record.state,
    attempt: record.attempt,
    submission: record.submission,
    ...(record.operation === undefined ? {} : { operation: record.operation }),
    ...(record.traceparent === undefined ? {} : { traceparent: record.traceparent }),
  };
}

/** An acceptance is recorded whoever holds the claim now; any other answer only by the claim it belongs to. */
function isStillOurs(fresh: ExportRecord, claimed: ExportRecord, outcome: SendOutcome): boolean {
  if (isFinal(fresh.state) || fresh.operation !== undefined) return false;
  if (fresh.attempt !== claimed.attempt || fresh.submission !== claimed.submission) return false;
  return outcome.kind === 'accepted' || fresh.sentAt === claimed.sentAt;
}

/** Full jitter for what may have been lost, Earth Engine's own wait or equal jitter for what was refused for now. */
function toRepeatWait(outcome: SendOutcome, repeats: number, random: () => number): number | undefined {
  const longest = Math.min(LONGEST_REPEAT_WAIT_MS, FIRST_REPEAT_WAIT_MS * 2 ** repeats);
  if (outcome.kind === 'doubtful') return Math.round(longest * random());
  if (outcome.kind === 'throttled')
    return Math.max(outcome.retryAfterMs ?? 0, Math.round(longest * (0.5 + random() / 2)));
  return undefined;
}

/** The claim ran out before anything was sent. */
function toUnsent(): SendOutcome {
  const failure = { code: 4, status: 'DEADLINE_EXCEEDED', message: '', reason: 'UNSENT', remedy: '', retryable: true };
  return { kind: 'throttled', failure };
}
