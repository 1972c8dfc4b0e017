import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from '../../src/clock.ts';
import { type Answer, createEarthEngineClient } from '../../src/earth-engine/client.ts';
import { walkOperations } from '../../src/earth-engine/walk-operations.ts';
import { sendJson, startWire } from './wire.ts';

const FIRST = Date.parse('2026-11-02T08:00:00Z');

/** The operation `id`, created so many seconds after the first. */
function operation(id: string, seconds?: number) {
  const createTime = seconds === undefined ? undefined : new Date(FIRST + seconds * 1000).toISOString();
  return { name: `projects/p/operations/${id}`, metadata: { state: 'RUNNING', createTime } };
}

function answered(body: unknown, status = 200): Answer {
  return { kind: 'answered', status, body };
}

interface WalkSetup {
  /** Answers one after the other; the last one again and again. */
  answers: Answer[];
  /** How many calls there is time for. */
  calls?: number;
  stopAt?: string;
}

async function walk({ answers, calls = Number.POSITIVE_INFINITY, stopAt }: WalkSetup) {
  const tokens: (string | undefined)[] = [];
  const pages: string[][] = [];
  const client = {
    async listOperations(_project: string, token: string | undefined) {
      tokens.push(token);
      return answers[Math.min(tokens.length, answers.length) - 1] ?? answered({});
    },
  };
  const result = await walkOperations(client, 'p', {
    call: () => (tokens.length < calls ? { timeoutMs: 1_000 } : undefined),
    onPage(operations) {
      const ids = operations.map(({ name }) => name.replace('projects/p/operations/', ''));
      pages.push(ids);
      return stopAt !== undefined && ids.includes(stopAt) ? 'stop' : undefined;
    },
  });
  return { ...result, shown: pages, tokens };
}

describe('walkOperations() is complete', () => {
  test.each<[string, unknown[], string[][]]>([
    ['with a list of nothing', [{}], [[]]],
    ['with an empty page', [{ operations: [], nextPageToken: '' }], [[]]],
    ['with keys that are null', [{ operations: null, nextPageToken: null, unreachable: null }], [[]]],
    ['with one page', [{ operations: [operation('a'), operation('b')] }], [['a', 'b']]],
    [
      'after the last of several',
      [
        { operations: [operation('a')], nextPageToken: 't1' },
        { operations: [operation('b')], nextPageToken: 't2' },
        { operations: [operation('c')] },
      ],
      [['a'], ['b'], ['c']],
    ],
    [
      'past an empty page that has a next one',
      [{ nextPageToken: 't1' }, { operations: [], nextPageToken: 't2' }, { operations: [operation('a')] }],
      [[], [], ['a']],
    ],
    [
      'with an operation that moved to the next page meanwhile',
      [{ operations: [operation('a'), operation('b')], nextPageToken: 't1' }, { operations: [operation('b')] }],
      [['a', 'b'], ['b']],
    ],
    ['with fields nobody knows', [{ operations: [operation('a')], unreachable: [], more: 1 }], [['a']]],
  ])('%s', async (_, bodies, shown) => {
    const result = await walk({ answers: bodies.map((body) => answered(body)) });
    expect(result).toMatchObject({ complete: true, pages: shown.length, shown });
  });

  test('asks for each next page by its token', async () => {
    const bodies = [{ nextPageToken: 'a&b' }, { nextPageToken: 'c' }, {}];
    const { tokens } = await walk({ answers: bodies.map((body) => answered(body)) });
    expect(tokens).toEqual([undefined, 'a&b', 'c']);
  });
});

describe('walkOperations() is not complete', () => {
  const first = { operations: [operation('a')], nextPageToken: 't1' };

  test.each<[string, Answer]>([
    ['a time-out', { kind: 'unanswered', cause: 'no answer in time', sent: true }],
    ['a token that is refused', answered({ error: { code: 400, message: 'Invalid page token' } }, 400)],
    ['an error', answered({ error: { code: 503, message: 'x' } }, 503)],
    ['an error under 200', answered({ error: { code: 503, message: 'x' } })],
    ['HTML', answered(undefined)],
    ['a page that is cut short', answered(undefined)],
    ['a list', answered([operation('b')])],
    ['null', answered(null)],
    ['operations that are no list', answered({ operations: { b: operation('b') } })],
    ['operations that are text', answered({ operations: 'b' })],
    ['a next token that is no text', answered({ operations: [operation('b')], nextPageToken: 7 })],
    ['202', answered({ operations: [operation('b')] }, 202)],
  ])('after %s, and shows no more', async (_, answer) => {
    const result = await walk({ answers: [answered(first), answer] });
    expect(result).toMatchObject({ complete: false, pages: 1, shown: [['a']], tokens: [undefined, 't1'] });
  });

  test.each<[string, unknown]>([
    ['an entry that cannot be read', { operations: [{ name: 'x' }, null, operation('b')] }],
    ['operations that could not be reached', { operations: [operation('b')], unreachable: ['projects/p/locations/x'] }],
  ])('with %s, but shows the others', async (_, body) => {
    const last = { operations: [operation('c')] };
    const result = await walk({ answers: [answered({ ...(body as object), nextPageToken: 't1' }), answered(last)] });
    expect(result).toMatchObject({ complete: false, pages: 2, shown: [['b'], ['c']] });
  });

  test('when a token comes again, whether at once or later', async () => {
    expect(await walk({ answers: [answered(first)] })).toMatchObject({ complete: false, pages: 2 });
    const circle = [first, { nextPageToken: 't2' }, { nextPageToken: 't1' }].map((body) => answered(body));
    expect(await walk({ answers: circle })).toMatchObject({ complete: false, pages: 3 });
  });

  test('when time runs out', async () => {
    const result = await walk({ answers: [answered(first), answered({})], calls: 1 });
    expect(result).toMatchObject({ complete: false, pages: 1, tokens: [undefined] });
    expect(await walk({ answers: [answered({})], calls: 0 })).toMatchObject({ complete: false, pages: 0, tokens: [] });
  });

  test('when it is told to stop before the end', async () => {
    const result = await walk({ answers: [answered(first), answered({})], stopAt: 'a' });
    expect(result).toMatchObject({ complete: false, tokens: [undefined] });
  });

  test('after a thousand pages', async () => {
    let page = 0;
    const client = { listOperations: async () => answered({ nextPageToken: `t${++page}` }) };
    const result = await walkOperations(client, 'p', { call: () => ({ timeoutMs: 1 }), onPage: () => undefined });
    expect([result.complete, result.pages, page]).toEqual([false, 1_000, 1_000]);
  });
});

test('walkOperations() that stops on the last page has read them all', async () => {
  const result = await walk({ answers: [answered({ operations: [operation('a')] })], stopAt: 'a' });
  expect(result).toMatchObject({ complete: true, pages: 1 });
});

describe('walkOperations() sees whether the list is newest first', () => {
  test.each<[string, (number | undefined)[][], boolean]>([
    ['falling', [[3, 2], [1]], true],
    ['all at once', [[1, 1], [1]], true],
    [
      'with times left out',
      [
        [3, undefined],
        [undefined, 2],
      ],
      true,
    ],
    ['rising', [[1, 2]], false],
    ['rising from page to page', [[3, 2], [5]], false],
    ['rising past a time left out', [[1], [undefined, 2]], false],
  ])('%s', async (_, pages, newestFirst) => {
    const answers = pages.map((times, index) =>
      answered({
        operations: times.map((seconds, at) => operation(`${index}-${at}`, seconds)),
        ...(index + 1 < pages.length && { nextPageToken: `t${index}` }),
      }),
    );
    expect(await walk({ answers })).toMatchObject({ complete: true, newestFirst });
  });

  test('and tells it to who decides whether to stop', async () => {
    const seen: boolean[] = [];
    const bodies = [{ operations: [operation('a', 1)], nextPageToken: 't' }, { operations: [operation('b', 2)] }];
    const client = { listOperations: async () => answered(bodies[seen.length]) };
    const onPage = (_: unknown, { newestFirst }: { newestFirst: boolean }) => void seen.push(newestFirst);
    await walkOperations(client, 'p', { call: () => ({ timeoutMs: 1 }), onPage });
    expect(seen).toEqual([true, false]);
  });
});

test('walkOperations() shows what was there all the while, however the list changes under it', async () => {
  const ids = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 40 });
  const changes = fc.array(fc.record({ come: fc.nat(100), go: fc.nat(100) }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(ids, changes, fc.integer({ min: 1, max: 7 }), async (first, history, size) => {
      const stay = new Set(first.filter((id) => id % 2 === 0));
      const live = new Set(first);
      let step = 0;
      const client = {
        // Pages by what was shown last, as a server does that promises nothing but that.
        async listOperations(_project: string, token: string | undefined) {
          const { come, go } = history[step] ?? {};
          step += 1;
          if (come !== undefined) live.add(come * 2 + 101);
          if (go !== undefined && !stay.has(go)) live.delete(go);
          const rest = [...live].filter((id) => id > Number(token ?? -1)).sort((a, b) => a - b);
          const page = rest.slice(0, size);
          const more = rest.length > size ? { nextPageToken: String(page.at(-1)) } : {};
          return answered({ operations: page.map((id) => operation(String(id))), ...more });
        },
      };
      const shown = new Set<string>();
      const result = await walkOperations(client, 'p', {
        call: () => ({ timeoutMs: 1 }),
        onPage: (operations) => void operations.forEach(({ name }) => void shown.add(name)),
      });
      expect(result.complete).toBe(true);
      for (const id of stay) expect(shown).toContain(`projects/p/operations/${id}`);
    }),
  );
});

test('walkOperations() never throws and never takes what it could not read for a whole list', async () => {
  const entry = fc.oneof(fc.constant(operation('a')), fc.jsonValue());
  const page = fc.oneof(
    fc.record(
      {
        operations: fc.oneof(fc.array(entry), fc.jsonValue()),
        nextPageToken: fc.jsonValue(),
        unreachable: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(page, { minLength: 1, maxLength: 5 }), async (bodies) => {
      const { complete, shown, pages } = await walk({ answers: bodies.map((body) => answered(body)) });
      if (!complete) return;
      const read = bodies.slice(0, pages).map((body) => (body as { operations?: unknown[] | null }).operations ?? []);
      expect(shown.map((names) => names.length)).toEqual(read.map((entries) => entries.length));
    }),
    { numRuns: 500 },
  );
});

test('walkOperations() walks a list of 1,203 over real sockets, 500 a page', async () => {
  const all = Array.from({ length: 1_203 }, (_, index) => operation(`op-${index}`, -index));
  const wire = await startWire(({ path }, response) => {
    const query = new URL(path, 'http://x').searchParams;
    const from = Number(query.get('pageToken') ?? 0);
    const to = from + Number(query.get('pageSize'));
    sendJson(response, 200, { operations: all.slice(from, to), ...(to < all.length && { nextPageToken: String(to) }) });
  });
  const client = createEarthEngineClient({ baseUrl: wire.url, fetch, getToken: async () => '', clock: systemClock });
  const names: string[] = [];
  const result = await walkOperations(client, 'p', {
    call: () => ({ timeoutMs: 10_000 }),
    onPage: (operations) => void names.push(...operations.map(({ name }) => name)),
  });
  await wire.close();
  expect(result).toEqual({ complete: true, pages: 3, newestFirst: true });
  expect(names).toEqual(all.map(({ name }) => name));
});
