import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EarthEngineModel } from '../../../src/local/earth-engine-simulator/model.ts';
import { listPage } from '../../../src/local/earth-engine-simulator/operation-list.ts';
import type { SettingsPatch } from '../../../src/local/earth-engine-simulator/settings.ts';
import { createBody, createTestModel, readRefusal, START } from './export-requests.ts';

const PROJECT = 'my-project';

function submit(model: EarthEngineModel, count: number): string[] {
  return Array.from({ length: count }, () => model.exportClassifier(PROJECT, 'alice', createBody()).name);
}

/** Every page of a walk, as names; `between` runs after each page. */
function walk(model: EarthEngineModel, pageSize: number, between: () => void = () => {}): string[][] {
  const pages: string[][] = [];
  let pageToken: string | undefined = '';
  while (pageToken !== undefined && pages.length < 1000) {
    const page = model.listOperations(PROJECT, pageSize, pageToken);
    pages.push((page.operations ?? []).map(({ name }) => name));
    pageToken = page.nextPageToken;
    between();
  }
  return pages;
}

describe('operations.list', () => {
  test('a walk shows each operation exactly once while nothing changes, in the order that was set', () => {
    const patch = fc.record({
      listOrder: fc.constantFrom('newestFirst' as const, 'oldestFirst' as const, 'byName' as const),
      paging: fc.constantFrom('cursor' as const, 'offset' as const),
      oddities: fc.record({ emptyPage: fc.constantFrom(0, 0.5, 1), missingOperations: fc.constantFrom(0, 1) }),
    });
    fc.assert(
      fc.property(patch, fc.nat({ max: 25 }), fc.integer({ min: 1, max: 12 }), (settings, count, pageSize) => {
        const { model } = createTestModel(settings);
        const names = submit(model, count);
        const byName = names.toSorted((a, b) => (a < b ? -1 : 1));
        const orders = { newestFirst: names.toReversed(), oldestFirst: names, byName };
        const pages = walk(model, pageSize);
        expect(pages.flat()).toEqual(orders[settings.listOrder]);
        expect(pages.every((page) => page.length <= pageSize)).toBe(true);
        const full = pages.filter((page) => page.length > 0).slice(0, -1);
        expect(full.every((page) => page.length === pageSize)).toBe(true);
      }),
    );
  });

  test('a page holds 500, however many are asked for', () => {
    const { model } = createTestModel();
    submit(model, 1001);
    expect([walk(model, 0), walk(model, 5000)].map((pages) => pages.map((page) => page.length))).toEqual([
      [500, 500, 1],
      [500, 500, 1],
    ]);
  });

  test.each<[SettingsPatch, string]>([
    [{ paging: 'cursor' }, 'each that was there once, and none that came'],
    [{ paging: 'offset' }, 'some twice'],
  ])('while exports come in, %j shows %s', (settings) => {
    const { model } = createTestModel(settings);
    const names = submit(model, 10);
    const seen = walk(model, 4, () => {
      if (model.operations(PROJECT).length < 14) submit(model, 2);
    }).flat();
    if (settings.paging === 'cursor') expect(seen).toEqual(names.toReversed());
    else expect(seen.length).toBeGreaterThan(new Set(seen).size);
  });

  test('while operations are forgotten, a cursor misses none that remain', () => {
    const { model } = createTestModel();
    const names = submit(model, 12);
    const seen = walk(model, 4, () => model.forgetOperation(model.operations(PROJECT).at(-1)?.name ?? '')).flat();
    expect(seen).toEqual(names.toReversed());
  });

  test('an accepted operation shows only after listLagMs, but can be got at once', () => {
    const { model, pass } = createTestModel({ listLagMs: 30_000 });
    const [name = ''] = submit(model, 1);
    pass(29);
    expect(model.getOperation(name).name).toBe(name);
    expect(model.listOperations(PROJECT)).toEqual({});
    pass(1);
    expect(model.listOperations(PROJECT).operations).toHaveLength(1);
  });

  test('a project without operations has an empty page, with or without the key', () => {
    const { model } = createTestModel();
    expect(model.listOperations(PROJECT)).toEqual({});
    model.configure({ oddities: { missingOperations: 0 } });
    expect(model.listOperations(PROJECT)).toEqual({ operations: [] });
  });

  test('a project shows its own operations only, of all users', () => {
    const { model } = createTestModel();
    submit(model, 1);
    model.exportClassifier(PROJECT, 'bob', createBody());
    model.exportClassifier('other-project', 'alice', createBody());
    expect(walk(model, 10).flat()).toHaveLength(2);
  });

  test('a token that this list has not given is refused', () => {
    const { model } = createTestModel();
    submit(model, 3);
    const { nextPageToken = '' } = model.listOperations(PROJECT, 1);
    for (const token of ['x', Buffer.from('null').toString('base64url')]) {
      expect(readRefusal(() => model.listOperations(PROJECT, 1, token))).toMatchObject({ code: 400 });
    }
    expect(readRefusal(() => model.listOperations('other-project', 1, nextPageToken))).toMatchObject({ code: 400 });
    expect(readRefusal(() => model.listOperations(PROJECT, -1))).toMatchObject({ code: 400 });
    expect(readRefusal(() => model.listOperations(PROJECT, Number.NaN))).toMatchObject({ code: 400 });
  });

  test.each(['newestFirst', 'oldestFirst'] as const)(
    'a page deep in a long list costs no more than the first: %s',
    (listOrder) => {
      const { model } = createTestModel({ listOrder });
      for (let i = 0; i < 5000; i += 1) model.startTask({ project: PROJECT, user: 'bob', type: 'EXPORT_IMAGE' });
      let pageToken: string | undefined = '';
      let lookedAt = 0;
      let shown = 0;
      while (pageToken !== undefined) {
        const before = lookedAt;
        const page = listPage({
          ...{ project: PROJECT, tasks: model.operations(PROJECT), pageSize: 500, pageToken },
          view: { now: START, settings: model.settings, random: () => 0.5 },
          isVisible: () => {
            lookedAt += 1;
            return true;
          },
        });
        expect(lookedAt - before).toBeLessThanOrEqual(501);
        shown += page.operations?.length ?? 0;
        pageToken = page.nextPageToken;
      }
      expect(shown).toBe(5000);
    },
  );
});
