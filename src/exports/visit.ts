import type { Budget } from '../budget.ts';
import type { Clock } from '../clock.ts';
import type { CallOptions, EarthEngineClient } from '../earth-engine/client.ts';
import type { Log } from '../log.ts';
import type { ExportRecord } from './export.ts';
import type { Ledger } from './ledger.ts';
import type { ProjectList } from './project-list.ts';
import type { ProjectRecord, TrackedOperation } from './project-record.ts';
import type { Sender } from './sender.ts';
import type { TickReport } from './tick-report.ts';

/** What the parts of the poller work with. */
export interface PollerParts {
  ledger: Ledger;
  earthEngine: EarthEngineClient;
  sender: Sender;
  clock: Clock;
  log: Log;
  /** How long one send may take. */
  submitBudgetMs: number;
  /** Most PENDING operations a project may have. */
  maxPending: number;
  principal?: () => Promise<string | undefined>;
  /** Aborted when the process is told to stop. */
  draining?: AbortSignal;
}

/** One project during one tick: what is known of it, and what the steps of the visit find out. */
export interface Visit {
  project: ProjectRecord;
  /** By operation name. */
  tracked: Map<string, TrackedOperation>;
  /** Records read in this tick, by export id. */
  records: Map<string, ExportRecord>;
  /** The list of operations, once it was walked in this tick. */
  list?: ProjectList;
  /** Whether exports wait to be admitted. */
  waiting: boolean;
  /** Whether no export may be sent for the project now. */
  held: boolean;
  /** Whether one export has to show first that Earth Engine takes the credentials again. */
  onTrial: boolean;
  budget: Budget;
  report: TickReport;
}

const CALL_TIMEOUT_MS = 10_000;

/** What the next call may take of what is left of the budget; undefined when nothing is. A tick counts what is sent. */
export function takeCall({ budget, report }: { budget: Budget; report?: TickReport }): CallOptions | undefined {
  const timeoutMs = Math.min(CALL_TIMEOUT_MS, budget.remainingMs());
  if (timeoutMs <= 0) return undefined;
  const onRequest = () => {
    if (report) report.apiCalls += 1;
  };
  return { timeoutMs, signal: budget.signal, onRequest };
}

/** The record of a tracked export: from this tick's own reading, else from the ledger. */
export async function readRecord(parts: PollerParts, visit: Visit, id: string): Promise<ExportRecord | undefined> {
  const record = visit.records.get(id) ?? (await parts.ledger.get(id));
  if (record) visit.records.set(id, record);
  return record;
}
