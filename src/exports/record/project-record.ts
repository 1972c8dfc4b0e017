import type { ExportState } from '../export.ts';

/** Why nothing is sent for a project for the time being. */
export type HoldReason = 'queue-full' | 'daily-quota' | 'credentials';

/** What the last complete walk of a project's list of operations showed. */
export interface Walk {
  /** When it ended, epoch milliseconds of ledger time. */
  end: number;
  /** How many operations waited in Earth Engine's queue. */
  pending: number;
}

/** An accepted export as the poller remembers it, so that a tick need not read its record. */
export interface TrackedOperation {
  /** `projects/P/operations/ID`. */
  name: string;
  /** The export's id. */
  id: string;
  state: ExportState;
  priority: number;
  /** Epoch milliseconds, Earth Engine's. */
  createTime: number;
  startTime?: number;
  /** Ledger time of the next look, and how many looks in a row failed. */
  nextLookAt: number;
  failures?: number;
  /** Whether the last look found it nowhere (404). */
  missing?: boolean;
  /** Ledger time of the last look that could be read. */
  seenAt: number;
  /** Tokens of the attempt's submissions, where there were several: another operation that carries one is superseded. */
  attemptTokens?: string[];
  /** What was last written of the progress, 0 to 1. */
  progress?: number;
}

/** What the poller knows of one project. All times are epoch milliseconds of ledger time. */
export interface ProjectRecord {
  project: string;
  /** Opaque: what compare-and-set compares. */
  version: string;
  holdUntil?: number;
  holdReason?: HoldReason;
  /** How long the last queue-full hold was: the next is twice that. */
  holdMs?: number;
  leaseOwner?: string;
  leaseUntil?: number;
  walk?: Walk;
  /**
   * When the last operation of each page of the list was created, as the latest walks saw it: where an operation is in
   * the list. Absent while nothing is known, or where the list is not newest first.
   */
  pageEnds?: number[];
  /** Exports submitted since the end of that walk. */
  submittedSince?: number;
  tracked: TrackedOperation[];
  /** When `tracked` was last rebuilt from the records. */
  rebuiltAt?: number;
}

/** What a write changes: the fields named, `null` to remove one. */
export type ProjectChanges = {
  [Field in keyof Omit<ProjectRecord, 'project' | 'version'>]?: ProjectRecord[Field] | null;
};
