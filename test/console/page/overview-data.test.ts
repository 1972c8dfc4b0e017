import { describe, expect, test } from '@jest/globals';
import type { ExportPage } from '../../../src/console/page/api.ts';
import { readOverview } from '../../../src/console/page/overview-data.ts';
import { resourceOf } from './export-resources.ts';

const now = new Date(2026, 10, 2, 12).getTime();
const since = new Date(2026, 9, 20).toISOString();
const of = (id: string) => resourceOf(id, 'PENDING', { now, age: 60_000 });

/** Reads from a service that has these pages. */
async function read(pages: ExportPage[]) {
  const asked: Record<string, string>[] = [];
  const list = async (query: URLSearchParams) => {
    asked.push(Object.fromEntries(query));
    return pages[asked.length - 1] ?? { exports: [], nextPageToken: 'on and on' };
  };
  return { asked, data: await readOverview({ list, now: () => now }) };
}

describe('readOverview()', () => {
  test('has all counted once, and reads the last days to their end', async () => {
    const counts = { p: { PENDING: 7 } };
    const { asked, data } = await read([{ exports: [of('a')], nextPageToken: 't', counts }, { exports: [of('b')] }]);
    expect(asked).toEqual([
      { createdAfter: since, pageSize: '500', counts: 'true' },
      { createdAfter: since, pageSize: '500', pageToken: 't' },
    ]);
    expect(data).toMatchObject({ counts, counted: 'all', complete: true });
    expect(data.recent.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('counts the last days itself where the service does not', async () => {
    const { data } = await read([{ exports: [of('a'), of('b')] }]);
    expect(data).toMatchObject({ counts: { 'forest-watch': { PENDING: 2 } }, counted: 'recent', complete: true });
  });

  test('stops after ten thousand, and says so', async () => {
    const { asked, data } = await read([]);
    expect(asked).toHaveLength(20);
    expect(data.complete).toBe(false);
  });
});
