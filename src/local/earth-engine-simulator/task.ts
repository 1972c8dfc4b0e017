/** The states of an operation, as `metadata.state` names them. */
export type OperationState = 'PENDING' | 'RUNNING' | 'CANCELLING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** Why a task failed, as `Operation.error` says it (google.rpc.Status). */
export interface Failure {
  code: number;
  message: string;
}

/** How one run of a task ends. A `transient` failure is run again, up to five runs in all. */
export type Outcome = 'SUCCEEDED' | { failed: Failure; transient?: boolean };

/** How a task ends that was asked to cancel while it ran: cancelling is best effort, so any end is possible. */
export type CancelOutcome = 'CANCELLED' | Outcome;

/** One batch task. Times are epoch milliseconds of the simulator's clock. Read it freely, change it never. */
export interface Task {
  /** `projects/P/operations/` and 24 characters of A-Z2-7. */
  name: string;
  project: string;
  user: string;
  /** `EXPORT_CLASSIFIER`, or the type of somebody else's task. */
  type: string;
  /** Rises by one with each task of this simulator. */
  sequence: number;
  createTime: number;
  description: string | undefined;
  priority: number;
  requestId: string | undefined;
  workloadTag: string | undefined;
  /** The full name of the destination asset. */
  asset: string | undefined;
  overwrite: boolean;

  state: OperationState;
  /** Runs begun: 0 before the first. */
  attempt: number;
  /** Start of the present or last run; undefined while it waits. */
  startTime: number | undefined;
  firstStartTime: number | undefined;
  endTime: number | undefined;
  /** When the state last changed. */
  changeTime: number;
  /** When the present run will end, if nothing happens before. */
  dueTime: number | undefined;
  /** Milliseconds of the runs that have ended. */
  ranMs: number;
  /** Set at the start of a run that cannot succeed. */
  doom: Failure | undefined;
  error: Failure | undefined;
  /** Grows with every change, so that a planned step of an earlier state is recognised as stale. */
  turn: number;
}

/** Whether nothing more happens to a task in this state. */
export function isFinal(state: OperationState): boolean {
  return state === 'SUCCEEDED' || state === 'FAILED' || state === 'CANCELLED';
}
