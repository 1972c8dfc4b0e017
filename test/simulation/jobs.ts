import { MUTANTS } from './mutants.ts';
import { createPlan } from './plan.ts';
import { runEveryPoint, SMALL_PLANS } from './points.ts';
import { runWorld } from './run-world.ts';

/** What a worker is asked to do. */
export type Job =
  /** Run the worlds of so many seeds. */
  | { kind: 'worlds'; from: number; count: number }
  /** Run a small world, by its name, once for everything that can happen at any effect in it. */
  | { kind: 'points'; name: string }
  /** Look for the first seed, of so many, whose world shows that a guard is missing. */
  | { kind: 'mutant'; name: string; most: number };

/** What came of it. */
export interface JobResult {
  worlds: number;
  effects: number;
  exports: number;
  /** Of all histories. */
  digest: number;
  /** How often each fault struck and each state was written. */
  mix: Record<string, number>;
  /** The first world in which something happened that must not. */
  failed?: { seed: number; violations: string[] };
}

/** Does a job, up to the first world that fails. */
export function doJob(job: Job): Promise<JobResult> {
  if (job.kind === 'points') return runPoints(job.name);
  return job.kind === 'worlds' ? runSeeds(job.from, job.count) : runSeeds(1, job.most, job.name);
}

async function runSeeds(from: number, count: number, mutantName?: string): Promise<JobResult> {
  const result: JobResult = { worlds: 0, effects: 0, exports: 0, digest: 0, mix: {} };
  const mutant = mutantName === undefined ? undefined : MUTANTS[mutantName];
  for (let seed = from; seed < from + count; seed += 1) {
    const plan = createPlan(seed);
    const { violations, world } = await runWorld(plan, mutant ? { mutant } : {});
    result.worlds += 1;
    result.effects += world.effects.count();
    result.exports += plan.exports.length;
    result.digest = (Math.imul(result.digest, 31) + world.history.digest()) >>> 0;
    for (const [what, count] of world.history.counts()) result.mix[what] = (result.mix[what] ?? 0) + count;
    if (violations.length > 0) return { ...result, failed: { seed, violations } };
  }
  return result;
}

async function runPoints(name: string): Promise<JobResult> {
  const plan = SMALL_PLANS[name];
  if (!plan) throw new Error(`Cannot run "${name}": it is none of ${Object.keys(SMALL_PLANS)}`);
  const { effects, runs, violations } = await runEveryPoint(plan);
  const failed = violations.length > 0 ? { failed: { seed: plan.seed, violations } } : {};
  return { worlds: runs, effects, exports: plan.exports.length, digest: 0, mix: {}, ...failed };
}
