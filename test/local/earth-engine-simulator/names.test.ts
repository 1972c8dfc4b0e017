import { expect, test } from '@jest/globals';
import { createOperationId, isProject } from '../../../src/local/earth-engine-simulator/names.ts';

test('createOperationId() gives 24 characters of base32, never the same twice, whatever chance says', () => {
  const ids = Array.from({ length: 2000 }, (_, sequence) => createOperationId(() => 0.999999, sequence));
  expect(new Set(ids).size).toBe(2000);
  for (const id of ids) expect(id).toMatch(/^[A-Z2-7]{24}$/);
});

test.each([
  ['my-project', true],
  ['123456789', true],
  ['example.com:my-project', true],
  ['short', false],
  ['My-Project', false],
  ['my_project', false],
  ['ends-with-', false],
  ['12345', false],
])('isProject(%j) is %s', (id, expected) => {
  expect(isProject(id)).toBe(expected);
});
