import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fuzz } from '../../scripts/fuzz-run.ts';
import { type FuzzTarget, startFuzzTarget } from '../../scripts/fuzz-target.ts';

// A thousand of the inputs of `npm run fuzz`, always the same ones; a run by hand takes others.

const MIB = 1024 * 1024;

let target: FuzzTarget;
beforeAll(async () => {
  target = await startFuzzTarget();
}, 30_000);
afterAll(() => target.close());

describe('a thousand made-up and damaged requests', () => {
  test('→ every one is answered in time and in form, and nothing is left behind', async () => {
    await fuzz(target, { seed: 20_261, inputs: 300 });
    const before = await target.readHealth();
    const { statuses, failures } = await fuzz(target, { seed: 20_260, inputs: 1_000 });
    expect(failures).toEqual([]);
    expect([target.ended(), target.output()]).toEqual([undefined, '']);
    const after = await target.readHealth();
    expect([...before.badLines, ...after.badLines]).toEqual([]);
    expect((after.heapUsedBytes - before.heapUsedBytes) / MIB).toBeLessThan(16);
    expect(Object.values(statuses).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(1_000);
    for (const seen of [
      'exportsHttp 200',
      'exportsHttp 400',
      'signedHttp 401',
      'exportsPubsub 204',
      'pollOperations 200',
    ]) {
      expect([seen, statuses[seen]]).toEqual([seen, expect.any(Number)]);
    }
  }, 60_000);
});
