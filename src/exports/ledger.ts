import type { ExportChanges, ExportRecord, ExportState } from './export.ts';
import type { ProjectChanges, ProjectRecord } from './record/project-record.ts';

/** A record that is to be created: the ledger adds the version. */
export type NewExport = Omit<ExportRecord, 'version'>;

/** Which exports `Ledger.list` shows. All given conditions hold together. */
export interface ExportFilter {
  project?: string;
  /** One of several projects; an empty list shows nothing. */
  projects?: string[];
  state?: ExportState;
  workloadTag?: string;
  /** Labels that must all be there with these values. */
  labels?: Record<string, string>;
  /** Epoch milliseconds: created at or after. */
  createdAfter?: number;
}

/** One page of exports, newest first. */
export interface ExportPage {
  exports: ExportRecord[];
  /** Absent on the last page. */
  nextPageToken?: string;
}

/** The ledger could not be reached, or did not answer in time: nothing is known about what was asked. */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}

/** A page token that this ledger did not give for this filter. */
export class InvalidPageToken extends Error {
  override readonly name = 'InvalidPageToken';
}

/**
 * Where exports are recorded. Two implementations, `ledger-sqlite.ts` and `ledger-firestore.ts`, pass one contract
 * suite. Every write is compare-and-set on `version` and atomic; records go in and out as copies, taken before
 * the answer is there. Every method may throw `LedgerUnavailable`; a write that threw may or may not have taken effect.
 */
export interface Ledger {
  /** Ledger time, epoch milliseconds: the one clock by which claims, leases, holds and waits are counted. */
  now(): Promise<number>;

  /**
   * Creates a record if there is none of its id, together with the body (the request's JSON with the graph); without
   * `body` the record is created alone. `created: false` gives the record that was there.
   */
  create(record: NewExport, body?: string): Promise<{ created: boolean; record: ExportRecord }>;
  get(id: string): Promise<ExportRecord | undefined>;
  /** The request's JSON as given to `create`, or undefined when it is gone. */
  body(record: ExportRecord): Promise<string | undefined>;
  /**
   * Writes the named fields if the record is still at `record.version`. Gives the record as it is now, or undefined when
   * another write came first. `hasBody: false` removes the body in the same write.
   */
  update(record: ExportRecord, changes: ExportChanges): Promise<ExportRecord | undefined>;
  /** Many independent updates in few round trips; each succeeds or not by itself. Answers in the order given. */
  updateMany(updates: { record: ExportRecord; changes: ExportChanges }[]): Promise<(ExportRecord | undefined)[]>;

  /** Exports with `dueAt` at or before ledger time, longest due first. */
  due(limit: number): Promise<ExportRecord[]>;
  /** Exports with `outboxAt` at or before ledger time, oldest first. */
  outbox(limit: number): Promise<ExportRecord[]>;
  /** Exports of a project that wait to be admitted, lowest `admitRank` first. */
  waiting(project: string, limit: number): Promise<ExportRecord[]>;
  /** Every export of a project that Earth Engine has accepted and not yet ended, in pages of its own. */
  accepted(project: string): Promise<ExportRecord[]>;
  /** The export whose operation this is. */
  findByOperation(operation: string): Promise<ExportRecord | undefined>;
  /** Newest first. Throws `InvalidPageToken`. */
  list(filter: ExportFilter, options: { pageSize: number; pageToken?: string }): Promise<ExportPage>;
  /** How many exports of a project are in each state; states with none are left out. */
  countByState(project: string): Promise<Partial<Record<ExportState, number>>>;

  /** The record of a project, or undefined when nothing was ever written of it. */
  project(project: string): Promise<ProjectRecord | undefined>;
  /** Every project there is a record of. */
  projects(): Promise<ProjectRecord[]>;
  /**
   * Writes the named fields of a project's record if it is still at `record.version`; given a name instead of a record,
   * creates it if there is none. Undefined when another write came first.
   */
  updateProject(record: ProjectRecord | string, changes: ProjectChanges): Promise<ProjectRecord | undefined>;

  /** Removes records whose `expireAt` has passed, where the store does not do so by itself. Gives how many. */
  removeExpired(limit: number): Promise<number>;
  close(): Promise<void>;
}
