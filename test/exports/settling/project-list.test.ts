import { describe, expect, test } from '@jest/globals';
import type { EarthEngineClient } from '../../../src/earth-engine/client.ts';
import { toEarlierTokens, toSend } from '../../../src/exports/record/sent-id.ts';
import {
  findSuperseded,
  type ProjectList,
  readProjectList,
  toSighting,
} from '../../../src/exports/settling/project-list.ts';
import { HOUR_MS, MINUTE_MS, NOW, toClaimed } from '../sample-record.ts';

const record = toClaimed({ submission: 3 });
const OURS = toSend(record).description;
const EARLIER = `maize;${toEarlierTokens(record)[0]}`;

interface Listed {
  name: string;
  description?: string;
  type?: string | undefined;
  state?: string;
  /** Milliseconds after `NOW`. */
  at?: number;
}

function toJson({ name, description, type = 'EXPORT_CLASSIFIER', state = 'PENDING', at = 0 }: Listed): object {
  const createTime = new Date(NOW + at).toISOString();
  const metadata = { state, type, createTime, ...(description === undefined ? {} : { description }) };
  return { name: `projects/my-project/operations/${name}`, metadata };
}

/** Reads a list of these pages; `undefined` stands for one that cannot be read. */
function readPages(pages: readonly (readonly Listed[] | undefined)[], names: string[] = []): Promise<ProjectList> {
  const client = {
    async listOperations(_project: string, pageToken = '0') {
      const index = Number(pageToken);
      const page = pages[index];
      if (!page) return { kind: 'answered', status: 503, body: undefined };
      const next = index + 1 < pages.length ? { nextPageToken: String(index + 1) } : {};
      return { kind: 'answered', status: 200, body: { operations: page.map(toJson), ...next } };
    },
  } as unknown as EarthEngineClient;
  return readProjectList(client, 'my-project', {
    startedAt: NOW,
    call: () => ({ timeoutMs: 1000 }),
    names: new Set(names.map((name) => `projects/my-project/operations/${name}`)),
    isEnough: () => false,
  });
}

const shortName = (operation: { name: string } | undefined) => operation?.name.split('/').at(-1);

describe('readProjectList()', () => {
  test('counts what waits, whoever started it, each once though the list moves under the walk', async () => {
    const list = await readPages([
      [{ name: 'A' }, { name: 'B', state: 'RUNNING', type: 'EXPORT_IMAGE' }],
      [{ name: 'B', state: 'RUNNING', type: 'EXPORT_IMAGE' }, { name: 'C', state: 'SUCCEEDED' }, { name: 'D' }],
    ]);
    expect(list).toMatchObject({ pending: 2, pages: 2, complete: true });
  });

  test('is not complete when a page cannot be read', async () => {
    expect(await readPages([[{ name: 'A', description: OURS }], undefined])).toMatchObject({
      complete: false,
      pages: 1,
    });
  });
});

describe('toSighting()', () => {
  test('finds the operation by the exact end of its description', async () => {
    const token = OURS.slice(-10);
    const list = await readPages([
      [
        { name: 'A', description: `other;${token.replace(/.$/, 'x')}` },
        { name: 'B', description: `other${token}` },
        { name: 'C', description: `;${token};` },
        { name: 'D', description: OURS },
      ],
    ]);
    const sighting = toSighting(list, record);
    expect(shortName(sighting.found)).toBe('D');
    expect(sighting).toMatchObject({ complete: true, startedAt: NOW, undescribed: false });
  });

  test('takes the first of several: somebody has run a copy of our task', async () => {
    for (const order of [
      [1, 2],
      [2, 1],
    ]) {
      const list = await readPages([order.map((at) => ({ name: `at${at}`, description: OURS, at }))]);
      expect(shortName(toSighting(list, record).found)).toBe('at1');
    }
  });

  test('does not take the operation of an export of the same id whose record has expired', async () => {
    const old = { name: 'OLD', description: OURS, at: -90 * 24 * HOUR_MS };
    expect(toSighting(await readPages([[old]]), record).found).toBeUndefined();
    const list = await readPages([[{ name: 'NEW', description: OURS, at: -5 * MINUTE_MS }, old]]);
    expect(shortName(toSighting(list, record).found)).toBe('NEW');
  });

  test('does not take what is no export of a classifier', async () => {
    const list = await readPages([[{ name: 'A', description: OURS, type: 'EXPORT_IMAGE' }]]);
    expect(toSighting(list, record).found).toBeUndefined();
  });

  test('shows an operation of an earlier submission, in whatever state', async () => {
    const list = await readPages([[{ name: 'E', description: EARLIER, state: 'SUCCEEDED' }]]);
    expect(shortName(toSighting(list, record).earlier)).toBe('E');
    expect(toSighting(list, { ...record, attempt: 2 }).earlier).toBeUndefined();
  });

  test.each<[why: string, listed: Listed, known: string[], undescribed: boolean]>([
    ['an export without description', { name: 'U' }, [], true],
    ['one with an empty description', { name: 'U', description: '' }, [], true],
    ['one that is known to be another', { name: 'U' }, ['U'], false],
    ['one from long before the first send', { name: 'U', at: -HOUR_MS }, [], false],
    ['one from just before it, by another clock', { name: 'U', at: -9 * MINUTE_MS }, [], true],
    ['an image', { name: 'U', type: 'EXPORT_IMAGE' }, [], false],
    ['an export with a description of its own', { name: 'U', description: 'maize' }, [], false],
  ])('cannot tell whether it is %s', async (_why, listed, known, undescribed) => {
    expect(toSighting(await readPages([[listed]], known), record).undescribed).toBe(undescribed);
  });
});

describe('findSuperseded()', () => {
  test.each([
    ['PENDING', ['E']],
    ['RUNNING', ['E']],
    ['CANCELLING', []],
    ['CANCELLED', []],
    ['SUCCEEDED', []],
  ])('of an operation that is %s', async (state, found) => {
    const list = await readPages([
      [
        { name: 'E', description: EARLIER, state },
        { name: 'D', description: OURS },
      ],
    ]);
    expect(findSuperseded(list, toEarlierTokens(record)).map(shortName)).toEqual(found);
  });
});
