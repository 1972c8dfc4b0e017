import type { Clock } from '../clock.ts';
import { createHttpFetch, type Fetch } from '../http/http-fetch.ts';
import { readStoredBody } from './firestore/bodies.ts';
import { createFirestoreCaller } from './firestore/call.ts';
import { createFirestoreDatabase } from './firestore/database.ts';
import { createExport, readExport } from './firestore/exports.ts';
import { listExports } from './firestore/list.ts';
import { createFirestoreProjects } from './firestore/projects.ts';
import { createFirestoreQueries } from './firestore/queries.ts';
import { EXPORTS, readVersion } from './firestore/record.ts';
import { createLedgerTime } from './firestore/time.ts';
import { updateExport, updateExports } from './firestore/updates.ts';
import { type Ledger, LedgerUnavailable } from './ledger.ts';

/** What `createFirestoreLedger` needs. */
export interface FirestoreLedgerOptions {
  /** The Google Cloud project the database is in. */
  projectId: string;
  /** Default: `(default)`. */
  database?: string;
  /** `HOST:PORT` of Google's emulator; default: Firestore itself. */
  emulatorHost?: string;
  /** An access token; `renew` asks for a fresh one. Sent to firestore.googleapis.com only, never to an emulator. */
  getToken: (renew: boolean) => Promise<string>;
  clock: Clock;
  /** Numbers from 0 to below 1: for pauses, and to mark each write as one's own. */
  random: () => number;
  /** Default: that of `createHttpFetch`. */
  fetch?: Fetch;
  /** What one call may take, tries and pauses included, before it is `LedgerUnavailable`. Default: 6000. */
  timeoutMs?: number;
}

/**
 * A ledger in a Firestore database (native mode), through its REST API; nothing is sent before the first call.
 * Writes are compare-and-set on the document's update time, without transactions. Ledger time is Firestore's. What the
 * database needs is in `firestore-indexes.json`: indexes, and TTL policies, which remove what has expired within a day or
 * so.
 */
export function createFirestoreLedger(options: FirestoreLedgerOptions): Ledger {
  const { projectId, database: databaseId = '(default)', clock, random, timeoutMs = 6000 } = options;
  const databaseName = `projects/${projectId}/databases/${databaseId}`;
  const time = createLedgerTime(clock);
  const caller = createFirestoreCaller({ fetch: createHttpFetch(), ...options, time, timeoutMs, databaseName });
  const database = createFirestoreDatabase(caller, databaseName);
  const newWriteId = () => random().toString(36).slice(2);
  const parts = { database, now, newWriteId };
  const projects = createFirestoreProjects(database, newWriteId);
  const queries = createFirestoreQueries(database);
  const { withinBudget } = caller;

  /** Any answer tells the time; where none is fresh enough, that of a look at a record that is not there. */
  async function now(signal: AbortSignal): Promise<number> {
    if (time.now() === undefined) await database.read([database.nameOf(EXPORTS, '-')], signal);
    const told = time.now();
    if (told === undefined) {
      throw new LedgerUnavailable(
        `Cannot tell the time of the ledger "${databaseName}": its answer has none that is fresh enough; ask again`,
      );
    }
    return told;
  }

  return {
    now: () => withinBudget(now),
    create: (record, body) => withinBudget((signal) => createExport(parts, { record, body, signal })),
    get: (id) => withinBudget(async (signal) => (await readExport(database, id, signal))?.record),
    body: ({ id, version }) =>
      withinBudget((signal) => readStoredBody(database, { id, key: readVersion(version).attached, signal })),
    update: (record, changes) => withinBudget((signal) => updateExport(parts, { record, changes }, signal)),
    updateMany: (updates) => withinBudget((signal) => updateExports(parts, updates, signal)),
    due: (limit) => withinBudget(async (signal) => queries.timed('dueAt', { now: await now(signal), limit }, signal)),
    outbox: (limit) =>
      withinBudget(async (signal) => queries.timed('outboxAt', { now: await now(signal), limit }, signal)),
    waiting: (project, limit) => withinBudget((signal) => queries.waiting(project, limit, signal)),
    accepted: (project) => queries.accepted(project, withinBudget),
    findByOperation: (operation) => withinBudget((signal) => queries.byOperation(operation, signal)),
    list: (filter, page) => withinBudget((signal) => listExports(queries, { filter, ...page, signal })),
    countByState: (project) => withinBudget((signal) => queries.countByState(project, signal)),
    project: (project) => withinBudget((signal) => projects.readProject(project, signal)),
    projects: () => withinBudget((signal) => projects.readProjects(signal)),
    updateProject: (record, changes) => withinBudget((signal) => projects.updateProject(record, changes, signal)),
    // Firestore's TTL policies do it.
    removeExpired: async () => 0,
    close: async () => undefined,
  };
}
