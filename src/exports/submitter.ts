import { type Budget, startBudget } from '../budget.ts';
import type { Clock } from '../clock.ts';
import { toBoundedText } from '../earth-engine/bounded-text.ts';
import type { Failure } from '../earth-engine/failure.ts';
import { LONGEST_MESSAGE } from '../earth-engine/google-error.ts';
import { toRpcCode } from '../earth-engine/rpc-codes.ts';
import { takeCall } from '../earth-engine/take-call.ts';
import { toRequestJson, type ValidRequest } from '../request/export-request.ts';
import { type ExportRecord, SCHEMA_VERSION } from './export.ts';
import { LedgerUnavailable, type NewExport } from './ledger.ts';
import { applyChanges } from './record/apply-changes.ts';
import { toLogFields } from './record/log-fields.ts';
import { toSend } from './record/sent-id.ts';
import { isHeld } from './sending/holds.ts';
import type { Sender } from './sending/sender.ts';
import { reconcile, type SettleParts } from './settling/settle.ts';
import { toClaim } from './transitions/claim.ts';
import { endExport } from './transitions/end-export.ts';
import { toWaiting } from './transitions/waiting.ts';

/** Who asked and how, as it goes into the record. */
export interface AskedBy {
  /** The export's id; see `export-id.ts`. */
  id: string;
  originalKey?: string;
  messageId?: string;
  traceparent?: string;
  requestedBy?: string;
}

/** Why a message is refused, in the words in which a call would be. */
export type RefusedFor = Pick<Failure, 'status' | 'message' | 'reason' | 'remedy'>;

/** What became of a submission. */
export type Submitted =
  /**
   * Recorded; `known`: it was before. `answer`: Earth Engine's Operation as it came, when it answered this call with one
   * (not when the operation had to be found in its list).
   */
  | { kind: 'recorded'; record: ExportRecord; known: boolean; answer?: unknown }
  /** The id is that of an export with other content. */
  | { kind: 'conflict'; record: ExportRecord };

/** What `createSubmitter` needs. */
export interface SubmitterOptions extends SettleParts {
  sender: Sender;
  clock: Clock;
  /** How long `submit` may take to have the export accepted. */
  submitBudgetMs: number;
  /** Aborted when the process is told to stop. */
  draining: AbortSignal;
}

/** The one way in: whatever the trigger, an export is recorded first and sent to Earth Engine then. */
export type Submitter = ReturnType<typeof createSubmitter>;

/** Builds the submitter. Nothing is read or sent before the first submission. */
export function createSubmitter(options: SubmitterOptions) {
  const { ledger, sender, clock, log, submitBudgetMs, draining } = options;

  /**
   * Records an export and sends it once, or until the budget is used up with `repeat`. Where the project is on hold, or
   * others wait already, nothing is sent: the poller admits it in its turn. Throws `LedgerUnavailable` when the export
   * could not be recorded, in which case nothing was sent, or when the answer to it could not.
   */
  async function submit(valid: ValidRequest, origin: AskedBy, how: { repeat: boolean }): Promise<Submitted> {
    const { request } = valid;
    const budget = startBudget(submitBudgetMs, { clock, draining });
    try {
      const [now, project, waiting] = await Promise.all([
        ledger.now(),
        ledger.project(request.project),
        ledger.waiting(request.project, 1),
      ]);
      const mustWait = isHeld(project, now) || waiting.length > 0;
      const record = toNewExport(valid, origin, now);
      const first = mustWait
        ? toWaiting(record)
        : toClaim(record, now, { sendMs: budget.remainingMs(), submitBudgetMs });
      const created = await ledger.create(applyChanges(record, first), toRequestJson(request));
      if (!created.created) {
        if (created.record.digest !== valid.digest) return { kind: 'conflict', record: created.record };
        return { kind: 'recorded', record: created.record, known: true };
      }
      if (mustWait) return { kind: 'recorded', record: created.record, known: false };
      const sent = await sender.send(created.record, request, { budget, inDoubt: false, repeat: how.repeat });
      const settled = await settleAtOnce(sent.record, budget);
      return {
        kind: 'recorded',
        known: false,
        record: settled,
        ...(sent.answer === undefined ? {} : { answer: sent.answer }),
      };
    } finally {
      budget.release();
    }
  }

  /** What Earth Engine refused to start a second time was started before: its operation is looked for while there is time. */
  async function settleAtOnce(record: ExportRecord, budget: Budget): Promise<ExportRecord> {
    if (record.doubtful !== 'settling') return record;
    try {
      return await reconcile(options, record, () => takeCall({ budget }));
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
      log.warning('Doubtful export is left to the poller', toLogFields(record));
      return record;
    }
  }

  /**
   * Records a message that gets no export, so that its sender learns of it by the completion event: nothing else answers
   * it. `project` is the one it names, or the default. A redelivery finds it recorded: then nothing is `created`. Throws
   * `LedgerUnavailable`.
   */
  async function refuse(
    origin: AskedBy,
    about: { project: string; error: RefusedFor },
  ): Promise<{ created: boolean; record: ExportRecord }> {
    const now = await ledger.now();
    const blank: NewExport = {
      ...toBlankExport(origin, now),
      project: about.project,
      labels: {},
      warnings: [],
      hasBody: false,
    };
    const error = toRefusal(about.error);
    const ended = endExport({ ...blank, version: '' }, { state: 'REJECTED', now, changes: { error } });
    return ledger.create(applyChanges(blank, ended));
  }

  return { submit, refuse };
}

function toNewExport(valid: ValidRequest, origin: AskedBy, now: number): NewExport {
  const { graph: _, ...request } = valid.request;
  const record: NewExport = {
    ...toBlankExport(origin, now),
    project: request.project,
    request,
    digest: valid.digest,
    ...(valid.outline && { outline: valid.outline }),
    warnings: valid.warnings,
    labels: request.labels,
    hasBody: true,
  };
  return { ...record, sentDescription: toSend(record).description };
}

function toBlankExport(origin: AskedBy, now: number) {
  return {
    ...origin,
    schema: SCHEMA_VERSION,
    state: 'QUEUED',
    attempt: 1,
    submission: 1,
    attempts: [],
    createTime: now,
  } as const satisfies Partial<NewExport>;
}

/** Nothing is looked up by its message, which quotes its sender: who writes a message must not choose its reason. */
function toRefusal({ status, message, reason, remedy }: RefusedFor): Failure {
  const bounded = toBoundedText(message, LONGEST_MESSAGE);
  return { code: toRpcCode(status), status, message: bounded, reason, remedy, retryable: false };
}
