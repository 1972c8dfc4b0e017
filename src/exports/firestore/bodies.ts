import { createHash } from 'node:crypto';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { LedgerUnavailable } from '../ledger.ts';
import { joinChunks, readBytes, toBytes, toChunks } from './chunks.ts';
import type { FirestoreDatabase, FirestoreWrite } from './database.ts';
import { toTimestamp } from './values.ts';

/** A body as it is stored: gzipped, in chunks that fit into a document (1 MiB). */
export interface StoredBody {
  /** Names the chunks: the hash of their content and how many there are, `<hash>.<count>`. */
  key: string;
  chunks: Buffer[];
}

/** The collection of chunks. Its TTL policy on `expireAt` removes those that no record came to keep. */
const BODIES = 'bodies';

/** How long chunks wait for their record. */
const UPLOAD_LASTS_MS = 3_600_000;
/** A request may have 10 MiB, and base64 makes a chunk a third larger. */
const CHUNKS_PER_REQUEST = 5;

/** Gzips and cuts a body. The hash is that of the gzipped bytes: another version of zlib may make other ones. */
export function toStoredBody(body: string): StoredBody {
  const chunks = toChunks(body);
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return { key: `${hash.digest('hex').slice(0, 32)}.${chunks.length}`, chunks };
}

/**
 * The chunks' own writes in the commit that creates their record. A single chunk comes with it; several were uploaded
 * before, and now lose their expiry. One that is gone meanwhile fails the commit with `NOT_FOUND`.
 */
export function toKeepingWrites(
  database: FirestoreDatabase,
  id: string,
  { key, chunks }: StoredBody,
): FirestoreWrite[] {
  const names = chunkNames(database, id, key);
  const [only] = chunks;
  if (only && chunks.length === 1) return names.map((name) => ({ update: { name, fields: { data: toBytes(only) } } }));
  return names.map((name) => ({
    update: { name },
    updateMask: { fieldPaths: ['expireAt'] },
    currentDocument: { exists: true },
  }));
}

/**
 * Uploads chunks that last for an hour. Those that are there already are left alone: they have the same content, and
 * may belong to a record by now.
 */
export async function uploadChunks(
  database: FirestoreDatabase,
  { id, body, now, signal }: { id: string; body: StoredBody; now: number; signal: AbortSignal },
): Promise<void> {
  const names = chunkNames(database, id, body.key);
  const expireAt = toTimestamp(now + UPLOAD_LASTS_MS);
  const writes = body.chunks.map((chunk, index) => ({
    update: { name: names[index] ?? '', fields: { data: toBytes(chunk), expireAt } },
    currentDocument: { exists: false },
  }));
  const starts = writes.map((_, index) => index).filter((index) => index % CHUNKS_PER_REQUEST === 0);
  const batches = starts.map((start) => writes.slice(start, start + CHUNKS_PER_REQUEST));
  const results = await Promise.all(batches.map((batch) => database.writeEach(batch, signal)));
  if (results.flat().some(({ status }) => status !== 'OK' && status !== 'ALREADY_EXISTS')) {
    throw new LedgerUnavailable('Cannot store the body of an export: Firestore did not take all of it; send it again');
  }
}

/** The chunks' own writes in a commit that changes their record: they go with the body, and expire with the record. */
export function toFollowingWrites(
  database: FirestoreDatabase,
  { record, key, changes }: { record: ExportRecord; key: string | undefined; changes: ExportChanges },
): FirestoreWrite[] {
  const names = chunkNames(database, record.id, key);
  if (changes.hasBody === false) return names.map((name) => ({ delete: name }));
  if (changes.expireAt === undefined) return [];
  const fields = changes.expireAt === null ? {} : { expireAt: toTimestamp(changes.expireAt) };
  return names.map((name) => ({ update: { name, fields }, updateMask: { fieldPaths: ['expireAt'] } }));
}

/** Reads a body back; undefined when it, or a part of it, is gone. */
export async function readStoredBody(
  database: FirestoreDatabase,
  { id, key, signal }: { id: string; key: string | undefined; signal: AbortSignal },
): Promise<string | undefined> {
  const names = chunkNames(database, id, key);
  if (names.length === 0) return undefined;
  const found = await database.read(names, signal);
  return joinChunks(names.map((name) => readBytes(found.get(name), 'data')));
}

function chunkNames(database: FirestoreDatabase, id: string, key: string | undefined): string[] {
  const [hash, count = '0'] = key?.split('.') ?? [];
  return Array.from({ length: Number(count) }, (_, index) => database.nameOf(BODIES, `${id}~${hash}~${index}`));
}
