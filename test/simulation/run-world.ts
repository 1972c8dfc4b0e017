import { startActors } from './actors.ts';
import { findViolations, isSettled } from './check-world.ts';
import type { Plan } from './plan.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How often ticks come, so long after the last fault. */
const PACES: readonly { untilMs: number; tickEveryMs: number }[] = [
  { untilMs: HOUR_MS, tickEveryMs: MINUTE_MS },
  { untilMs: 6 * HOUR_MS, tickEveryMs: 10 * MINUTE_MS },
  { untilMs: 30 * HOUR_MS, tickEveryMs: HOUR_MS },
  { untilMs: 12.5 * 24 * HOUR_MS, tickEveryMs: 12 * HOUR_MS },
];

/** What a world came to. */
export interface WorldResult {
  violations: string[];
  world: World;
}

/** Lets a world run until its faults have stopped and everything has come to an end, and judges it. */
export async function runWorld(plan: Plan, options: WorldOptions = {}): Promise<WorldResult> {
  const world = createWorld(plan, options);
  const { clock, effects, history, ledger } = world;
  const actors = startActors(world);
  await clock.advance(plan.faultsEnd);
  effects.heal();
  history.note('faults have stopped');
  const healedAt = clock.now();
  for (const { untilMs, tickEveryMs } of PACES) {
    actors.setPace(tickEveryMs);
    while (clock.now() - healedAt < untilMs && !(await isSettled(world))) await clock.advance(2 * tickEveryMs);
  }
  actors.stop();
  await clock.advance(2 * MINUTE_MS);
  const violations = await findViolations(world);
  await ledger.close();
  return { violations, world };
}
