import type { ExportChanges, ExportRecord } from '../export.ts';
import type { NewExport } from '../ledger.ts';
import { applyChanges } from '../record/apply-changes.ts';
import { packText, unpackText } from '../record/packed-text.ts';
import { columnsOf } from './columns.ts';
import type { SqliteDatabase } from './database.ts';
import { fromDocument, toDocument } from './document.ts';

/** Packing fewer bytes takes longer than writing them: of a submission of 2 KB it took a seventh. */
const SHORT_BODY_BYTES = 4_096;

/** The record of that id. */
export function readExport(database: SqliteDatabase, id: string): ExportRecord | undefined {
  const row = database.get('SELECT version, document FROM exports WHERE id = ?', id);
  return row && fromDocument<ExportRecord>(row);
}

/** Creates the record and its body, as they are now, unless there is one of its id. */
export async function createExport(database: SqliteDatabase, record: NewExport, body?: string) {
  const { id } = record;
  const document = toDocument(record);
  const packed = body === undefined ? undefined : packText(body, SHORT_BODY_BYTES);
  const { columns, values } = columnsOf(record);
  const into = `exports (id, version, document, ${columns})`;
  const marks = columns.map(() => ', ?').join('');
  const sql = `INSERT INTO ${into} VALUES (?, 1, ?${marks}) ON CONFLICT (id) DO NOTHING`;
  return database.write(() => {
    const known = database.run(sql, id, document, ...values) === 0 ? readExport(database, id) : undefined;
    if (known) return { created: false, record: known };
    if (packed) database.run('INSERT OR REPLACE INTO bodies (id, gzip) VALUES (?, ?)', id, packed);
    return { created: true, record: fromDocument<ExportRecord>({ version: 1, document }) };
  });
}

/** The body given to `createExport`, while it is kept. */
export function readBody(database: SqliteDatabase, id: string): string | undefined {
  const { gzip } = database.get('SELECT gzip FROM bodies WHERE id = ?', id) ?? {};
  return gzip instanceof Uint8Array ? unpackText(gzip) : undefined;
}

/** Makes the changes if the record is still at its version. To be called within a write. */
export function changeExport(database: SqliteDatabase, { id, version }: ExportRecord, changes: ExportChanges) {
  const row = database.get('SELECT version, document FROM exports WHERE id = ? AND version = ?', id, version);
  if (!row) return undefined;
  const record = applyChanges(fromDocument<ExportRecord>(row), changes);
  const { columns, values } = columnsOf(changes);
  const setColumns = columns.map((column) => `, ${column} = ?`).join('');
  const sql = `UPDATE exports SET version = version + 1, document = ?${setColumns} WHERE id = ?`;
  database.run(sql, toDocument(record), ...values, id);
  if (changes.hasBody === false) database.run('DELETE FROM bodies WHERE id = ?', id);
  return { ...record, version: String(Number(version) + 1) };
}

/** Removes up to `limit` records that expired by `now`, with their bodies. Gives how many. */
export async function removeExpiredExports(database: SqliteDatabase, now: number, limit: number): Promise<number> {
  // Most ticks find nothing: no write lock for those.
  if (!database.get('SELECT 1 FROM exports WHERE expire_at <= ? LIMIT 1', now)) return 0;
  return database.write(() => {
    const expired = database.all('SELECT id FROM exports WHERE expire_at <= ? ORDER BY expire_at LIMIT ?', now, limit);
    const ids = JSON.stringify(expired.map(({ id }) => id));
    database.run('DELETE FROM bodies WHERE id IN (SELECT value FROM json_each(?))', ids);
    return database.run('DELETE FROM exports WHERE id IN (SELECT value FROM json_each(?))', ids);
  });
}
