import type { ExportRecord } from '../export.ts';
import type { NewExport } from '../ledger.ts';
import type { FirestoreDocument } from './database.ts';
import { toListKeys } from './list-keys.ts';
import { type FirestoreFields, fromFields, toFields } from './values.ts';

/** The collection of export records, one document each, named by the export's id. */
export const EXPORTS = 'exports';

/** What the ledger itself keeps beside the fields of a record. */
export interface OwnFields {
  /** Random, another one for every write: tells one's own write, of which no answer came, from somebody else's. */
  writeId: string;
  /** Names the chunks of the body. */
  bodyKey?: string | undefined;
}

/** All fields of a new document. */
export function toDocumentFields(record: NewExport, own: OwnFields): FirestoreFields {
  return { ...toFields(record), ...toFields(own), listKeys: toListKeysField(record) };
}

/** What the lists are searched by; derived from the record, and written whenever it changes. */
export function toListKeysField(record: NewExport) {
  return { arrayValue: { values: toListKeys(record).map((stringValue) => ({ stringValue })) } };
}

/** The record of a document. */
export function toRecord(document: FirestoreDocument): ExportRecord {
  const { writeId: _, bodyKey: __, listKeys: ___, ...fields } = document.fields ?? {};
  const record = fromFields(fields) as unknown as NewExport;
  return { ...record, version: toVersion(document.updateTime, readText(document, 'bodyKey')) };
}

/** The random mark of the write that made a document what it is. */
export function writeIdOf(document: FirestoreDocument | undefined): string | undefined {
  return readText(document, 'writeId');
}

function readText(document: FirestoreDocument | undefined, field: keyof OwnFields): string | undefined {
  return document?.fields?.[field]?.stringValue ?? undefined;
}

/**
 * A version says when the document was written, and what belongs to it in other documents (the key of the body, the
 * number of parts), so that neither has to be read again to change it.
 */
export function toVersion(updateTime: string, attached?: string): string {
  return attached === undefined ? updateTime : `${updateTime} ${attached}`;
}

/** Takes a version apart. */
export function readVersion(version: string): { updateTime: string; attached: string | undefined } {
  const [updateTime = '', attached] = version.split(' ');
  return { updateTime, attached };
}
