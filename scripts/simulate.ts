/**
 * `npm run simulate -- --worlds N --from SEED`: runs worlds in which everything fails, small ones once for everything
 * that can go wrong in them, and then, to show that it would be noticed, worlds of a service without one of its guards.
 *
 * `npm run simulate -- --seed N [--mutant NAME]`: runs one world and tells its history.
 */
import { parseArgs } from 'node:util';
import type { Job, JobResult } from '../test/simulation/jobs.ts';
import { MUTANTS } from '../test/simulation/mutants.ts';
import { createPlan } from '../test/simulation/plan.ts';
import { SMALL_PLANS } from '../test/simulation/points.ts';
import { runWorld } from '../test/simulation/run-world.ts';
import { doJobs } from '../test/simulation/workers.ts';

const SEEDS_A_JOB = 100;
const SEEDS_A_MUTANT = 2_000;

const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    mutant: { type: 'string' },
  },
});

async function replay(seed: number, name: string | undefined): Promise<boolean> {
  const mutant = name === undefined ? undefined : MUTANTS[name];
  if (name !== undefined && !mutant)
    throw new Error(`Cannot run mutant "${name}": it is none of ${Object.keys(MUTANTS)}`);
  const plan = { ...createPlan(seed), keepLog: true };
  const { violations, world } = await runWorld(plan, { keepHistory: true, ...(mutant ? { mutant } : {}) });
  console.log(JSON.stringify(plan, null, 2));
  for (const line of world.history.lines()) console.log(line);
  for (const violation of violations) console.log(`VIOLATION ${violation}`);
  console.log(`${violations.length} violations`);
  return violations.length === 0;
}

async function runWorlds(from: number, count: number): Promise<boolean> {
  const jobs: Job[] = [];
  for (let first = from; first < from + count; first += SEEDS_A_JOB) {
    jobs.push({ kind: 'worlds', from: first, count: Math.min(SEEDS_A_JOB, from + count - first) });
  }
  const start = Date.now();
  const results = await doJobs(jobs);
  const seconds = (Date.now() - start) / 1000;
  const sum = (field: 'worlds' | 'effects' | 'exports') => results.reduce((total, result) => total + result[field], 0);
  const failed = results.flatMap((result) => result.failed ?? []);
  console.log(
    `${sum('worlds')} worlds, ${sum('exports')} exports, ${sum('effects')} effects in ${seconds.toFixed(0)} s ` +
      `(${(sum('worlds') / seconds).toFixed(0)} worlds a second): ${failed.length} with violations`,
  );
  printMix(results);
  for (const { seed, violations } of failed.slice(0, 3)) {
    for (const violation of violations) console.log(`  VIOLATION ${violation}`);
    console.log(`  replay: npm run simulate -- --seed ${seed}`);
  }
  return failed.length === 0;
}

/** How often each fault struck, and each state was reached, in all worlds. */
function printMix(results: readonly JobResult[]): void {
  const names = [...new Set(results.flatMap(({ mix }) => Object.keys(mix)))].sort();
  const counts = names.map((name) => `${name} ${results.reduce((sum, { mix }) => sum + (mix[name] ?? 0), 0)}`);
  console.log(`  ${counts.join(', ')}`);
}

async function runPoints(): Promise<boolean> {
  const names = Object.keys(SMALL_PLANS);
  const results = await doJobs(names.map((name) => ({ kind: 'points', name })));
  let failures = 0;
  for (const [index, { worlds, effects, failed }] of results.entries()) {
    failures += failed ? 1 : 0;
    console.log(
      `  ${names[index]}: ${effects} effects, ${worlds} worlds, ${failed?.violations.length ?? 0} violations`,
    );
    for (const violation of failed?.violations.slice(0, 5) ?? []) console.log(`    VIOLATION ${violation}`);
  }
  return failures === 0;
}

async function runMutants(): Promise<boolean> {
  const start = Date.now();
  const jobs = Object.keys(MUTANTS).map((name): Job => ({ kind: 'mutant', name, most: SEEDS_A_MUTANT }));
  let survivors = 0;
  await doJobs(jobs, (job, { failed }) => {
    if (job.kind !== 'mutant') return;
    if (!failed) survivors += 1;
    const found = failed
      ? `seed ${failed.seed}: ${failed.violations[0]}`
      : `NOT NOTICED within ${SEEDS_A_MUTANT} seeds`;
    console.log(`  a service that ${job.name} - ${found}`);
  });
  console.log(
    `${jobs.length} guards removed, ${survivors} not missed, in ${Math.round((Date.now() - start) / 1000)} s`,
  );
  return survivors === 0;
}

const isSound =
  values.seed === undefined
    ? (await runWorlds(Number(values.from), Number(values.worlds))) && (await runPoints()) && (await runMutants())
    : await replay(Number(values.seed), values.mutant);
process.exit(isSound ? 0 : 1);
