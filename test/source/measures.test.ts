import { describe, expect, test } from '@jest/globals';
import { largerThan, measure, quantileOf } from './measures.ts';
import { readSourceFiles } from './source-files.ts';

const sources = readSourceFiles('src');
const measures = measure(sources);

describe('the source', () => {
  test('has files of 80 lines in the middle and 250 at most', () => {
    expect(quantileOf(measures.files, 0.5)).toBeLessThanOrEqual(80);
    expect(largerThan(250, measures.files)).toEqual([]);
  });

  test('has nine functions in ten within 40 lines, and all within 80', () => {
    expect(quantileOf(measures.functions, 0.9)).toBeLessThanOrEqual(40);
    expect(largerThan(80, measures.functions)).toEqual([]);
  });

  test('puts no more than three conditions or loops inside each other', () => {
    expect(largerThan(3, measures.nesting)).toEqual([]);
  });

  test('has neither any nor the assertion !', () => {
    expect(measures.unchecked).toEqual([]);
  });

  test('documents every exported name', () => {
    expect(measures.undocumented).toEqual([]);
  });

  test('has at least one and a half times its lines in tests', () => {
    expect(measure(readSourceFiles('test')).codeLines / measures.codeLines).toBeGreaterThanOrEqual(1.5);
  });
});

describe('measure()', () => {
  const text = `
    /** Documented. */
    export const documented = 1;
    // Not so.
    export function bare(value: any) {
      if (value) {
        for (const item of value!) {
          while (item) { [].map(() => { if (item) return; }); }
        }
      } else if (value === 2) {
        if (value) return;
      }
    }
  `;

  test('counts lines, depth, escapes from the types and exports without a comment', () => {
    const of = measure([{ path: 'a.ts', text, imports: [] }]);
    expect(of.files).toEqual([{ at: 'a.ts', size: 13 }]);
    expect(of.codeLines).toBe(10);
    expect(of.functions.map(({ size }) => size)).toEqual([1, 9]);
    expect(of.nesting.map(({ size }) => size)).toEqual([1, 3]);
    expect(of.unchecked).toEqual(['a.ts:5', 'a.ts:7']);
    expect([of.exported, of.undocumented]).toEqual([2, ['a.ts:5']]);
  });
});
