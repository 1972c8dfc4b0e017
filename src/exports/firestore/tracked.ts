import type { TrackedOperation } from '../record/project-record.ts';
import { joinChunks, readBytes, toBytes, toChunks } from './chunks.ts';
import type { FirestoreDatabase, FirestoreDocument, FirestoreWrite } from './database.ts';
import type { FirestoreValue } from './values.ts';

/**
 * The collection of project records: a document named as the project and, where what is tracked is long, the rest of it
 * in `<project>!1` and so on. Written in one commit and read by one query, they are never seen half changed.
 */
export const PROJECTS = 'projects';

/** These sort before any character of a project's name, so a query for a range of names gives a project alone. */
const BEFORE_PARTS = '!';
const AFTER_PARTS = '"';

/** The range of names of a project's documents: the first, and what comes after the last. */
export function toNameRange(database: FirestoreDatabase, project: string): [first: string, end: string] {
  return [database.nameOf(PROJECTS, project), database.nameOf(PROJECTS, project + AFTER_PARTS)];
}

/** What is tracked, gzipped and cut into parts that each fit into a document; one at least. */
export function splitTracked(tracked: readonly TrackedOperation[]): FirestoreValue[] {
  return toChunks(JSON.stringify(tracked)).map(toBytes);
}

/** Writes the parts but the first, which is in the main document, and deletes those of the `oldCount` left over. */
export function toPartWrites(
  database: FirestoreDatabase,
  { project, parts, oldCount }: { project: string; parts: FirestoreValue[]; oldCount: number },
): FirestoreWrite[] {
  const nameOf = (index: number) => database.nameOf(PROJECTS, `${project}${BEFORE_PARTS}${index}`);
  const writes = parts.map((part, index) => ({
    update: { name: nameOf(index), fields: { tracked: part } },
  }));
  const surplus = Array.from({ length: Math.max(0, oldCount - parts.length) }, (_, index) => ({
    delete: nameOf(parts.length + index),
  }));
  return [...writes.slice(1), ...surplus];
}

/** The documents of each project, its main one first. */
export function groupByProject(documents: FirestoreDocument[]): FirestoreDocument[][] {
  const groups: FirestoreDocument[][] = [];
  for (const document of documents) {
    if (document.name.includes(BEFORE_PARTS)) groups.at(-1)?.push(document);
    else groups.push([document]);
  }
  return groups;
}

/** What is tracked, from a project's documents. */
export function joinTracked(documents: FirestoreDocument[]): TrackedOperation[] {
  return JSON.parse(joinChunks(documents.map((document) => readBytes(document, 'tracked'))) ?? '[]');
}
