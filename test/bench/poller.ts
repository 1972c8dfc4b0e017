/**
 * `npm run bench:poller`: what the poller costs and how soon it tells, in virtual time against the simulator's model.
 * Prints the README's table. `-- --most N` leaves out worlds of more exports.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type PollerFigures, type PollerWorld, runPoller, summarise } from './poller-run.ts';

const { values } = parseArgs({ options: { most: { type: 'string', default: '100000' } } });
const most = Number(values.most);

const WORLDS: readonly PollerWorld[] = [
  ...[10, 100, 3_000].flatMap((exports) => [2, 20, 100].map((slots) => ({ exports, projects: 1, slots }))),
  { exports: 100_000, projects: 34, slots: 100 },
  { exports: 1_000, projects: 1, slots: 1_000 },
  { exports: 1_000, projects: 1, slots: 1_000, pollEveryMs: 10_000 },
  { exports: 100_000, projects: 34, slots: 3_000 },
];

console.log(
  `Node ${process.version}, ${availableParallelism()} cores; virtual time, a tick a minute, tasks log-normal`,
);
console.log('(median 10 min, sigma 1.8, cut at 10 days), all exports submitted at once\n');
console.log(
  '| exports | slots | strategy | calls/export | calls/s | mean s | p50 s | p95 s | reads | writes | rank | MiB | wall s |',
);
console.log('|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|');
for (const world of WORLDS) {
  if (world.exports > most) continue;
  const figures = await runPoller(world);
  if (figures.events !== world.exports || figures.operations !== world.exports) {
    throw new Error(
      `Cannot trust this run: ${world.exports} exports, ${figures.operations} operations, ${figures.events} events`,
    );
  }
  const ours = world.pollEveryMs ? `ours, looks every ${world.pollEveryMs / 1000} s` : 'ours';
  print(world, ours, figures);
  print(world, 'get every operation, 60 s', compute(world, figures, 60_000));
  print(world, 'official Python client, 10 s', compute(world, figures, 10_000));
}

/** A call per operation and interval from acceptance to the first look after its end: arithmetic on the same lives. */
function compute(world: PollerWorld, { lives }: PollerFigures, everyMs: number): Partial<PollerFigures> {
  const looks = lives.map(({ createTime, endTime }) => Math.ceil((endTime - createTime) / everyMs));
  const delays = lives.map(
    ({ createTime, endTime }, index) => (createTime + (looks[index] ?? 0) * everyMs - endTime) / 1000,
  );
  const calls = looks.reduce((sum, count) => sum + count, 0) + lives.length;
  const ends = lives.map(({ endTime }) => endTime);
  const last = ends.reduce((latest, end) => Math.max(latest, end), 0);
  const first = lives.reduce((least, { createTime }) => Math.min(least, createTime), Number.POSITIVE_INFINITY);
  const callsPerSecond = calls / ((last - first) / 1000) / world.projects;
  return { callsPerExport: calls / lives.length, callsPerSecond, ...summarise(delays) };
}

function print({ exports, slots }: PollerWorld, strategy: string, figures: Partial<PollerFigures>): void {
  const { callsPerExport, callsPerSecond, meanDelay, p50Delay, p95Delay } = figures;
  const { readsPerExport, writesPerExport, rankCorrelation, rssMiB, wallSeconds } = figures;
  const cells = [
    [callsPerExport, 1],
    [callsPerSecond, 3],
    [meanDelay, 0],
    [p50Delay, 0],
    [p95Delay, 0],
    [readsPerExport, 1],
    [writesPerExport, 1],
    [rankCorrelation, 3],
    [rssMiB, 0],
    [wallSeconds, 0],
  ] as const;
  const texts = cells.map(([value, digits]) => (value === undefined ? '' : value.toFixed(digits)));
  console.log(`| ${[exports, slots, strategy, ...texts].join(' | ')} |`);
}
