import type { Clock } from '../clock.ts';
import type { ExportRecord } from './export.ts';
import type { ExportFilter, ExportPage, Ledger } from './ledger.ts';
import { parsePageToken, toPageToken } from './page-token.ts';
import type { ProjectRecord } from './record/project-record.ts';
import { EXPORT_STATES, isAccepted } from './record/states.ts';
import { openSqliteDatabase, type SqliteDatabase } from './sqlite/database.ts';
import { fromDocument } from './sqlite/document.ts';
import { changeExport, createExport, readBody, readExport, removeExpiredExports } from './sqlite/exports.ts';
import { toListQuery } from './sqlite/list.ts';
import { changeProject, createProject, readProject } from './sqlite/projects.ts';

const ACCEPTED = EXPORT_STATES.filter(isAccepted);

/** What `createSqliteLedger` needs. */
export interface SqliteLedgerOptions {
  /** A file (made with its folder where missing), or `:memory:`. */
  path: string;
  /** Ledger time is this clock's. */
  clock: Clock;
  /** How long a call waits for another process that writes to the same file. Default: 5000. */
  busyTimeoutMs?: number;
}

/**
 * A ledger in one SQLite file, in WAL mode, which several processes of one machine may use at once. Nothing runs in
 * another thread; writes to a file that are asked for in one turn of the event loop are made together at its end. A file
 * that another process keeps locked for longer than `busyTimeoutMs`, and one that cannot be read or written, is
 * `LedgerUnavailable`; so is the opening itself.
 */
export function createSqliteLedger({ path, clock, busyTimeoutMs = 5000 }: SqliteLedgerOptions): Ledger {
  const database = openSqliteDatabase(path, busyTimeoutMs);

  function select(condition: string, ...values: (string | number)[]): ExportRecord[] {
    const rows = database.all(`SELECT version, document FROM exports WHERE ${condition}`, ...values);
    return rows.map((row) => fromDocument<ExportRecord>(row));
  }

  return {
    now: async () => clock.now(),
    create: async (record, body) => createExport(database, record, body),
    get: async (id) => readExport(database, id),
    body: async ({ id }) => readBody(database, id),
    update: async (record, changes) => database.write(() => changeExport(database, record, changes)),
    updateMany: async (updates) =>
      database.write(() => updates.map(({ record, changes }) => changeExport(database, record, changes))),
    due: async (limit) => select('due_at <= ? ORDER BY due_at LIMIT ?', clock.now(), limit),
    outbox: async (limit) => select('outbox_at <= ? ORDER BY outbox_at LIMIT ?', clock.now(), limit),
    waiting: async (project, limit) =>
      select('project = ? AND admit_rank IS NOT NULL ORDER BY admit_rank LIMIT ?', project, limit),
    accepted: async (project) =>
      select(`project = ? AND state IN (${ACCEPTED.map(() => '?').join()})`, project, ...ACCEPTED),
    findByOperation: async (operation) => select('operation = ?', operation)[0],
    list: async (filter, options) => list(database, filter, options),
    countByState: async (project) => countByState(database, project),
    project: async (project) => readProject(database, project),
    projects: async () =>
      database.all('SELECT version, document FROM projects').map((row) => fromDocument<ProjectRecord>(row)),
    updateProject: async (record, changes) =>
      database.write(() =>
        typeof record === 'string'
          ? createProject(database, record, changes)
          : changeProject(database, record, changes),
      ),
    removeExpired: async (limit) => removeExpiredExports(database, clock.now(), limit),
    close: async () => database.close(),
  };
}

function list(
  database: SqliteDatabase,
  filter: ExportFilter,
  { pageSize, pageToken }: { pageSize: number; pageToken?: string },
): ExportPage {
  const position = pageToken === undefined ? undefined : parsePageToken(filter, pageToken);
  const { sql, values } = toListQuery(filter, position, pageSize + 1);
  const found = database.all(sql, ...values).map((row) => fromDocument<ExportRecord>(row));
  const exports = found.slice(0, pageSize);
  const last = exports.at(-1);
  return last && found.length > pageSize ? { exports, nextPageToken: toPageToken(filter, last) } : { exports };
}

function countByState(database: SqliteDatabase, project: string) {
  const rows = database.all('SELECT state, count(*) AS count FROM exports WHERE project = ? GROUP BY state', project);
  return Object.fromEntries(rows.map(({ state, count }) => [String(state), Number(count)]));
}
