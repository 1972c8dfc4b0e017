import { expect, test } from '@jest/globals';
import { readTraceparent } from '../src/traceparent.ts';

const GOOD = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('readTraceparent() keeps what W3C Trace Context allows', () => {
  expect(readTraceparent(GOOD)).toBe(GOOD);
});

test.each([
  undefined,
  5,
  [GOOD],
  '',
  GOOD.toUpperCase(),
  `${GOOD}\r\nx: y`,
  GOOD.replace('00-', 'ff-'),
  GOOD.replace(/-[0-9a-f]{32}-/, `-${'0'.repeat(32)}-`),
  GOOD.replace(/-[0-9a-f]{16}-/, `-${'0'.repeat(16)}-`),
  `${GOOD}-more`,
])('readTraceparent() drops %j', (value) => {
  expect(readTraceparent(value)).toBeUndefined();
});
