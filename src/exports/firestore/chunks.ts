import { packText, unpackText } from '../record/packed-text.ts';
import type { FirestoreDocument } from './database.ts';
import type { FirestoreValue } from './values.ts';

/** What one document takes of a longer text; it holds 1 MiB. */
const CHUNK_BYTES = 700_000;

/** Gzips a text and cuts it into chunks that each fit into a document; one at least. */
export function toChunks(text: string): Buffer[] {
  const gzip = packText(text);
  return Array.from({ length: Math.ceil(gzip.length / CHUNK_BYTES) }, (_, index) =>
    gzip.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
}

/** The text that was cut; undefined when a chunk, or all of it, is missing. */
export function joinChunks(chunks: readonly (Buffer | undefined)[]): string | undefined {
  const present = chunks.flatMap((chunk) => chunk ?? []);
  const isWhole = present.length > 0 && present.length === chunks.length;
  return isWhole ? unpackText(Buffer.concat(present)) : undefined;
}

/** A chunk as the value of a field. */
export function toBytes(chunk: Buffer): FirestoreValue {
  return { bytesValue: chunk.toString('base64') };
}

/** The chunk in a field, where there is one. */
export function readBytes(document: FirestoreDocument | undefined, field: string): Buffer | undefined {
  const bytes = document?.fields?.[field]?.bytesValue;
  return bytes == null ? undefined : Buffer.from(bytes, 'base64');
}
