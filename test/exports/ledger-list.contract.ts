import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ExportState } from '../../src/exports/export.ts';
import { type ExportFilter, InvalidPageToken, type Ledger, type NewExport } from '../../src/exports/ledger.ts';
import { fullExport, sampleExport } from './sample-export.ts';

const NOON = 1_790_000_000_000;

/** The part of the ledger's contract about `list()`; called within a suite that makes an empty ledger for each test. */
export function testListing(ledgerOf: () => Ledger): void {
  describe('list()', () => {
    const exports = Array.from({ length: 32 }, (_, index) => mixedExport(index));
    let ledger: Ledger;

    beforeEach(() => {
      ledger = ledgerOf();
    });

    async function addAll(): Promise<void> {
      await Promise.all(exports.map((record) => ledger.create(record)));
    }

    async function listAll(filter: ExportFilter, pageSize: number): Promise<string[]> {
      const ids: string[] = [];
      let pageToken: string | undefined;
      do {
        const page = await ledger.list(filter, pageToken === undefined ? { pageSize } : { pageSize, pageToken });
        expect(page.exports.length).toBeLessThanOrEqual(pageSize);
        ids.push(...page.exports.map(({ id }) => id));
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
      return ids;
    }

    test('gives whole records, newest first, in pages', async () => {
      await addAll();
      const page = await ledger.list({}, { pageSize: 3 });
      expect(page.exports).toEqual(
        expected({})
          .slice(0, 3)
          .map((id) => ({ ...exports.find((e) => e.id === id), version: expect.any(String) })),
      );
      expect(await listAll({}, 5)).toEqual(expected({}));
      expect(await listAll({}, 32)).toEqual(expected({}));
    });

    test('gives an empty page of an empty ledger', async () => {
      expect(await ledger.list({}, { pageSize: 10 })).toEqual({ exports: [] });
    });

    test('holds every combination of filters, page by page', async () => {
      await addAll();
      const shown: number[] = [];
      for (const filter of everyFilter()) {
        const ids = await listAll(filter, 7);
        expect({ filter, ids }).toEqual({ filter, ids: expected(filter) });
        shown.push(ids.length);
      }
      expect(new Set(shown).size).toBeGreaterThan(5);
    }, 60_000);

    test('finds labels by keys and values of any characters', async () => {
      const labels = { 'a=b': 'c', 'k".$[0]': "'%_" };
      await ledger.create(sampleExport('odd', { labels }));
      await ledger.create(sampleExport('plain', { labels: { a: 'b=c' } }));
      expect(await listAll({ labels: { 'a=b': 'c' } }, 10)).toEqual(['odd']);
      expect(await listAll({ labels: { a: 'b=c' } }, 10)).toEqual(['plain']);
      expect(await listAll({ labels: { 'k".$[0]': "'%_" } }, 10)).toEqual(['odd']);
      expect(await listAll({ labels: { a: 'b' } }, 10)).toEqual([]);
    });

    test('takes many projects', async () => {
      await addAll();
      const projects = Array.from({ length: 45 }, (_, index) => `project-${index}`);
      expect(await listAll({ projects: [...projects, 'project-a'] }, 3)).toEqual(expected({ project: 'project-a' }));
    });

    test('goes on where a page ended, whatever was created since', async () => {
      await addAll();
      const first = await ledger.list({}, { pageSize: 4 });
      await ledger.create(sampleExport('brand-new', { createTime: NOON + 1_000_000 }));
      const { nextPageToken: pageToken = '' } = first;
      const second = await ledger.list({}, { pageSize: 4, pageToken });
      expect([...first.exports, ...second.exports].map(({ id }) => id)).toEqual(expected({}).slice(0, 8));
    });

    test('refuses page tokens that it did not give for this filter', async () => {
      await addAll();
      const filter: ExportFilter = { project: 'project-a', labels: { team: 'x' } };
      const { nextPageToken: token = '' } = await ledger.list(filter, { pageSize: 1 });
      expect(token).not.toBe('');
      const text = Buffer.from(token, 'base64url').toString();
      const forged = [
        '',
        'x',
        `${token}A`,
        token.slice(1),
        `${token}=`,
        '[]',
        'bnVsbA',
        Buffer.from(text.replace(/\d/, '1')).toString('base64url'),
      ];
      for (const pageToken of forged.filter((each) => each !== token)) {
        await expect(ledger.list(filter, { pageSize: 1, pageToken })).rejects.toThrow(InvalidPageToken);
      }
      for (const otherFilter of [{}, { project: 'project-b', labels: { team: 'x' } }, { project: 'project-a' }]) {
        await expect(ledger.list(otherFilter, { pageSize: 1, pageToken: token })).rejects.toThrow(InvalidPageToken);
      }
      expect((await ledger.list(filter, { pageSize: 1, pageToken: token })).exports).toHaveLength(1);
    });

    function expected(filter: ExportFilter): string[] {
      return exports
        .filter((record) => fits(record, filter))
        .sort((a, b) => b.createTime - a.createTime || (a.id < b.id ? 1 : -1))
        .map(({ id }) => id);
    }
  });
}

/** Projects, states, tags and labels in all combinations; pairs of neighbours share a createTime. */
function mixedExport(index: number): NewExport {
  const state: ExportState = index & 2 ? 'RUNNING' : 'SUCCEEDED';
  const { request, ...full } = fullExport(`export-${index}`);
  const { workloadTag, ...untagged } = request;
  return {
    ...full,
    project: index & 1 ? 'project-a' : 'project-b',
    state,
    createTime: NOON + (index >> 1) * 1000,
    request: index & 4 ? { ...untagged, workloadTag: 'nightly' } : untagged,
    labels: { ...(index & 8 ? { team: 'x' } : { team: 'y' }), ...(index & 16 ? { season: 'wet' } : {}) },
  };
}

/** Every combination of filters, in all kinds. */
export function everyFilter(): ExportFilter[] {
  const choices: ExportFilter[][] = [
    [{}, { project: 'project-a' }],
    [{}, { projects: ['project-b', 'project-c', 'project-a'] }, { projects: ['project-b'] }, { projects: [] }],
    [{}, { state: 'RUNNING' }],
    [{}, { workloadTag: 'nightly' }],
    [{}, { labels: { team: 'x' } }, { labels: { season: 'wet', team: 'y' } }, { labels: {} }],
    [{}, { createdAfter: NOON + 5000 }],
  ];
  return choices.reduce<ExportFilter[]>(
    (filters, options) => filters.flatMap((filter) => options.map((option) => ({ ...filter, ...option }))),
    [{}],
  );
}

function fits(record: NewExport, filter: ExportFilter): boolean {
  const { project, projects, state, workloadTag, labels = {}, createdAfter = 0 } = filter;
  return (
    (project === undefined || record.project === project) &&
    (projects === undefined || projects.includes(record.project)) &&
    (state === undefined || record.state === state) &&
    (workloadTag === undefined || record.request?.workloadTag === workloadTag) &&
    Object.entries(labels).every(([key, value]) => record.labels[key] === value) &&
    record.createTime >= createdAfter
  );
}
