import type { Ledger } from '../../src/exports/ledger.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { createEarthEngineModel, type EarthEngineModel } from '../../src/local/earth-engine-simulator/model.ts';
import { type Chance, createChance } from './chance.ts';
import { createRandomEffects, type Effects } from './effects.ts';
import { createHistory, type History } from './history.ts';
import type { Mutant } from './mutants.ts';
import type { Plan } from './plan.ts';
import { createTruth, type Truth, toAsset } from './truth.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** How a world differs from what its plan says. */
export interface WorldOptions {
  mutant?: Mutant;
  /** Instead of faults by chance. */
  effects?: Effects;
  /** Whether the history's lines are kept. */
  keepHistory?: boolean;
}

/** Everything there is in a world, but for the instances of the service and those who use it. */
export interface World {
  plan: Plan;
  clock: VirtualClock;
  /** Since the world's beginning. */
  elapsedMs: () => number;
  wait: (ms: number) => Promise<void>;
  chance: Chance;
  effects: Effects;
  /** The share of the calls to Earth Engine with which something goes wrong on the wire, and how late they may be. */
  wireFaults: () => { share: number; lateMs: number };
  /** As it is, without faults. */
  ledger: Ledger;
  model: EarthEngineModel;
  truth: Truth;
  history: History;
  mutant: Mutant;
  /** Whether all faults have stopped. */
  isHealed: () => boolean;
}

const START = Date.parse('2026-11-02T08:00:00Z');

/** A world at its beginning. */
export function createWorld(plan: Plan, options: WorldOptions = {}): World {
  const clock = createVirtualClock(START);
  const elapsedMs = () => clock.now() - START;
  const chance = createChance(plan.seed ^ 0x5bd1e995);
  const isHealed = () => elapsedMs() >= plan.faultsEnd;
  // What stands at a destination from before stands there for some hours.
  let modelNow = () => START - 5 * 3_600_000;
  const assets = plan.exports.filter(({ taken }) => taken).map((one) => ({ name: toAsset(one), type: 'CLASSIFIER' }));
  const wireShare = Math.max(plan.failures, plan.wireFaults);
  const random = createChance(plan.seed + 1).random;
  const model = createEarthEngineModel({ now: () => modelNow(), random, assets, ...plan.settings });
  modelNow = clock.now;
  return {
    plan,
    clock,
    elapsedMs,
    wait: (ms) => new Promise((resolve) => (ms > 0 ? clock.after(ms, resolve) : resolve())),
    chance,
    effects: options.effects ?? createRandomEffects(plan, { chance, elapsedMs }),
    wireFaults: () => ({ share: isHealed() || options.effects ? 0 : wireShare, lateMs: plan.lateMs }),
    ledger: createSqliteLedger({ path: ':memory:', clock }),
    model,
    truth: createTruth(),
    history: createHistory(clock.now, options.keepHistory ?? false),
    mutant: options.mutant ?? {},
    isHealed,
  };
}
