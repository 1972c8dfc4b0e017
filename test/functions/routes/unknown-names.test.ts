import { expect, test } from '@jest/globals';
import { unknownNames } from '../../../src/functions/routes/unknown-names.ts';

test('unknownNames() names each name once, and keeps to what can be read', () => {
  const given = ['known', 'odd', 'odd', 'x'.repeat(61), ...Array.from({ length: 30 }, (_, index) => `more-${index}`)];
  const violations = unknownNames(given, ['known'], (name) => `no ${name}`);
  expect(violations).toHaveLength(20);
  expect(violations.slice(0, 3)).toEqual([
    { field: 'odd', description: 'no odd' },
    { field: `${'x'.repeat(60)}…`, description: `no ${'x'.repeat(60)}…` },
    { field: 'more-0', description: 'no more-0' },
  ]);
});
