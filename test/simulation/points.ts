import { type Course, createScriptedEffects } from './effects.ts';
import type { Plan, PlannedExport } from './plan.ts';
import { runWorld } from './run-world.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

const COURSES: readonly Course[] = ['fail-before', 'fail-after', 'crash-before', 'crash-after'];

/** Small worlds in which nothing goes wrong but the one effect that is chosen. */
export const SMALL_PLANS: Readonly<Record<string, Plan>> = {
  'a call': toPlan({}),
  'a message that comes twice': toPlan({ exports: [toExport({ via: 'message', times: [0, 0] })] }),
  'a queue that is full': toPlan({
    exports: [toExport({}), toExport({ id: 'job-2', times: [SECOND_MS] })],
    settings: { maxPending: 1, slots: 1, startDelayMs: 0, durationMs: 40 * SECOND_MS },
  }),
  'a cancel': toPlan({ exports: [toExport({ cancelAt: 20 * SECOND_MS })], settings: { durationMs: 10 * MINUTE_MS } }),
  'a cancel of what waits': toPlan({
    exports: [toExport({ cancelAt: 20 * SECOND_MS })],
    incidents: [{ at: 0, kind: 'refuse', project: 'my-project', refusal: 'apiDisabled', forMs: MINUTE_MS }],
  }),
  'a retry': toPlan({
    exports: [toExport({ retryAt: [70 * SECOND_MS] })],
    settings: { outcome: () => ({ failed: { code: 3, message: 'User memory limit exceeded.' } }) },
  }),
  'a message that is no request': toPlan({ exports: [toExport({ via: 'message', invalid: true })] }),
};

/** What came of a small world, in which every effect failed and every instance died once, at every effect. */
export interface PointsResult {
  /** Effects there are when all goes well. */
  effects: number;
  runs: number;
  /** What happened that must not, the effect and its course first. */
  violations: string[];
}

/** Runs a small world once for every effect in it and every course that may take. */
export async function runEveryPoint(plan: Plan): Promise<PointsResult> {
  const { world } = await runWorld(plan, { effects: createScriptedEffects(0, 'well') });
  const result: PointsResult = { effects: world.effects.count(), runs: 0, violations: [] };
  for (let nth = 1; nth <= result.effects; nth += 1) {
    for (const course of COURSES) {
      const { violations } = await runWorld(plan, { effects: createScriptedEffects(nth, course) });
      result.runs += 1;
      result.violations.push(...violations.map((violation) => `effect ${nth} ${course}: ${violation}`));
    }
  }
  return result;
}

function toExport(fields: Partial<PlannedExport>): PlannedExport {
  return {
    id: 'job-1',
    project: 'my-project',
    times: [0],
    via: 'call',
    stubborn: true,
    overwrite: false,
    taken: false,
    invalid: false,
    retryAt: [],
    ...fields,
  };
}

function toPlan(fields: Partial<Plan>): Plan {
  return {
    seed: 1,
    instances: 1,
    skewMs: 0,
    clocksJump: false,
    ledgerMs: 0,
    networkMs: 0,
    failures: 0,
    wireFaults: 0,
    crashes: 0,
    outages: [],
    faultsEnd: 1.5 * MINUTE_MS,
    quietFrom: 1.5 * MINUTE_MS,
    tickEveryMs: 30 * SECOND_MS,
    doubleTicks: 0,
    maxPending: 3000,
    stops: [],
    exports: [toExport({})],
    incidents: [],
    lateMs: 0,
    isUnruly: false,
    ...fields,
    settings: { startDelayMs: 0, durationMs: 20 * SECOND_MS, ...fields.settings },
  };
}
