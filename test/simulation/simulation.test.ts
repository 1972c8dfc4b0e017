import { describe, expect, test } from '@jest/globals';
import { readSourceFiles } from '../source/source-files.ts';
import type { Job } from './jobs.ts';
import { MUTANTS } from './mutants.ts';
import { createPlan } from './plan.ts';
import { SMALL_PLANS } from './points.ts';
import { runWorld } from './run-world.ts';
import { doJobs } from './workers.ts';

const WORLDS = 1_000;
const SEEDS_A_JOB = 50;
const LONG_MS = 180_000;

describe('the service', () => {
  test(
    'keeps its promises in a thousand worlds in which everything fails',
    async () => {
      const jobs = Array.from({ length: WORLDS / SEEDS_A_JOB }, (_, index): Job => {
        return { kind: 'worlds', from: 1 + index * SEEDS_A_JOB, count: SEEDS_A_JOB };
      });
      const results = await doJobs(jobs);
      expect(results.flatMap(({ failed }) => failed ?? [])).toEqual([]);
      expect(results.reduce((total, { worlds }) => total + worlds, 0)).toBe(WORLDS);
    },
    LONG_MS,
  );

  test(
    'keeps them when it dies, or is let down, at any one effect',
    async () => {
      const results = await doJobs(Object.keys(SMALL_PLANS).map((name) => ({ kind: 'points', name })));
      expect(results.flatMap(({ failed }) => failed?.violations ?? [])).toEqual([]);
      for (const { effects, worlds } of results) expect(worlds).toBe(4 * effects);
    },
    LONG_MS,
  );
});

describe('the simulation', () => {
  /** Some guards, each found missing within a few worlds; `npm run simulate` removes every one. */
  test.each([
    'sends a new requestId with every POST',
    'does not look for operations in the list',
    'writes the event after the state',
    'drops the event before it is published',
    'leaves what is QUEUED to others',
  ])(
    'notices a service that %s, and again when the world is played again',
    async (name) => {
      const [result] = await doJobs([{ kind: 'mutant', name, most: 100 }]);
      const { seed = 0, violations = [] } = result?.failed ?? {};
      expect(violations.length).toBeGreaterThan(0);
      const mutant = MUTANTS[name] ?? {};
      expect((await runWorld(createPlan(seed), { mutant })).violations).toEqual(violations);
    },
    LONG_MS,
  );

  test.each([3, 35, 131, 307])(
    'plays the world of seed %i the same way twice',
    async (seed) => {
      const [first, second] = [await play(seed), await play(seed)];
      expect(first.lines.length).toBeGreaterThan(50);
      expect(second).toEqual(first);
      const [elsewhere] = await doJobs([{ kind: 'worlds', from: seed, count: 1 }]);
      expect(elsewhere?.digest).toBe(first.digest);
    },
    LONG_MS,
  );

  test('leaves nothing to real time, to chance or to other threads', () => {
    const own =
      /\b(Date\.now\(|Math\.random\(|setTimeout\(|setInterval\(|AbortSignal\.timeout\(|performance\.now\(|randomUUID\(|(gzip|gunzip)\()/;
    const strays = readSourceFiles('test/simulation').filter(
      ({ path, text }) => !path.endsWith('.test.ts') && own.test(text),
    );
    expect(strays.map(({ path }) => path)).toEqual([]);
  });
});

async function play(seed: number) {
  const { world } = await runWorld(createPlan(seed), { keepHistory: true });
  return { lines: world.history.lines(), digest: world.history.digest() };
}
