import { applyChanges } from './apply-changes.ts';
import type { ExportChanges, ExportRecord } from './export.ts';
import { toFollowingWrites, toKeepingWrites, toStoredBody, uploadChunks } from './firestore-bodies.ts';
import type { FirestoreDatabase, FirestoreWrite, WriteResult } from './firestore-database.ts';
import {
  EXPORTS,
  readVersion,
  toDocumentFields,
  toListKeysField,
  toRecord,
  toVersion,
  writeIdOf,
} from './firestore-record.ts';
import { toFields } from './firestore-values.ts';
import { LedgerUnavailable, type NewExport } from './ledger.ts';

/** What the writes of exports need. */
export interface FirestoreExportsOptions {
  database: FirestoreDatabase;
  /** Ledger time. */
  now: (signal: AbortSignal) => Promise<number>;
  newWriteId: () => string;
}

/** An update that is under way. */
interface Update {
  record: ExportRecord;
  changes: ExportChanges;
  writeId: string;
  writes: FirestoreWrite[];
  /** The record as it is once that has taken effect, but for its update time. */
  changed: ExportRecord;
}

const MOST_WRITES = 500;

/** Creates and changes export records with their bodies. */
export function createFirestoreExports({ database, now, newWriteId }: FirestoreExportsOptions) {
  async function readExport(id: string, signal: AbortSignal) {
    const name = database.nameOf(EXPORTS, id);
    const document = (await database.read([name], signal)).get(name);
    return document && { record: toRecord(document), writeId: writeIdOf(document) };
  }

  async function create(record: NewExport, body: string | undefined, signal: AbortSignal) {
    const stored = body === undefined ? undefined : toStoredBody(body);
    const writeId = newWriteId();
    const own = { writeId, bodyKey: stored?.key };
    const writes: FirestoreWrite[] = [
      {
        update: { name: database.nameOf(EXPORTS, record.id), fields: toDocumentFields(record, own) },
        currentDocument: { exists: false },
      },
      ...(stored ? toKeepingWrites(database, record.id, stored) : []),
    ];
    const uploads = stored !== undefined && stored.chunks.length > 1;
    if (uploads) {
      const known = await readExport(record.id, signal);
      if (known) return { created: false, record: known.record };
    }
    // A chunk may expire between its upload and the commit, if an earlier attempt left it behind: then once more.
    for (const isLast of [false, true]) {
      if (uploads) await uploadChunks(database, { id: record.id, body: stored, now: await now(signal), signal });
      const { status, updateTime } = await database.commit(writes, signal);
      if (status === 'OK') {
        return { created: true, record: { ...structuredClone(record), version: toVersion(updateTime, stored?.key) } };
      }
      const known = await readExport(record.id, signal);
      if (known) return { created: known.writeId === writeId, record: known.record };
      if (isLast) break;
    }
    throw new LedgerUnavailable(`Cannot create the record of export "${record.id}": it vanished; send it again`);
  }

  async function update(record: ExportRecord, changes: ExportChanges, signal: AbortSignal) {
    return commitUpdate(toUpdate(record, changes), signal);
  }

  async function commitUpdate(pending: Update, signal: AbortSignal): Promise<ExportRecord | undefined> {
    return toResult(pending, await database.commit(pending.writes, signal), signal);
  }

  /** After a refusal the write may still have been made: by an earlier try that got no answer. */
  async function toResult({ record, writeId, changed }: Update, result: WriteResult, signal: AbortSignal) {
    if (result.status === 'OK') {
      return { ...changed, version: toVersion(result.updateTime, readVersion(changed.version).attached) };
    }
    if (!result.repeated) return undefined;
    const known = await readExport(record.id, signal);
    return known?.writeId === writeId ? known.record : undefined;
  }

  async function updateMany(updates: { record: ExportRecord; changes: ExportChanges }[], signal: AbortSignal) {
    const pending = updates.map(({ record, changes }) => toUpdate(record, changes));
    // A batch takes each write by itself, so a record whose body's chunks change with it needs a commit of its own.
    const single = pending.filter(({ writes }) => writes.length === 1);
    const starts = single.map((_, index) => index).filter((index) => index % MOST_WRITES === 0);
    const batches = await Promise.all(
      starts.map((start) => writeBatch(single.slice(start, start + MOST_WRITES), signal)),
    );
    const results = new Map(batches.flat());
    return Promise.all(pending.map((each) => (results.has(each) ? results.get(each) : commitUpdate(each, signal))));
  }

  async function writeBatch(batch: Update[], signal: AbortSignal) {
    const results = await database.writeEach(
      batch.flatMap(({ writes }) => writes),
      signal,
    );
    return Promise.all(
      batch.map(async (each, index): Promise<[Update, ExportRecord | undefined]> => {
        const result = results[index];
        const isKnown = result !== undefined && result.status !== 'UNKNOWN';
        return [each, isKnown ? await toResult(each, result, signal) : await commitUpdate(each, signal)];
      }),
    );
  }

  function toUpdate(record: ExportRecord, changes: ExportChanges): Update {
    const { updateTime, attached: key } = readVersion(record.version);
    const writeId = newWriteId();
    const bodyKey = changes.hasBody === false ? undefined : key;
    const changed = applyChanges(structuredClone(record), changes);
    const touchesLists = ['project', 'state', 'labels', 'request'].some((field) => Object.hasOwn(changes, field));
    const listKeys = touchesLists ? { listKeys: toListKeysField(changed) } : {};
    const named = Object.entries(changes).flatMap(([field, value]) => (value === undefined ? [] : [field]));
    const main: FirestoreWrite = {
      update: {
        name: database.nameOf(EXPORTS, record.id),
        fields: { ...toFields(changes), ...toFields({ writeId, bodyKey }), ...listKeys },
      },
      updateMask: { fieldPaths: [...named, 'writeId', 'bodyKey', ...Object.keys(listKeys)] },
      currentDocument: { updateTime },
    };
    const writes = [main, ...toFollowingWrites(database, { record, key, changes })];
    return { record, changes, writeId, writes, changed: { ...changed, version: toVersion(updateTime, bodyKey) } };
  }

  return { readExport, create, update, updateMany };
}
