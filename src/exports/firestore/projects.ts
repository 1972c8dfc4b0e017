import { applyChanges } from '../record/apply-changes.ts';
import type { ProjectChanges, ProjectRecord } from '../record/project-record.ts';
import type { FirestoreDatabase, FirestoreDocument, FirestoreWrite } from './database.ts';
import { readVersion, toVersion, writeIdOf } from './record.ts';
import { groupByProject, joinTracked, PROJECTS, splitTracked, toNameRange, toPartWrites } from './tracked.ts';
import { type FirestoreFields, type FirestoreValue, fromFields, toFields } from './values.ts';

/** A write that is to be made, and the record as it will be but for its update time. */
interface ProjectWrite {
  writes: FirestoreWrite[];
  changed: ProjectRecord;
}

/** Reads and writes project records. */
export function createFirestoreProjects(database: FirestoreDatabase, newWriteId: () => string) {
  /** The main document with its parts, all as of one moment. */
  async function readDocuments(project: string, signal: AbortSignal): Promise<FirestoreDocument[]> {
    const [first, end] = toNameRange(database, project);
    return database.query(
      {
        from: [{ collectionId: PROJECTS }],
        orderBy: [{ field: { fieldPath: '__name__' }, direction: 'ASCENDING' }],
        startAt: { values: [{ referenceValue: first }], before: true },
        endAt: { values: [{ referenceValue: end }], before: true },
      },
      signal,
    );
  }

  return {
    async readProject(project: string, signal: AbortSignal): Promise<ProjectRecord | undefined> {
      return toProjects(await readDocuments(project, signal))[0];
    },

    async readProjects(signal: AbortSignal): Promise<ProjectRecord[]> {
      return toProjects(await database.query({ from: [{ collectionId: PROJECTS }] }, signal));
    },

    /** Creates the record where only a name is given. Undefined when another write came first. */
    async updateProject(target: ProjectRecord | string, changes: ProjectChanges, signal: AbortSignal) {
      const writeId = newWriteId();
      const { writes, changed } =
        typeof target === 'string'
          ? toCreation(database, { project: target, changes, writeId })
          : toUpdate(database, { record: target, changes, writeId });
      const result = await database.commit(writes, signal);
      if (result.status === 'OK') {
        return { ...changed, version: toVersion(result.updateTime, readVersion(changed.version).attached) };
      }
      if (!result.repeated) return undefined;
      // An earlier try that got no answer may have made this very write.
      const documents = await readDocuments(changed.project, signal);
      return writeIdOf(documents[0]) === writeId ? toProjects(documents)[0] : undefined;
    },
  };
}

function toCreation(
  database: FirestoreDatabase,
  { project, changes, writeId }: { project: string; changes: ProjectChanges; writeId: string },
): ProjectWrite {
  const { tracked, ...others } = changes;
  const parts = splitTracked(tracked ?? []);
  const fields = { ...toFields({ project, ...others, writeId }), ...toTrackedFields(parts) };
  const main = { update: { name: database.nameOf(PROJECTS, project), fields }, currentDocument: { exists: false } };
  return {
    writes: [main, ...toPartWrites(database, { project, parts, oldCount: 0 })],
    changed: applyChanges({ project, version: toVersion('', String(parts.length)), tracked: [] }, changes),
  };
}

function toUpdate(
  database: FirestoreDatabase,
  { record, changes, writeId }: { record: ProjectRecord; changes: ProjectChanges; writeId: string },
): ProjectWrite {
  const { project, version } = record;
  const { updateTime, attached: oldCount = '1' } = readVersion(version);
  const { tracked, ...others } = changes;
  const parts = tracked && splitTracked(tracked);
  const trackedFields = parts ? toTrackedFields(parts) : {};
  const named = Object.entries({ ...others, writeId, ...trackedFields }).filter(([, value]) => value !== undefined);
  const main = {
    update: {
      name: database.nameOf(PROJECTS, project),
      fields: { ...toFields({ ...others, writeId }), ...trackedFields },
    },
    updateMask: { fieldPaths: named.map(([field]) => field) },
    currentDocument: { updateTime },
  };
  const newCount = parts ? String(parts.length) : oldCount;
  return {
    writes: [main, ...(parts ? toPartWrites(database, { project, parts, oldCount: Number(oldCount) }) : [])],
    changed: { ...applyChanges(structuredClone(record), changes), version: toVersion('', newCount) },
  };
}

function toTrackedFields(parts: FirestoreValue[]): FirestoreFields {
  const [first = {}] = parts;
  return { tracked: first, ...toFields({ partCount: parts.length }) };
}

function toProjects(documents: FirestoreDocument[]): ProjectRecord[] {
  return groupByProject(documents).flatMap((group) => {
    const [main] = group;
    if (!main) return [];
    const { writeId: _, partCount, tracked: __, ...fields } = main.fields ?? {};
    const record = fromFields(fields) as unknown as Omit<ProjectRecord, 'version' | 'tracked'>;
    const version = toVersion(main.updateTime, partCount?.integerValue ?? undefined);
    return [{ ...record, version, tracked: joinTracked(group) }];
  });
}
