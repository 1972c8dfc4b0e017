import { applyChanges } from '../record/apply-changes.ts';
import type { ProjectChanges, ProjectRecord } from '../record/project-record.ts';
import type { SqliteDatabase } from './database.ts';
import { fromDocument, toDocument } from './document.ts';

/** The record of that project. */
export function readProject(database: SqliteDatabase, project: string): ProjectRecord | undefined {
  const row = database.get('SELECT version, document FROM projects WHERE project = ?', project);
  return row && fromDocument<ProjectRecord>(row);
}

/** Creates the record of a project, unless there is one. To be called within a write. */
export function createProject(database: SqliteDatabase, project: string, changes: ProjectChanges) {
  const document = toDocument(applyChanges({ project, tracked: [] }, changes));
  const sql = 'INSERT INTO projects (project, version, document) VALUES (?, 1, ?) ON CONFLICT DO NOTHING';
  const created = database.run(sql, project, document) === 1;
  return created ? fromDocument<ProjectRecord>({ version: 1, document }) : undefined;
}

/** Makes the changes if the record is still at its version. To be called within a write. */
export function changeProject(
  database: SqliteDatabase,
  { project, version }: ProjectRecord,
  changes: ProjectChanges,
): ProjectRecord | undefined {
  const known = readProject(database, project);
  if (known?.version !== version) return undefined;
  const changed = applyChanges(known, changes);
  const sql = 'UPDATE projects SET version = version + 1, document = ? WHERE project = ?';
  database.run(sql, toDocument(changed), project);
  return { ...changed, version: String(Number(version) + 1) };
}
