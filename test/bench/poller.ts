/**
 * `npm run bench:poller`: what the poller costs and how soon it tells, in virtual time against the simulator's model.
 * Prints the tables of docs/measurements.md, "The poller", and ends with an error where an export has not exactly one
 * operation and one event.
 *
 * `-- --exports 10,100` and `-- --slots 2` run those worlds only; `-- --tick` measures single
 * ticks only, with `--firestore` on Google's emulator too.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type PollerFigures, type PollerWorld, runPoller, summarise } from './poller-run.ts';
import { measureTick } from './tick-run.ts';

const { values } = parseArgs({
  options: {
    exports: { type: 'string' },
    slots: { type: 'string' },
    tick: { type: 'boolean', default: false },
    firestore: { type: 'boolean', default: false },
  },
});

const WORLDS: readonly PollerWorld[] = [
  ...[10, 100, 3_000].flatMap((exports) => [2, 20, 100].map((slots) => ({ exports, projects: 1, slots }))),
  { exports: 1_000, projects: 1, slots: 1_000 },
  { exports: 1_000, projects: 1, slots: 1_000, pollEveryMs: 10_000 },
  { exports: 3_000, projects: 1, slots: 3_000 },
  { exports: 3_000, projects: 1, slots: 3_000, pollEveryMs: 10_000 },
  { exports: 100_000, projects: 34, slots: 3_000 },
  { exports: 100_000, projects: 34, slots: 3_000, pollEveryMs: 10_000 },
  { exports: 100_000, projects: 34, slots: 100 },
];

console.log(`Node ${process.version}, ${availableParallelism()} cores\n`);
// First, while the memory of the process is that of the ticks.
await printTicks();
if (!values.tick) await printWorlds();

async function printWorlds(): Promise<void> {
  console.log(
    'Virtual time, a tick a minute, tasks log-normal (median 10 min, sigma 1.8, cut at 10 days), all exports',
  );
  console.log('submitted at once, over 3,000 of them in 34 projects\n');
  console.log(
    '| exports | tasks at once | strategy | calls/export | calls/s and project | mean s | p50 s | p95 s | reads/export | writes/export | rank | MiB | wall s |',
  );
  console.log('|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|');
  for (const world of WORLDS) {
    if (!isWanted(values.exports, world.exports) || !isWanted(values.slots, world.slots)) continue;
    const figures = await runPoller(world);
    printRow(world, world.pollEveryMs ? `ours, looks every ${world.pollEveryMs / 1000} s` : 'ours', figures);
    // What others do is the same however often we look.
    if (world.pollEveryMs) continue;
    printRow(world, 'get every operation, 60 s', compute(world, figures, 60_000));
    printRow(world, 'official Python client, 10 s', compute(world, figures, 10_000));
  }
}

async function printTicks(): Promise<void> {
  console.log('One tick over 3,000 tracked operations, in real time\n');
  console.log('| ledger | tick | wall s | reads | writes | calls | MiB |');
  console.log('|---|---|---:|---:|---:|---:|---:|');
  for (const { ledger, tick, ...figures } of await measureTick(values.firestore)) {
    const { wallSeconds, reads, writes, calls, rssMiB } = figures;
    console.log(`| ${[ledger, tick, wallSeconds.toFixed(2), reads, writes, calls, rssMiB.toFixed(0)].join(' | ')} |`);
  }
}

function isWanted(list: string | undefined, number: number): boolean {
  return list === undefined || list.split(',').map(Number).includes(number);
}

/** A call per operation and interval from acceptance to the first look after its end: arithmetic on the same lives. */
function compute(world: PollerWorld, { lives }: PollerFigures, everyMs: number): Partial<PollerFigures> {
  const looks = lives.map(({ createTime, endTime }) => Math.ceil((endTime - createTime) / everyMs));
  const delays = lives.map(
    ({ createTime, endTime }, index) => (createTime + (looks[index] ?? 0) * everyMs - endTime) / 1000,
  );
  const calls = looks.reduce((sum, count) => sum + count, 0) + lives.length;
  const last = lives.reduce((latest, { endTime }) => Math.max(latest, endTime), 0);
  const first = lives.reduce((least, { createTime }) => Math.min(least, createTime), Number.POSITIVE_INFINITY);
  const callsPerSecond = calls / ((last - first) / 1000) / world.projects;
  return { callsPerExport: calls / lives.length, callsPerSecond, ...summarise(delays) };
}

function printRow({ exports, slots }: PollerWorld, strategy: string, figures: Partial<PollerFigures>): void {
  const cells = [
    [figures.callsPerExport, 1],
    [figures.callsPerSecond, 3],
    [figures.meanDelay, 0],
    [figures.p50Delay, 1],
    [figures.p95Delay, 0],
    [figures.readsPerExport, 1],
    [figures.writesPerExport, 1],
    [figures.rankCorrelation, 2],
    [figures.rssMiB, 0],
    [figures.wallSeconds, 0],
  ] as const;
  const texts = cells.map(([value, digits]) => (value === undefined ? '' : value.toFixed(digits)));
  console.log(`| ${[exports.toLocaleString('en'), slots.toLocaleString('en'), strategy, ...texts].join(' | ')} |`);
}
