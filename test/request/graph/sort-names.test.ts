import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sortNames } from '../../../src/request/graph/sort-names.ts';
import { byCodeUnits } from '../../../src/request/json/json-object.ts';

describe('sortNames()', () => {
  test('sorts few names and many alike', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 40 }), (names) => {
        expect(sortNames([...names])).toEqual(names.toSorted(byCodeUnits));
      }),
    );
  });
});
