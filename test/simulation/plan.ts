import type { SettingsPatch } from '../../src/local/earth-engine-simulator/settings.ts';
import { type Chance, createChance } from './chance.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Before the faults stop. */
const MOST_TICKS = 60;

/** Which part of the world a fault or an outage hits. */
export type Part = 'ledger' | 'earth engine' | 'bus';

/** An export that somebody will ask for. Times are milliseconds after the world's beginning. */
export interface PlannedExport {
  id: string;
  project: string;
  /** When it is asked for: more than once where a message comes twice or a caller repeats itself. */
  times: number[];
  /** `message` is delivered until it is acknowledged; `call` is sent again only by a `stubborn` caller. */
  via: 'call' | 'message';
  stubborn: boolean;
  priority?: number;
  overwrite: boolean;
  /** An asset of that name is there already. */
  taken: boolean;
  /** What was sent is no request at all. */
  invalid: boolean;
  /** Asks once more for the same id with other content. */
  conflict?: number;
  cancelAt?: number;
  /** When somebody tries to have it retried, if it has ended badly by then. */
  retryAt: number[];
}

/** Something that befalls Earth Engine from outside. */
export type Incident =
  | { at: number; kind: 'foreign'; project: string; described: boolean }
  /** Somebody runs a copy of one of our tasks, with its description; ends one of them; Earth Engine loses one. */
  | { at: number; kind: 'copy' | 'cancel' | 'forget'; pick: number }
  /** For so long every call of the project is refused. */
  | {
      at: number;
      kind: 'refuse';
      project: string;
      refusal: 'apiDisabled' | 'dailyEecuQuota' | 'concurrency';
      forMs: number;
    };

/** Everything that is decided about a world before it begins. */
export interface Plan {
  seed: number;
  settings: SettingsPatch;
  instances: number;
  /** How far an instance's clock may be off, and whether it is set while the world runs. */
  skewMs: number;
  clocksJump: boolean;
  /** Longest wait for the ledger, and for the network in each direction. */
  ledgerMs: number;
  networkMs: number;
  /** Shares of the effects that fail, and at which an instance dies. */
  failures: number;
  /** Share of the calls to Earth Engine with which something more than that goes wrong on the wire, if it is larger. */
  wireFaults: number;
  crashes: number;
  outages: { part: Part; from: number; to: number }[];
  /** When every fault has stopped. */
  faultsEnd: number;
  tickEveryMs: number;
  doubleTicks: number;
  pollEveryMs?: number;
  maxPending: number;
  /** Whether what the instances log goes into the history. */
  keepLog?: boolean;
  /** When an instance is told to stop, is killed, or gets no processor for a while. */
  stops: { at: number; kind: 'drain' | 'kill' | 'freeze'; forMs: number }[];
  exports: PlannedExport[];
  incidents: Incident[];
  /** How late a POST may be carried out that nobody waits for any more. */
  lateMs: number;
  /** Whether that is later than the service reckons with, so that an id may be taken for burnt that is not. */
  isUnruly: boolean;
  /** When nothing more is asked for and nothing more befalls the world. */
  quietFrom: number;
}

/** Decides everything about the world of a seed. */
export function createPlan(seed: number): Plan {
  const chance = createChance(seed);
  const kind = chance.random();
  // A few worlds are about time: Earth Engine is away for longer than it is trusted to remember a requestId.
  const isLong = kind < 0.01;
  const isCalm = kind > 0.85;
  const activeMs = chance.between(2, 15) * MINUTE_MS;
  const outages = isCalm ? [] : createOutages(chance, activeMs, isLong);
  const isForgetful = outages.some(isHours) && chance.happens(0.5);
  const faultsEnd = Math.max(activeMs, ...outages.map(({ to }) => to)) + (isCalm ? 0 : 2 * MINUTE_MS);
  const exports = createExports(chance, activeMs);
  const projects = [...new Set(exports.map(({ project }) => project))];
  const pollEveryMs = chance.happens(0.2) ? 10 * SECOND_MS : undefined;
  const plan: Plan = {
    seed,
    settings: createSettings(chance, { isLong, isForgetful }),
    instances: chance.between(1, 3),
    skewMs: chance.oneOf([0, 5 * SECOND_MS, 10 * MINUTE_MS]),
    clocksJump: chance.happens(0.2),
    ledgerMs: chance.oneOf([0, 0, 20, 200, 3000]),
    networkMs: chance.oneOf([0, 50, 500, 5000, 15_000]),
    failures: isCalm ? 0 : chance.oneOf([0, 0.02, 0.1, 0.3]),
    wireFaults: isCalm ? 0 : createChance(seed * 41).oneOf([0, 0.05, 0.2, 0.5]),
    crashes: isCalm ? 0 : chance.oneOf([0, 0.002, 0.01, 0.03]),
    outages,
    faultsEnd,
    // Few ticks suffice for a long outage.
    tickEveryMs: Math.max(chance.oneOf([20, 60, 60, 120]) * SECOND_MS, faultsEnd / MOST_TICKS),
    doubleTicks: chance.oneOf([0, 0.2, 0.5]),
    ...(pollEveryMs === undefined ? {} : { pollEveryMs }),
    maxPending: 3000,
    stops: createStops(chance, faultsEnd),
    exports,
    incidents: createIncidents(chance, activeMs, projects),
    lateMs: 5 * MINUTE_MS,
    isUnruly: false,
    quietFrom: Math.max(faultsEnd, ...exports.flatMap(toTimes)),
  };
  return !isLong && !isCalm && chance.happens(0.03) ? toUnruly(plan, chance) : plan;
}

/**
 * A world in which a POST may be carried out after the service has proven, as far as it can, that it never was: there may
 * be two operations then, and one of them must be stopped. Nothing else is asked of such a world.
 */
function toUnruly(plan: Plan, chance: Chance): Plan {
  return {
    ...plan,
    failures: 0.05,
    wireFaults: 0.3,
    outages: [],
    faultsEnd: 60 * MINUTE_MS,
    quietFrom: 60 * MINUTE_MS,
    incidents: [],
    lateMs: 40 * MINUTE_MS,
    isUnruly: true,
    settings: {
      ...plan.settings,
      durationMs: () => chance.between(200, 300) * MINUTE_MS,
      outcome: () => 'SUCCEEDED',
      slots: 100,
      maxPending: 3000,
      duplicateReply: 'error',
      maxPageSize: 500,
      listLagMs: chance.oneOf([0, 40 * MINUTE_MS]),
      oddities: { missingDescription: 0 },
    },
    exports: plan.exports.map(({ cancelAt: _, conflict: __, ...rest }) => {
      return { ...rest, times: [0], taken: false, invalid: false, retryAt: [] };
    }),
  };
}

function toTimes({ times, retryAt, conflict = 0, cancelAt = 0 }: PlannedExport): number[] {
  return [...times, ...retryAt, conflict, cancelAt];
}

function createSettings(chance: Chance, earthEngine: { isLong: boolean; isForgetful: boolean }): SettingsPatch {
  const shortest = chance.oneOf([5, 30, 120]) * SECOND_MS;
  const longest = chance.oneOf([1, 5, 20]) * shortest;
  const trouble = chance.oneOf([0, 0, 0.2, 0.5]);
  const odd = () => (chance.happens(0.3) ? chance.oneOf([0.1, 0.5, 1]) : 0);
  return {
    slots: chance.between(1, 3),
    maxPending: chance.oneOf([1, 2, 5, 3000, 3000]),
    startDelayMs: chance.oneOf([0, 5000]),
    durationMs: () => chance.between(shortest, longest),
    outcome: () => {
      if (!chance.happens(trouble)) return 'SUCCEEDED';
      return { failed: { code: 3, message: 'User memory limit exceeded.' }, transient: chance.happens(0.3) };
    },
    cancelMs: chance.oneOf([0, 5000, 90_000]),
    cancelOutcome: () => chance.oneOf(['CANCELLED', 'CANCELLED', 'SUCCEEDED'] as const),
    duplicateReply: chance.oneOf(['error', 'same']),
    requestIdLifetimeMs: toMemory(chance, earthEngine),
    retentionMs: earthEngine.isLong ? 25 * HOUR_MS : Number.POSITIVE_INFINITY,
    queueFullBurnsId: chance.happens(0.5),
    overwriteRefusedAt: chance.oneOf(['submit', 'task']),
    duplicateStatus: chance.oneOf(['ALREADY_EXISTS', 'INVALID_ARGUMENT']),
    queueFullStatus: chance.oneOf(['FAILED_PRECONDITION', 'RESOURCE_EXHAUSTED', 'INVALID_ARGUMENT']),
    dailyEecuStatus: chance.oneOf(['RESOURCE_EXHAUSTED', 'PERMISSION_DENIED']),
    listOrder: chance.oneOf(['newestFirst', 'newestFirst', 'oldestFirst', 'byName']),
    paging: chance.oneOf(['cursor', 'offset']),
    maxPageSize: chance.oneOf([1, 2, 500]),
    listLagMs: chance.oneOf([0, 0, 5 * SECOND_MS, 4 * MINUTE_MS]),
    oddities: {
      missingState: odd(),
      missingDescription: chance.happens(0.1) ? chance.oneOf([0.1, 0.5]) : 0,
      epochStartTime: chance.oneOf([0, 1]),
      stagesWithoutUnits: odd(),
      textualUnits: odd(),
      missingOperations: chance.oneOf([0, 1]),
      emptyPage: odd() / 2,
      doneFalseOnSuccess: odd(),
    },
  };
}

/** Nobody knows for how long Earth Engine remembers a requestId: what it forgets within an outage is in its list. */
function toMemory(chance: Chance, { isLong, isForgetful }: { isLong: boolean; isForgetful: boolean }): number {
  if (isLong) return 24.5 * HOUR_MS;
  return isForgetful ? HOUR_MS : chance.oneOf([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 25 * HOUR_MS]);
}

function isHours({ part, from, to }: Plan['outages'][number]): boolean {
  return part === 'earth engine' && to - from >= HOUR_MS;
}

function createOutages(chance: Chance, activeMs: number, isLong: boolean): Plan['outages'] {
  const outages: Plan['outages'] = [];
  if (isLong) outages.push({ part: 'earth engine', from: chance.between(0, 60) * SECOND_MS, to: 27 * HOUR_MS });
  for (const part of ['ledger', 'earth engine', 'bus'] as const) {
    if (!chance.happens(0.15)) continue;
    const from = chance.between(0, activeMs);
    const forMs = chance.oneOf([20 * SECOND_MS, 3 * MINUTE_MS, 3 * MINUTE_MS, 3 * HOUR_MS]);
    outages.push({ part, from, to: from + forMs });
  }
  return outages;
}

function createStops(chance: Chance, faultsEnd: number): Plan['stops'] {
  const stops: Plan['stops'] = [];
  while (chance.happens(0.4)) {
    stops.push({
      at: chance.between(0, Math.min(faultsEnd, 20 * MINUTE_MS)),
      kind: chance.oneOf(['drain', 'kill', 'freeze', 'freeze']),
      forMs: chance.oneOf([30 * SECOND_MS, 2 * MINUTE_MS, 15 * MINUTE_MS]),
    });
  }
  return stops;
}

function createExports(chance: Chance, activeMs: number): PlannedExport[] {
  const count = chance.oneOf([1, 1, 2, 3, 6]);
  const projects = chance.happens(0.2) ? ['my-project', 'other-project'] : ['my-project'];
  const atOnce = chance.happens(0.3);
  return Array.from({ length: count }, (_, index) => {
    const first = atOnce ? 0 : chance.between(0, activeMs / 2);
    const times = [first];
    while (chance.happens(0.3)) times.push(first + chance.oneOf([0, 100, 5000, 61_000, activeMs / 2]));
    const retryAt: number[] = [];
    while (chance.happens(0.3)) retryAt.push(first + chance.between(0, activeMs + 5 * MINUTE_MS));
    const via = chance.oneOf(['call', 'message'] as const);
    return {
      id: chance.oneOf([`job-${index}`, `job-${index}`, `job-${index}-a1-s2`]),
      project: chance.oneOf(projects),
      times,
      via,
      stubborn: chance.happens(0.4),
      ...(chance.happens(0.3) ? { priority: chance.between(0, 9999) } : {}),
      overwrite: chance.happens(0.5),
      taken: chance.happens(0.15),
      invalid: via === 'message' && chance.happens(0.05),
      ...(chance.happens(0.1) ? { conflict: first + chance.between(0, activeMs) } : {}),
      ...(chance.happens(0.25) ? { cancelAt: first + chance.between(0, chance.oneOf([1000, 60_000, activeMs])) } : {}),
      retryAt,
    };
  });
}

function createIncidents(chance: Chance, activeMs: number, projects: readonly string[]): Incident[] {
  const incidents: Incident[] = [];
  const anyTime = () => chance.between(0, activeMs);
  while (chance.happens(0.4)) {
    incidents.push({ at: anyTime(), kind: 'foreign', project: chance.oneOf(projects), described: chance.happens(0.7) });
  }
  for (const kind of ['copy', 'cancel', 'forget'] as const) {
    if (chance.happens(0.06)) incidents.push({ at: anyTime(), kind, pick: chance.random() });
  }
  for (const refusal of ['apiDisabled', 'dailyEecuQuota', 'concurrency'] as const) {
    if (!chance.happens(0.04)) continue;
    const forMs = chance.oneOf([1, 10, 45]) * MINUTE_MS;
    incidents.push({ at: anyTime(), kind: 'refuse', project: chance.oneOf(projects), refusal, forMs });
  }
  return incidents;
}
