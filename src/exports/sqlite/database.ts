import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { LedgerUnavailable } from '../ledger.ts';
import { createGroupWrites } from './group-writes.ts';
import { FILE_VERSION, SCHEMA } from './schema.ts';

/** One row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>;

/** How often the switch to WAL may come in the way of another process's. */
const MOST_TRIES = 100;

/** The few ways in which the ledger talks to SQLite. Everything that fails is a `LedgerUnavailable`. */
export type SqliteDatabase = ReturnType<typeof openSqliteDatabase>;

/** Opens the file (made with its folder where missing) or `:memory:`, and brings its tables up to date. */
export function openSqliteDatabase(path: string, busyTimeoutMs: number) {
  const database = translateErrors(path, () => open(path, busyTimeoutMs));
  const statements = new Map<string, StatementSync>();

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  // What the work of a transaction throws by itself is no fault of the file.
  const translated = {
    exec: (sql: string): void => translateErrors(path, () => database.exec(sql)),
    get isTransaction(): boolean {
      return database.isTransaction;
    },
  };
  const transaction = <T>(work: () => T): T => runTransaction(translated, work);
  const groups = createGroupWrites(transaction);

  return {
    /** The first row, if there is one. */
    get: (sql: string, ...values: SQLInputValue[]): Row | undefined =>
      translateErrors(path, () => prepare(sql).get(...values)),
    all: (sql: string, ...values: SQLInputValue[]): Row[] => translateErrors(path, () => prepare(sql).all(...values)),
    /** How many rows were written. */
    run: (sql: string, ...values: SQLInputValue[]): number =>
      translateErrors(path, () => Number(prepare(sql).run(...values).changes)),
    /** Makes a write: everything `work` writes takes effect, or nothing. It may run twice. */
    write: path === ':memory:' ? async <T>(work: () => T) => transaction(work) : groups.write,
    close(): void {
      groups.flush();
      if (database.isOpen) database.close();
    },
  };
}

function open(path: string, busyTimeoutMs: number): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
  if (path !== ':memory:') {
    switchToWal(database);
    // Every 16 MiB of changes instead of every 4 the disk is waited for; a power cut may take as much.
    database.exec('PRAGMA wal_autocheckpoint = 4000');
  }
  runTransaction(database, () => migrate(database));
  return database;
}

/**
 * SQLite does not wait for a process that opens the new file at the same moment when it switches to WAL, but fails; for
 * the write lock it does wait, and then the switch is done or free to do.
 */
function switchToWal(database: DatabaseSync): void {
  for (let tries = 1; ; tries += 1) {
    try {
      // NORMAL survives a killed process, though not a power cut, at an eighth of the time a write takes with FULL.
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      return;
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      runTransaction(database, () => undefined);
    }
  }
}

/** A file that a newer version made is left as it is: newer schemas only add, so this version can still use it. */
function migrate(database: DatabaseSync): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() ?? {};
  if (Number(version) < FILE_VERSION) database.exec(`${SCHEMA}; PRAGMA user_version = ${FILE_VERSION}`);
}

/** IMMEDIATE takes the write lock first: a reader that turns writer half-way fails at once instead of waiting. */
function runTransaction<T>(database: Pick<DatabaseSync, 'exec' | 'isTransaction'>, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function translateErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof LedgerUnavailable) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LedgerUnavailable(`Cannot use the ledger "${path}": ${reason}; it must be a writable SQLite file`, {
      cause,
    });
  }
}
