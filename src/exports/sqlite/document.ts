import type { Row } from './database.ts';

/** The JSON a record is kept as. Its version has a column of its own. */
export function toDocument(record: object): string {
  return JSON.stringify({ ...record, version: undefined });
}

/** The record of a row that has `version` and `document`. */
export function fromDocument<T extends { version: string }>({ version, document }: Row): T {
  const record: T = JSON.parse(String(document));
  record.version = String(version);
  return record;
}
