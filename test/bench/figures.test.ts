import { describe, expect, test } from '@jest/globals';
import { quantile, toRow, toSingleRow, toTable } from './figures.ts';

const PAIR = { what: 'start', unit: 'ms', ours: [20, 30, 400], theirs: [10, 20, 100], theirName: 'bare' };

describe('toRow()', () => {
  test('takes the ratio of each pair, then the median: one slow minute of both counts for nothing', () => {
    expect(toRow(PAIR)).toMatchObject({ ours: '30.0 ms (20.0 to 400)', ratio: '2.00 (1.50 to 4.00)', missed: false });
  });

  test.each([
    [{ most: 2, alarm: 3 }, false, false],
    [{ most: 1.9, alarm: 3 }, true, false],
    [{ most: 1, alarm: 1.9 }, true, true],
    [{ least: 2, alarm: 1 }, false, false],
    [{ least: 2.1, alarm: 1 }, true, false],
    [{ least: 4, alarm: 2.1 }, true, true],
  ])('judges by %j', (bound, missed, alarming) => {
    expect(toRow({ ...PAIR, bound })).toMatchObject({ missed, alarming });
  });

  test('is alarmed where nothing was measured', () => {
    expect(toRow({ ...PAIR, ours: [], bound: { least: 1, alarm: 1 } }).alarming).toBe(true);
    expect(toRow({ ...PAIR, ours: [], bound: { most: 1, alarm: 1 } }).alarming).toBe(true);
  });
});

test('toSingleRow() judges the median in its own unit', () => {
  const row = toSingleRow('added', 'ms', [1, 4, 9], { most: 3, alarm: 20 });
  expect(row).toMatchObject({ ours: '4.00 ms (1.00 to 9.00)', wanted: 'at most 3 ms', missed: true, alarming: false });
});

test('toTable() says which bounds were missed', () => {
  const table = toTable([toRow({ ...PAIR, bound: { most: 1, alarm: 9 } }), toRow(PAIR)]);
  expect(table.split('\n').slice(2)).toEqual([
    '| start | 30.0 ms (20.0 to 400) | bare: 20.0 ms (10.0 to 100) | 2.00 (1.50 to 4.00) | **missed:** at most 1 |',
    '| start | 30.0 ms (20.0 to 400) | bare: 20.0 ms (10.0 to 100) | 2.00 (1.50 to 4.00) |  |',
  ]);
});

test('quantile() of nothing is no number', () => {
  expect([quantile([3, 1, 2], 0.5), quantile([], 0.5)]).toEqual([2, Number.NaN]);
});
