import { describe, expect, test } from '@jest/globals';
import { toEventAttributes } from '../../../src/console/page/event-attributes.ts';
import { findExports } from '../../../src/console/page/find-exports.ts';
import { formatAge, formatDuration, shortAsset } from '../../../src/console/page/format.ts';
import { toEventMessage } from '../../../src/events/completion-event.ts';
import type { ExportResource } from '../../../src/functions/routes/export-resource.ts';
import { resourceOf } from './export-resources.ts';

const now = Date.parse('2026-11-02T12:00:00Z');

test.each([
  [-5, '0 s', '0 s'],
  [59_999, '59 s', '59 s'],
  [60_000, '1 min', '1 min'],
  [125_000, '2 min 5 s', '2 min'],
  [3_600_000, '1 h', '1 h'],
  [11_400_000, '3 h 10 min', '3 h'],
  [187_200_000, '2 d 4 h', '2 d'],
])('%i ms are %s, in short %s', (ms, long, short) => {
  expect([formatDuration(ms), formatAge(ms)]).toEqual([long, short]);
});

test('shortAsset() leaves out the project', () => {
  expect(shortAsset('projects/p/assets/a/b')).toBe('a/b');
  expect(shortAsset('something else')).toBe('something else');
});

test('toEventAttributes() gives what is published', () => {
  const { event } = resourceOf('a', 'LOST', { now, age: 60_000 });
  if (!event) throw new Error('it has no event');
  expect(toEventAttributes(event)).toEqual(toEventMessage(event).attributes);
  const long = { ...event, subject: `projects/p/assets/${'ü'.repeat(600)}` };
  expect(toEventAttributes(long)).toEqual(toEventMessage(long).attributes);
});

describe('findExports()', () => {
  const asked: string[] = [];

  /** A service with so many exports a page, of which those named hold the word. */
  function serve(pages: ExportResource[][]) {
    asked.length = 0;
    return async (query: URLSearchParams) => {
      asked.push(query.toString());
      const index = Number(query.get('pageToken') ?? 0);
      const next = index + 1 < pages.length ? { nextPageToken: String(index + 1) } : {};
      return { exports: pages[index] ?? [], ...next };
    };
  }
  const page = (...ids: string[]) => ids.map((id) => resourceOf(id, 'PENDING', { now, age: 60_000 }));

  test('hands the filters on, and one page is enough', async () => {
    const found = await findExports(serve([page('a'), page('b')]), {
      state: 'LOST',
      tag: 't',
      label: 'k:v',
      project: 'p',
    });
    expect(asked).toEqual(['pageSize=50&state=LOST&project=p&workloadTag=t&label=k%3Av']);
    expect(found).toMatchObject({ nextPageToken: '1' });
    expect(found.searched).toBeUndefined();
  });

  test('looks for all words of a text, in any field and case, on page after page', async () => {
    const pages = [page('Maize-1', 'rice-1'), page('rice-2'), page('maize-2')];
    const found = await findExports(serve(pages), { text: 'MAIZE forest-watch' });
    expect(found.exports.map(({ id }) => id)).toEqual(['Maize-1', 'maize-2']);
    expect(found).toMatchObject({ searched: 4 });
    expect(found.nextPageToken).toBeUndefined();
    const outline = { classifier: 'smileCart', arguments: [] };
    const [resource] = page('by-classifier');
    const made = await findExports(serve([[{ ...(resource as ExportResource), outline }]]), { text: 'smilecart' });
    expect(made.exports).toHaveLength(1);
  });

  test('stops after five pages, and tells where to go on', async () => {
    const pages = Array.from({ length: 7 }, (_, index) => page(`rice-${index}`));
    const first = await findExports(serve(pages), { text: 'rice-6' });
    expect(first).toMatchObject({ exports: [], searched: 5, nextPageToken: '5' });
    const second = await findExports(serve(pages), { text: 'rice-6', page: '5' });
    expect(second.exports.map(({ id }) => id)).toEqual(['rice-6']);
  });
});
