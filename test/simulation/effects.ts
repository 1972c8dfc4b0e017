import type { Chance } from './chance.ts';
import type { History } from './history.ts';
import type { Part, Plan } from './plan.ts';

/** How an effect on the world outside an instance goes. `fail-after`: it takes effect, and the instance is told it failed. */
export type Course = 'well' | 'fail-before' | 'fail-after' | 'crash-before' | 'crash-after';

/**
 * An instance, as far as it can die or stand still. A dead one never hears of anything again: its promises do not settle.
 * A frozen one hears of everything when it thaws.
 */
export interface Life {
  name: string;
  alive: boolean;
  crash(): void;
  freeze(forMs: number): void;
  /** How much longer it stands still. */
  frozenMs(): number;
  thawed(): Promise<void>;
}

/** Decides how each effect goes, in a seeded way or by a script. */
export interface Effects {
  /** How the next effect goes; it is counted. */
  decide(part: Part, label: string): Course;
  /** How many were decided. */
  count(): number;
  /** From now on everything goes well. */
  heal(): void;
}

/** Effects that fail by chance and throughout outages. */
export function createRandomEffects(plan: Plan, options: { chance: Chance; elapsedMs: () => number }): Effects {
  const { chance, elapsedMs } = options;
  let count = 0;
  let isHealed = false;
  return {
    decide(part) {
      count += 1;
      if (isHealed) return 'well';
      const now = elapsedMs();
      const isOut = plan.outages.some((outage) => outage.part === part && outage.from <= now && now < outage.to);
      if (isOut) return chance.happens(0.9) ? 'fail-before' : 'fail-after';
      if (chance.happens(plan.crashes)) return chance.oneOf(['crash-before', 'crash-after']);
      if (chance.happens(plan.failures)) return chance.oneOf(['fail-before', 'fail-after']);
      return 'well';
    },
    count: () => count,
    heal() {
      isHealed = true;
    },
  };
}

/** Effects that all go well but the `nth`, counted from 1. */
export function createScriptedEffects(nth: number, course: Course): Effects {
  let count = 0;
  return {
    decide() {
      count += 1;
      return count === nth ? course : 'well';
    },
    count: () => count,
    heal() {},
  };
}

/** What an instance that has died waits for. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}

/** What carries out effects for one instance. */
export interface Carrier {
  life: Life;
  effects: Effects;
  history: History;
  /** Lets some of the world's time pass; it passes for the dead too. */
  pause: () => Promise<void>;
}

/**
 * Carries out one effect of an instance on a part of the world: it takes time on its way there and back, and may fail,
 * or kill the instance, before or after it has been done.
 */
export async function carryOut<T>(
  { life, effects, history, pause }: Carrier,
  [part, label]: readonly [Part, string],
  work: { run: () => Promise<T>; fail: () => Error },
): Promise<T> {
  if (!life.alive) return never();
  const course = effects.decide(part, label);
  history.note(`${life.name} ${label} ${course}`);
  if (course !== 'well') history.count(`${part} ${course}`);
  if (course === 'crash-before') {
    life.crash();
    return never();
  }
  await pause();
  const result = course === 'fail-before' ? undefined : await work.run();
  if (course === 'crash-after') life.crash();
  await pause();
  await life.thawed();
  if (!life.alive) return never();
  if (course === 'well') return result as T;
  throw work.fail();
}
