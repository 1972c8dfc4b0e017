import { concurrently } from '../../concurrently.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { applyChanges } from '../record/apply-changes.ts';
import { toFollowingWrites } from './bodies.ts';
import type { FirestoreWrite, WriteResult } from './database.ts';
import { type FirestoreParts, readExport } from './exports.ts';
import { EXPORTS, readVersion, toListKeysField, toVersion } from './record.ts';
import { toFields } from './values.ts';

/** What is to be written of one export. */
export interface ExportUpdate {
  record: ExportRecord;
  changes: ExportChanges;
}

/** An update that is under way. */
interface Update {
  id: string;
  writeId: string;
  /** That of the record, and those of the chunks that change with it. */
  writes: FirestoreWrite[];
  /** The record as it is once all that has taken effect, but for its update time. */
  changed: ExportRecord;
}

type Updated = ExportRecord | undefined;

const MOST_WRITES = 500;
const COMMITS_AT_ONCE = 16;
/** Fields that a record's list keys are made of. */
const LISTED_FIELDS = ['project', 'state', 'labels', 'request'] as const satisfies (keyof ExportChanges)[];

/** Writes the changes if the record is still at its version. */
export async function updateExport(parts: FirestoreParts, update: ExportUpdate, signal: AbortSignal): Promise<Updated> {
  return commitUpdate(parts, toUpdate(parts, update), signal);
}

/** Each update by itself, in few requests; answers in the order given. */
export async function updateExports(
  parts: FirestoreParts,
  updates: ExportUpdate[],
  signal: AbortSignal,
): Promise<Updated[]> {
  const pending = updates.map((update) => toUpdate(parts, update));
  const results = new Map<Update, Updated>();
  // A batch takes each write by itself, so a record whose chunks change with it needs a commit of its own.
  const single = pending.filter(({ writes }) => writes.length === 1);
  const joint = pending.filter(({ writes }) => writes.length > 1);
  for (let start = 0; start < single.length; start += MOST_WRITES) {
    await writeBatch(parts, { batch: single.slice(start, start + MOST_WRITES), results, signal });
  }
  await concurrently(joint, COMMITS_AT_ONCE, async (update) => {
    results.set(update, await commitUpdate(parts, update, signal));
  });
  return pending.map((update) => results.get(update));
}

async function writeBatch(
  parts: FirestoreParts,
  { batch, results, signal }: { batch: Update[]; results: Map<Update, Updated>; signal: AbortSignal },
): Promise<void> {
  const writes = batch.flatMap((update) => update.writes);
  const written = await parts.database.writeEach(writes, signal);
  await concurrently(batch, COMMITS_AT_ONCE, async (update, index) => {
    const result = written[index];
    const isTold = result !== undefined && result.status !== 'UNKNOWN';
    const answer = isTold ? result : { ...(await parts.database.commit(update.writes, signal)), repeated: true };
    results.set(update, await toUpdated(parts, { update, result: answer, signal }));
  });
}

async function commitUpdate(parts: FirestoreParts, update: Update, signal: AbortSignal): Promise<Updated> {
  const result = await parts.database.commit(update.writes, signal);
  return toUpdated(parts, { update, result, signal });
}

/** After a refusal the write may still have been made: by an earlier try that got no answer. */
async function toUpdated(
  { database }: FirestoreParts,
  { update, result, signal }: { update: Update; result: WriteResult; signal: AbortSignal },
): Promise<Updated> {
  const { id, writeId, changed } = update;
  if (result.status === 'OK') {
    return { ...changed, version: toVersion(result.updateTime, readVersion(changed.version).attached) };
  }
  const known = result.repeated ? await readExport(database, id, signal) : undefined;
  return known?.writeId === writeId ? known.record : undefined;
}

function toUpdate({ database, newWriteId }: FirestoreParts, { record, changes }: ExportUpdate): Update {
  const { updateTime, attached: key } = readVersion(record.version);
  const writeId = newWriteId();
  const bodyKey = changes.hasBody === false ? undefined : key;
  const changed = applyChanges(structuredClone(record), changes);
  const touchesLists = LISTED_FIELDS.some((field) => changes[field] !== undefined);
  const listKeys = touchesLists ? { listKeys: toListKeysField(changed) } : {};
  const named = Object.entries(changes).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  const main = {
    update: {
      name: database.nameOf(EXPORTS, record.id),
      fields: { ...toFields(changes), ...toFields({ writeId, bodyKey }), ...listKeys },
    },
    updateMask: { fieldPaths: [...named, 'writeId', 'bodyKey', ...Object.keys(listKeys)] },
    currentDocument: { updateTime },
  };
  return {
    id: record.id,
    writeId,
    writes: [main, ...toFollowingWrites(database, { record, key, changes })],
    changed: { ...changed, version: toVersion(updateTime, bodyKey) },
  };
}
