import type { Budget } from '../../budget.ts';
import type { Clock } from '../../clock.ts';
import type { CallOptions, EarthEngineClient } from '../../earth-engine/client.ts';
import { takeCall } from '../../earth-engine/take-call.ts';
import type { Log } from '../../log.ts';
import type { ExportRecord } from '../export.ts';
import type { Ledger } from '../ledger.ts';
import type { ProjectRecord, TrackedOperation } from '../record/project-record.ts';
import type { Sender } from '../sending/sender.ts';
import type { ProjectList } from '../settling/project-list.ts';
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
  draining: AbortSignal;
}

/** What one visit is about. */
export interface VisitOptions {
  /** The project's exports that are due. */
  due: ExportRecord[];
  budget: Budget;
  report: TickReport;
  /** Who holds the lease: this tick and no other. */
  owner: string;
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
  /** Whether exports wait to be admitted: as `takeLease` found it; a project on hold was not asked. */
  waiting: boolean;
  /** Whether no export may be sent for the project now: `takeLease`, read again before sending, set by a refusal of all. */
  held: boolean;
  /** Whether one export has to show first that Earth Engine takes the credentials again: read with `held` before sending. */
  onTrial: boolean;
  budget: Budget;
  report: TickReport;
}

/** What the next call of the visit may take; undefined when the budget is used up. The tick counts what is sent. */
export function takeVisitCall({ budget, report }: Pick<Visit, 'budget' | 'report'>): CallOptions | undefined {
  const onRequest = () => {
    report.apiCalls += 1;
  };
  return takeCall({ budget, onRequest });
}

/** The record of a tracked export: from this tick's own reading, else from the ledger. */
export async function readRecord(parts: PollerParts, visit: Visit, id: string): Promise<ExportRecord | undefined> {
  const record = visit.records.get(id) ?? (await parts.ledger.get(id));
  if (record) visit.records.set(id, record);
  return record;
}
