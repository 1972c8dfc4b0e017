import type { ExportRecord } from '../export.ts';
import { LedgerUnavailable, type NewExport } from '../ledger.ts';
import { type StoredBody, toKeepingWrites, toStoredBody, uploadChunks } from './bodies.ts';
import type { FirestoreDatabase, FirestoreWrite } from './database.ts';
import { EXPORTS, toDocumentFields, toRecord, toVersion, writeIdOf } from './record.ts';

/** What writes need. */
export interface FirestoreParts {
  database: FirestoreDatabase;
  /** Ledger time. */
  now: (signal: AbortSignal) => Promise<number>;
  /** A random mark for every write, to tell one's own by. */
  newWriteId: () => string;
}

/** The record of that id, and the mark of the write that made it what it is. */
export async function readExport(
  database: FirestoreDatabase,
  id: string,
  signal: AbortSignal,
): Promise<{ record: ExportRecord; writeId: string | undefined } | undefined> {
  const name = database.nameOf(EXPORTS, id);
  const document = (await database.read([name], signal)).get(name);
  return document && { record: toRecord(document), writeId: writeIdOf(document) };
}

/**
 * Creates the record and its body in one commit, unless there is one of its id. A body of several chunks is uploaded
 * before, to expire unless the commit makes it stay.
 */
export async function createExport(
  parts: FirestoreParts,
  { record, body, signal }: { record: NewExport; body: string | undefined; signal: AbortSignal },
): Promise<{ created: boolean; record: ExportRecord }> {
  const { database, now } = parts;
  const { id } = record;
  const stored = body === undefined ? undefined : toStoredBody(body);
  const upload = stored && stored.chunks.length > 1 ? stored : undefined;
  const writeId = parts.newWriteId();
  const writes = toCreation(database, { record, writeId, stored });
  const known = upload && (await readExport(database, id, signal));
  if (known) return { created: false, record: known.record };
  // A chunk that an earlier attempt left behind may expire between upload and commit: then all over again.
  for (let tries = 1; tries <= 2; tries += 1) {
    if (upload) await uploadChunks(database, { id, body: upload, now: await now(signal), signal });
    const { status, updateTime } = await database.commit(writes, signal);
    if (status === 'OK') {
      return { created: true, record: { ...structuredClone(record), version: toVersion(updateTime, stored?.key) } };
    }
    // Ours after all, if an earlier try of the commit took effect without an answer.
    const found = await readExport(database, id, signal);
    if (found) return { created: found.writeId === writeId, record: found.record };
  }
  throw new LedgerUnavailable(`Cannot create the record of export "${id}": it came and went; send it again`);
}

function toCreation(
  database: FirestoreDatabase,
  { record, writeId, stored }: { record: NewExport; writeId: string; stored: StoredBody | undefined },
): FirestoreWrite[] {
  const fields = toDocumentFields(record, { writeId, bodyKey: stored?.key });
  const main = { update: { name: database.nameOf(EXPORTS, record.id), fields }, currentDocument: { exists: false } };
  return [main, ...(stored ? toKeepingWrites(database, record.id, stored) : [])];
}
