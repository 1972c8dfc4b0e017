import type { Emulator } from '../../emulators/emulator-process.ts';

/** A value as Firestore's REST API writes it. */
export type RawValue = Record<string, unknown>;

/** Looks into, and changes, the documents of one project in the emulator, past the ledger. */
export function lookInto(emulator: Emulator, projectId: string) {
  const documents = `projects/${projectId}/databases/(default)/documents`;

  async function call(method: string, body: object): Promise<unknown> {
    const url = `http://${emulator.host}/v1/${documents}:${method}`;
    const headers = { authorization: 'Bearer owner' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method}: ${await response.text()}`);
    return response.json();
  }

  return {
    /** The fields of each document of a collection, by the document's id. */
    async read(collectionId: string): Promise<Map<string, Record<string, RawValue>>> {
      const found = (await call('runQuery', { structuredQuery: { from: [{ collectionId }] } })) as {
        document?: { name: string; fields?: Record<string, RawValue> };
      }[];
      const entries = found.flatMap(({ document }) => document ?? []);
      return new Map(entries.map(({ name, fields = {} }) => [name.slice(name.lastIndexOf('/') + 1), fields]));
    },

    /** Sets the named fields of a document. */
    async write(path: string, fields: Record<string, RawValue>): Promise<void> {
      const update = { name: `${documents}/${path}`, fields };
      await call('commit', { writes: [{ update, updateMask: { fieldPaths: Object.keys(fields) } }] });
    },

    async remove(path: string): Promise<void> {
      await call('commit', { writes: [{ delete: `${documents}/${path}` }] });
    },

    /** The composite indexes that the queries so far would need in production, e.g. `exports: project ASCENDING`. */
    async neededIndexes(): Promise<string[]> {
      const url = `http://${emulator.host}/emulator/v1/projects/${projectId}:indexUsage?database=projects/${projectId}/databases/(default)`;
      const { reports = [] } = (await (await fetch(url)).json()) as { reports?: { index: ReportedIndex }[] };
      return reports.map(({ index }) => {
        const collectionGroup = index.name.match(/collectionGroups\/([^/]+)/)?.[1] ?? '';
        // Every index ends with the name of the document, in the direction of the last field: no need to declare it.
        return describeIndex({
          collectionGroup,
          fields: index.fields.filter(({ fieldPath }) => fieldPath !== '__name__'),
        });
      });
    },
  };
}

interface IndexField {
  fieldPath: string;
  order?: string;
  arrayConfig?: string;
}

interface ReportedIndex {
  name: string;
  fields: IndexField[];
}

/** One line for an index, to compare it by. */
export function describeIndex(index: { collectionGroup: string; fields: IndexField[] }): string {
  const fields = index.fields.map(({ fieldPath, order, arrayConfig }) => `${fieldPath} ${order ?? arrayConfig}`);
  return `${index.collectionGroup}: ${fields.join(', ')}`;
}
