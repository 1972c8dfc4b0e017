import { expect, test } from '@jest/globals';
import { runPoller } from './poller-run.ts';

test('runPoller() measures a small world to its end', async () => {
  const figures = await runPoller({ exports: 10, projects: 2, slots: 2 });
  expect(figures.lives).toHaveLength(10);
  expect(figures.lives.every(({ createTime, endTime }) => endTime > createTime)).toBe(true);
  expect(figures.callsPerExport).toBeGreaterThan(1);
  expect(figures.p50Delay).toBeGreaterThanOrEqual(0);
  expect(figures.p50Delay).toBeLessThanOrEqual(60);
  expect(figures.writesPerExport).toBeGreaterThan(4);
});
