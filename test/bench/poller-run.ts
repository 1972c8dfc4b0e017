import { createEarthEngineClient } from '../../src/earth-engine/client.ts';
import type { Ledger } from '../../src/exports/ledger.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { createPoller } from '../../src/exports/poller.ts';
import { createSender } from '../../src/exports/sender.ts';
import { createSubmitter } from '../../src/exports/submitter.ts';
import { createFaults } from '../../src/local/earth-engine-simulator/faults.ts';
import { createEarthEngineModel } from '../../src/local/earth-engine-simulator/model.ts';
import { createSeededRandom } from '../../src/local/earth-engine-simulator/seeded-random.ts';
import { createLog } from '../../src/log.ts';
import { parseExportRequest } from '../../src/request/export-request.ts';
import { toBody } from '../exports/stage.ts';
import { createInProcessFetch } from '../simulation/in-process-fetch.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';

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
  /** 1 when Earth Engine started everything in the order of priority. */
  rankCorrelation: number;
  operations: number;
  events: number;
  /** For the strategies that are computed: when each task was accepted and ended, epoch milliseconds. */
  lives: { createTime: number; endTime: number }[];
}

const START = Date.parse('2026-11-02T00:00:00Z');
const TICK_MS = 60_000;
const DAY_MS = 86_400_000;
const MEDIAN_MS = 600_000;
const SIGMA = 1.8;
const LONGEST_MS = 10 * DAY_MS - 1;

/** Sends so many exports at once, ticks every minute of virtual time until each was announced, and measures. */
export async function runPoller(world: PollerWorld): Promise<PollerFigures> {
  const wallStart = performance.now();
  const clock = createVirtualClock(START);
  const random = createSeededRandom(7);
  const model = createEarthEngineModel({
    now: clock.now,
    random,
    slots: world.slots,
    durationMs: () => toDuration(random),
  });
  const { ledger, counts } = countLedger(createSqliteLedger({ path: ':memory:', clock }));
  const earthEngine = createEarthEngineClient({
    ...{
      baseUrl: 'http://simulator',
      fetch: createInProcessFetch(model, { clock, faults: createFaults([], random) }),
      getToken: async () => '',
      clock,
    },
  });
  const log = createLog({ level: 'error', write: (line) => process.stderr.write(line) });
  const sender = createSender({ ledger, earthEngine, clock, random, log });
  const submitter = createSubmitter({ ledger, earthEngine, sender, clock, log, submitBudgetMs: 20_000 });
  const announced = new Map<string, number>();
  const publisher = {
    async publish({ attributes }: { attributes: Record<string, string> }) {
      announced.set(String(attributes['exportId']), clock.now());
    },
    async close() {},
  };
  const poller = createPoller({
    ...{ ledger, earthEngine, sender, clock, log, publisher, submitBudgetMs: 20_000, pollBudgetMs: 50_000 },
    ...{ maxPending: 3000, retentionDays: 90, owner: 'poller-1' },
    ...(world.pollEveryMs === undefined ? {} : { pollEveryMs: world.pollEveryMs }),
  });

  for (let index = 0; index < world.exports; index += 1) {
    const valid = parseExportRequest(toRequest(index, world), {
      defaultProject: 'my-project',
      nonExportable: 'reject',
    });
    if (!valid.valid) throw new Error(JSON.stringify(valid.violations));
    await clock.runUntil(submitter.submit(valid, { id: `export-${index}` }, { repeat: false }));
  }
  let idle = 0;
  while (announced.size < world.exports && idle < 20 * 1440) {
    const before = announced.size;
    const tickStart = clock.now();
    await clock.runUntil(poller.tick());
    idle = announced.size === before ? idle + 1 : 0;
    await clock.advance(Math.max(0, tickStart + TICK_MS - clock.now()));
  }

  const tasks = model.projects().flatMap((project) => [...model.operations(project)]);
  const delays = tasks.map(
    (task) => ((announced.get(String(task.requestId)) ?? Number.NaN) - (task.endTime ?? 0)) / 1000,
  );
  const calls = Object.values(model.calls).reduce((sum, count) => sum + count, 0);
  const seconds = (clock.now() - START) / 1000;
  return {
    callsPerExport: calls / world.exports,
    callsPerSecond: calls / seconds / world.projects,
    ...summarise(delays),
    readsPerExport: counts.reads / world.exports,
    writesPerExport: counts.writes / world.exports,
    wallSeconds: (performance.now() - wallStart) / 1000,
    rssMiB: process.memoryUsage().rss / 2 ** 20,
    rankCorrelation: correlateRanks(
      tasks.map(({ priority, createTime, firstStartTime = 0 }) => [-priority, createTime, firstStartTime]),
    ),
    operations: tasks.length,
    events: announced.size,
    lives: tasks.map(({ createTime, endTime = 0 }) => ({ createTime, endTime })),
  };
}

/** Mean, median and 95th percentile. */
export function summarise(delays: number[]): Pick<PollerFigures, 'meanDelay' | 'p50Delay' | 'p95Delay'> {
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  const sum = sorted.reduce((total, delay) => total + delay, 0);
  return { meanDelay: sum / sorted.length, p50Delay: at(0.5), p95Delay: at(0.95) };
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

/** Spearman's: how far the order of starts is the order of priority, then age. */
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

/** Counts records as Firestore would charge them: a query that finds nothing is one read, a page of ten is ten. */
function countLedger(ledger: Ledger): { ledger: Ledger; counts: { reads: number; writes: number } } {
  const counts = { reads: 0, writes: 0 };
  const writes = new Set(['create', 'update', 'updateProject', 'updateMany']);
  const counted = new Proxy(ledger, {
    get(target, name, receiver) {
      const method = Reflect.get(target, name, receiver);
      if (name === 'now' || name === 'close' || name === 'removeExpired') return method;
      return async (...values: unknown[]) => {
        const result: unknown = await Reflect.apply(method, target, values);
        const size = Array.isArray(result) ? Math.max(1, result.length) : 1;
        if (writes.has(String(name)))
          counts.writes += name === 'updateMany' ? (Array.isArray(result) ? result.length : 0) : 1;
        else counts.reads += size;
        return result;
      };
    },
  });
  return { ledger: counted, counts };
}
