import { expect, test } from '@jest/globals';
import { checkCrashes } from './check-crashes.ts';

test('kill -9 of any function at any step leaves one operation and one event id for every export', async () => {
  const { runs, died, points, violations } = await checkCrashes(10);
  expect(violations).toEqual([]);
  expect({ runs, died, points }).toEqual({ runs: 10, died: 10, points: 10 });
}, 120_000);
