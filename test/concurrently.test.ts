import { describe, expect, test } from '@jest/globals';
import { concurrently } from '../src/concurrently.ts';

/** Work that ends only when it is told to. */
function createSteps() {
  const running: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  return {
    running,
    work: (item: string) =>
      new Promise<void>((resolve, reject) => {
        running.push(item);
        ends.set(item, (error) => (error ? reject(error) : resolve()));
      }),
    async end(item: string, error?: Error) {
      ends.get(item)?.(error);
      await new Promise((go) => setImmediate(go));
    },
  };
}

describe('concurrently()', () => {
  test('works on every item once, in order, with its place', async () => {
    const seen: [string, number][] = [];
    await concurrently(['a', 'b', 'c'], 2, async (item, index) => void seen.push([item, index]));
    expect(seen).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
  });

  test('works on so many at a time, and begins the next when one has ended', async () => {
    const { running, work, end } = createSteps();
    const working = concurrently(['a', 'b', 'c', 'd'], 2, work);
    expect(running).toEqual(['a', 'b']);
    await end('b');
    expect(running).toEqual(['a', 'b', 'c']);
    await end('c');
    await end('a');
    await end('d');
    await working;
    expect(running).toEqual(['a', 'b', 'c', 'd']);
  });

  test('throws the first failure, once all the others have had their turn', async () => {
    const { running, work, end } = createSteps();
    const settled: string[] = [];
    const working = concurrently(['a', 'b', 'c', 'd'], 2, work).catch((error: Error) => settled.push(error.message));
    await end('b', new Error('b failed'));
    await end('a', new Error('a failed'));
    await end('c');
    expect([running, settled]).toEqual([['a', 'b', 'c', 'd'], []]);
    await end('d');
    await working;
    expect(settled).toEqual(['b failed']);
  });

  test('throws what was thrown, whatever it was', async () => {
    await expect(concurrently([1], 1, () => Promise.reject(undefined))).rejects.toBeUndefined();
    const throwing = () => {
      throw new RangeError('at once');
    };
    await expect(concurrently([1, 2], 5, throwing)).rejects.toThrow(RangeError);
  });

  test.each([0, -1, 0.5])('works on one at a time when told %d', async (limit) => {
    const seen: number[] = [];
    await concurrently([1, 2, 3], limit, async (item) => void seen.push(item));
    expect(seen).toEqual([1, 2, 3]);
  });

  test('has nothing to do without items', async () => {
    await concurrently([], 5, async () => {
      throw new Error('There is nothing to work on');
    });
  });
});
