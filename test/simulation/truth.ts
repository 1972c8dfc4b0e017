import type { EventMessage } from '../../src/events/completion-event.ts';
import type { ExportRecord } from '../../src/exports/export.ts';
import type { Task } from '../../src/local/earth-engine-simulator/task.ts';
import type { Life } from './effects.ts';

/** A POST of an export as it left an instance. Times are the world's. */
export interface Post {
  at: number;
  exportId: string;
  project: string;
  attempt: number;
  requestId: string;
  sender: string;
  /** Whether its sender was told that it was refused: for good, for want of credentials, or for now. */
  refused?: 'for good' | 'denied' | 'for now';
}

/** An operation that Earth Engine started for an export of ours. */
export interface Started {
  task: Task;
  exportId: string;
  attempt: number;
}

/** What has really happened, as nobody in the world can see it. */
export interface Truth {
  posts: Post[];
  /** POSTs whose senders wait for an answer, and until when they may. */
  inFlight: Set<{ exportId: string; life: Life; until: number }>;
  /** Who claimed an export last. */
  claims: Map<string, { owner: string; until: number }>;
  started: Started[];
  /** Events that the bus has taken. */
  published: { at: number; message: EventMessage }[];
  /** When Earth Engine lost an operation, by its name. */
  forgotten: Map<string, number>;
  /** When a call for an operation was answered by a 404, by its name. */
  misses: Map<string, number[]>;
  /** Exports of which somebody was told that they are recorded. */
  promised: Set<string>;
  /** Since when somebody wanted an attempt cancelled, by `ID:ATTEMPT`. */
  cancelled: Map<string, number>;
  /** What must never happen, and did. */
  violations: string[];
}

/** Nothing has happened yet. */
export function createTruth(): Truth {
  return {
    posts: [],
    inFlight: new Set(),
    claims: new Map(),
    started: [],
    published: [],
    forgotten: new Map(),
    misses: new Map(),
    promised: new Set(),
    cancelled: new Map(),
    violations: [],
  };
}

/** In these worlds every export has an asset of its own. */
export function toAsset({ id, project }: { id: string; project: string }): string {
  return `projects/${project}/assets/${id}`;
}

/** The id of the export an asset belongs to. */
export function toExportId(asset: string): string {
  return asset.split('/').at(-1) ?? '';
}

/** The operations of one attempt, whatever ids they were asked for under. */
export function startedBy(truth: Truth, exportId: string, attempt: number): Started[] {
  return truth.started.filter((started) => started.exportId === exportId && started.attempt === attempt);
}

/** What became of every attempt of an export, the present one last. */
export function toAttempts(record: ExportRecord): { attempt: number; state: string; operation?: string | undefined }[] {
  const { attempt, state, operation } = record;
  return [...record.attempts, { attempt, state, operation }];
}
