import { describe, expect, test } from '@jest/globals';
import failures from '../../src/earth-engine/failures.json' with { type: 'json' };
import { eventAttributesSchema } from '../../src/events/completion-event-schema.ts';
import { EXPORT_STATES, mayFollow } from '../../src/exports/record/states.ts';
import { ROUTES } from '../../src/functions/routes/routes.ts';
import { toEarthEngineBody } from '../../src/request/export-request.ts';
import { requestSchema } from '../../src/request/request-schema.ts';
import { codeIn, readDocument, sectionOf, tableOf } from './markdown.ts';
import { readSourceFiles } from './source-files.ts';

const readme = readDocument('README.md');

describe('the table of request fields', () => {
  // Rows about a part of the graph say nothing of whose field it is; the second row of a field begins with "…".
  const rows = tableOf(sectionOf(readme, '### HTTP'), 'field')
    .map(([field, whose = '']) => ({ field: codeIn(field)[0]?.split('.')[0] ?? '', whose }))
    .filter(({ field, whose }) => whose !== '' && !field.startsWith('…'));

  test('lists every field of a request, and no other', () => {
    expect(new Set(rows.map(({ field }) => field))).toEqual(new Set(Object.keys(requestSchema.shape)));
  });

  test('says of each whether Earth Engine is sent it, in the body or in the address', () => {
    const request = {
      ...{ project: 'my-project', asset: 'projects/my-project/assets/a', overwrite: false, description: '' },
      ...{ workloadTag: 'tag', priority: 1, labels: {}, createParents: false },
      graph: '{}',
    };
    const sent = Object.keys(JSON.parse(toEarthEngineBody(request, { description: '', requestId: '1' })));
    const whose = Object.keys(requestSchema.shape).map((field) => [
      field,
      sent.includes(field) ? 'EE' : field === 'project' ? 'address' : 'own',
    ]);
    expect(Object.fromEntries(rows.map((row) => [row.field, row.whose]))).toEqual(Object.fromEntries(whose));
  });
});

describe('the table of routes', () => {
  const section = sectionOf(readme, '### HTTP');

  test('names the query parameters of each', () => {
    const rows = tableOf(section, 'route').flatMap(([paths, query = '']) =>
      codeIn(paths).map((path) => [path, query === 'any' ? 'google' : codeIn(query)]),
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(ROUTES.map(({ method, path, query }) => [`${method} ${path}`, query])),
    );
  });

  test('is followed by those that there are for signed calls', () => {
    const line = section.split('\n').find((text) => text.includes('`HTTP_AUTH=signature`'));
    const signed = ROUTES.filter(({ auth }) => auth.includes('signature'));
    expect(codeIn(line).filter((code) => /^[A-Z]+ \//.test(code))).toEqual(
      signed.map(({ method, path }) => `${method} ${path}`),
    );
  });
});

describe('the table of event attributes', () => {
  const rows = tableOf(sectionOf(readme, '## Completion events'), 'attribute');

  test('lists every attribute, and no other', () => {
    expect(new Set(rows.flatMap(([names]) => codeIn(names)))).toEqual(
      new Set(Object.keys(eventAttributesSchema.shape)),
    );
  });

  test('says which may be absent', () => {
    const absent = rows.filter(([, value]) => value?.includes('absent')).flatMap(([names]) => codeIn(names));
    const missing = eventAttributesSchema.safeParse({}).error?.issues.map(({ path }) => path[0]) ?? [];
    expect(absent).toEqual(Object.keys(eventAttributesSchema.shape).filter((name) => !missing.includes(name)));
  });
});

describe('the table of states', () => {
  test('says which may follow which', () => {
    const rows = tableOf(sectionOf(readme, '## States'), 'state');
    expect(rows.map(([state, , followers]) => [codeIn(state)[0], codeIn(followers)])).toEqual(
      EXPORT_STATES.map((state) => [state, EXPORT_STATES.filter((next) => mayFollow(state, next))]),
    );
  });
});

describe('the table of failures', () => {
  test('says what the code says of each', () => {
    const rows = tableOf(sectionOf(readme, '## Failures'), 'reason').map(([reason, ...cells]) => [
      codeIn(reason)[0],
      cells.map((cell) => cell.replaceAll('`', '')),
    ]);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(
        failures.map(({ reason, meaning, remedy, retryable }) => [reason, [meaning, remedy, retryable ? 'yes' : 'no']]),
      ),
    );
  });
});

describe('the measured numbers', () => {
  test('are those of the poller’s table', () => {
    const rows = tableOf(readDocument('docs/measurements.md'), 'exports').filter(
      ([exports, slots]) => exports === '100,000' && slots === '3,000',
    );
    const strategy = (name: string) => rows.find(([, , cell]) => cell?.startsWith(name)) ?? [];
    const [ours, client] = [strategy('ours'), strategy('official Python client')];
    const [section = ''] = sectionOf(readme, '## Measured').split('\n|');
    expect(section.match(/\d+\.\d+\b(?! ms)/g)).toEqual([ours[3], client[3], ours[6]]);
  });
});

test('the tables of what was measured are rows of the whole ones', () => {
  const whole = new Set(readDocument('docs/measurements.md').split('\n'));
  const rows = sectionOf(readme, '## Measured').match(/^\|.*/gm) ?? [];
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => !whole.has(row))).toEqual([]);
});

describe('the measured milliseconds', () => {
  test('are those of the service’s table', () => {
    const rows = tableOf(readDocument('docs/measurements.md'), 'what');
    const find = (what: string, other: string) => {
      const row = rows.find(([name, , theirs = '']) => name?.startsWith(what) && theirs.includes(other)) ?? [];
      return [row[1], row[2]].map((cell) => cell?.match(/[\d.]+ ms/)?.[0]);
    };
    const [ours, bare] = find('cold start: exportsHttp, SQLite', 'bare framework');
    const [, client] = find('cold start: exportsHttp, SQLite', '@google/earthengine');
    const [added] = find('added to p50', '');
    const [section = ''] = sectionOf(readme, '## Measured').split('\n|');
    const told = section.match(/[\d.]+ ms/g);
    expect(told).toEqual([ours, bare, client, added]);
  });
});

describe('the glossary', () => {
  test('explains words that the code uses', () => {
    const rows = tableOf(sectionOf(readme, '## Glossary'), 'word');
    const words = rows.flatMap(([word = '', meaning = '']) => [
      word,
      ...[...meaning.matchAll(/\*(\w+)\*/g)].map(([, inner = '']) => inner),
    ]);
    const sources = readSourceFiles('src').map(({ text }) => text.toLowerCase());
    expect(words.length).toBeGreaterThan(20);
    expect(words.filter((word) => !sources.some((text) => text.includes(word)))).toEqual([]);
  });
});
