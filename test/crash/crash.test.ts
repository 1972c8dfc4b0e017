import { expect, test } from '@jest/globals';
import { checkCrashes } from './check-crashes.ts';

test('kill -9 of any function at any step leaves one operation and one event id for every export', async () => {
  const { runs, died, violations } = await checkCrashes(10);
  expect(violations).toEqual([]);
  expect(runs).toBe(10);
  // A step that came in a run without a crash need not come in every other.
  expect(died).toBeGreaterThanOrEqual(5);
}, 120_000);
