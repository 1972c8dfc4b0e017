import { createEarthEngineClient } from '../../src/earth-engine/client.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { createPoller } from '../../src/exports/poller.ts';
import { createSender } from '../../src/exports/sending/sender.ts';
import { createSubmitter } from '../../src/exports/submitter.ts';
import { createFaults } from '../../src/local/earth-engine-simulator/faults.ts';
import { createEarthEngineModel } from '../../src/local/earth-engine-simulator/model.ts';
import { createSeededRandom } from '../../src/local/earth-engine-simulator/seeded-random.ts';
import type { Task } from '../../src/local/earth-engine-simulator/task.ts';
import { createLog } from '../../src/log.ts';
import { parseExportRequest } from '../../src/request/export-request.ts';
import { toBody } from '../exports/stage.ts';
import { createInProcessFetch } from '../simulation/in-process-fetch.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';
import { countLedger } from './count-ledger.ts';
import { keepProjects } from './kept-projects.ts';
import { createQuickList } from './quick-list.ts';

/** One measured world. */
export interface PollerWorld {
  exports: number;
  projects: number;
  /** Tasks Earth Engine runs at once in one project. */
  slots: number;
  /** Looks within a tick; absent: one a tick. */
  pollEveryMs?: number;
}

/** What came of it. Times in seconds. */
export interface PollerFigures {
  callsPerExport: number;
  callsPerSecond: number;
  meanDelay: number;
  p50Delay: number;
  p95Delay: number;
  readsPerExport: number;
  writesPerExport: number;
  wallSeconds: number;
  rssMiB: number;
  /** 1 when everything in a project started in the order of priority and age; the mean of the projects. */
  rankCorrelation: number;
  /** For the strategies that are computed: when each task was accepted and ended, epoch milliseconds. */
  lives: { createTime: number; endTime: number }[];
}

const START = Date.parse('2026-11-02T00:00:00Z');
const TICK_MS = 60_000;
const DAY_MS = 86_400_000;
/** Two weeks without an event: the longest task takes ten days. */
const MOST_IDLE_TICKS = 20_000;
const MEDIAN_MS = 600_000;
const SIGMA = 1.8;
const LONGEST_MS = 10 * DAY_MS - 1;

/**
 * Sends so many exports at once, ticks every minute of virtual time until each was announced, and measures. Throws where
 * an export has not exactly one operation and one event.
 */
export async function runPoller(world: PollerWorld): Promise<PollerFigures> {
  const wallStart = performance.now();
  const stage = createBenchStage(world);
  const { clock, model, announced } = stage;
  await submitAll(stage, world);
  let idle = 0;
  while (announced.size < world.exports && idle < MOST_IDLE_TICKS) {
    const before = announced.size;
    const tickStart = clock.now();
    await clock.runUntil(stage.poller.tick());
    idle = announced.size === before ? idle + 1 : 0;
    await clock.advance(Math.max(0, tickStart + TICK_MS - clock.now()));
  }
  const tasks = model.projects().map((project) => [...model.operations(project)]);
  checkOnce(world, tasks.flat(), announced);
  const seconds = (clock.now() - START) / 1000;
  return {
    callsPerExport: stage.counts.calls / world.exports,
    callsPerSecond: stage.counts.calls / seconds / world.projects,
    ...summarise(
      tasks.flat().map(({ requestId, endTime = 0 }) => ((announced.get(String(requestId))?.at ?? 0) - endTime) / 1000),
    ),
    readsPerExport: stage.counts.reads / world.exports,
    writesPerExport: stage.counts.writes / world.exports,
    wallSeconds: (performance.now() - wallStart) / 1000,
    rssMiB: process.memoryUsage().rss / 2 ** 20,
    rankCorrelation: toMean(tasks.map(correlateStarts)),
    lives: tasks.flat().map(({ createTime, endTime = 0 }) => ({ createTime, endTime })),
  };
}

/** The service on a ledger in memory, against the simulator's model, in virtual time. */
function createBenchStage(world: PollerWorld) {
  const clock = createVirtualClock(START);
  const random = createSeededRandom(7);
  const model = createEarthEngineModel({
    ...{ now: clock.now, random, slots: world.slots },
    durationMs: () => toDuration(random),
  });
  const counts = { reads: 0, writes: 0, calls: 0 };
  const ledger = countLedger(keepProjects(createSqliteLedger({ path: ':memory:', clock })), counts);
  const wire = createInProcessFetch(model, { clock, faults: createFaults([], random) });
  const earthEngine = createEarthEngineClient({
    baseUrl: 'http://simulator',
    fetch: createQuickList(model, random, wire),
    getToken: async () => '',
    clock,
    onCall() {
      counts.calls += 1;
    },
  });
  const log = createLog({ level: 'error', write: (line) => process.stderr.write(line) });
  const sender = createSender({ ledger, earthEngine, clock, random, log });
  const draining = new AbortController().signal;
  const submitter = createSubmitter({ ledger, earthEngine, sender, clock, log, draining, submitBudgetMs: 20_000 });
  const announced = new Map<string, { at: number; events: number }>();
  const publisher = {
    async publish({ attributes }: { attributes: Record<string, string> }) {
      const id = String(attributes['exportId']);
      const known = announced.get(id) ?? { at: clock.now(), events: 0 };
      announced.set(id, { ...known, events: known.events + 1 });
    },
    async close() {},
  };
  const poller = createPoller({
    ...{ ledger, earthEngine, sender, clock, log, draining, publisher, submitBudgetMs: 20_000, pollBudgetMs: 50_000 },
    ...{ maxPending: 3000, retentionDays: 90, owner: 'poller-1' },
    ...(world.pollEveryMs === undefined ? {} : { pollEveryMs: world.pollEveryMs }),
  });
  return { clock, model, counts, submitter, poller, announced };
}

async function submitAll({ clock, submitter }: ReturnType<typeof createBenchStage>, world: PollerWorld): Promise<void> {
  const options = { defaultProject: 'my-project', nonExportable: 'reject' } as const;
  for (let index = 0; index < world.exports; index += 1) {
    const valid = parseExportRequest(toRequest(index, world), options);
    if (!valid.valid) throw new Error(JSON.stringify(valid.violations));
    await clock.runUntil(submitter.submit(valid, { id: `export-${index}` }, { repeat: false }));
  }
}

function checkOnce(world: PollerWorld, tasks: readonly Task[], announced: Map<string, { events: number }>): void {
  const started = new Set(tasks.map(({ requestId }) => requestId));
  const isOnce = tasks.length === world.exports && started.size === world.exports && announced.size === world.exports;
  const repeated = [...announced.values()].filter(({ events }) => events !== 1);
  if (isOnce && repeated.length === 0) return;
  throw new Error(
    `Cannot trust this run of ${world.exports} exports: ${tasks.length} operations of ${started.size} of them, ` +
      `events of ${announced.size}, more than one of ${repeated.length}; one of each is wanted`,
  );
}

/** Mean, median and 95th percentile. */
export function summarise(delays: number[]): Pick<PollerFigures, 'meanDelay' | 'p50Delay' | 'p95Delay'> {
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { meanDelay: toMean(sorted), p50Delay: at(0.5), p95Delay: at(0.95) };
}

function toRequest(index: number, { projects }: PollerWorld): object {
  const project = `project-${String(index % projects).padStart(3, '0')}`;
  const name = `projects/${project}/assets/m${index}`;
  const assetExportOptions = { earthEngineDestination: { name } };
  return toBody(`export-${index}`, { project, priority: (index * 37) % 200, assetExportOptions });
}

/** Log-normal: half of the tasks take ten minutes at the most, one in a thousand takes two days. */
function toDuration(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(LONGEST_MS, MEDIAN_MS * Math.exp(SIGMA * normal));
}

function toMean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** Spearman's: how far the order of starts is the order of priority, then age. */
function correlateStarts(tasks: readonly Task[]): number {
  return correlateRanks(
    tasks.map(({ priority, createTime, firstStartTime = 0 }) => [-priority, createTime, firstStartTime]),
  );
}

function correlateRanks(rows: [number, number, number][]): number {
  const wanted = toRanks(rows.map((row, index) => ({ index, key: [row[0], row[1]] })));
  const seen = toRanks(rows.map((row, index) => ({ index, key: [row[2], 0] })));
  const n = rows.length;
  if (n < 2) return 1;
  const squares = wanted.reduce((sum, rank, index) => sum + (rank - (seen[index] ?? 0)) ** 2, 0);
  return 1 - (6 * squares) / (n * (n * n - 1));
}

function toRanks(items: { index: number; key: [number, number] }[]): number[] {
  const ranks: number[] = [];
  const sorted = items.toSorted((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1] || a.index - b.index);
  for (const [rank, { index }] of sorted.entries()) ranks[index] = rank;
  return ranks;
}
