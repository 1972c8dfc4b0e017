import { type Contestant, toSubmissions } from './contestants.ts';
import { type Bound, quantile, type Row, toRow, toSingleRow } from './figures.ts';
import type { InstantEarthEngine } from './instant-earth-engine.ts';
import { type Visit, visit } from './load.ts';
import { type Served, serve } from './server-process.ts';

/** Who is asked, and how long. */
export interface SubmitField {
  ours: Contestant;
  floor: Contestant;
  /** The one that the official client is in. */
  official: Contestant;
  earthEngine: InstantEarthEngine;
  rounds: number;
  visitMs: number;
}

const SIZES = [
  { name: '2 KB', bytes: 2_000, ofFloor: { least: 0.5, alarm: 0.12 } },
  { name: '100 KB', bytes: 100_000 },
  { name: '5 MB', bytes: 5_000_000 },
];
const CONNECTIONS = 32;
const SLOW_MS = 50;
/** The official client sends one request in 350 ms. */
const LEAST_OFFICIAL_MS = 2_500;

/** Requests per second and latency of a submission, against an Earth Engine that answers at once, and one that takes 50 ms. */
export async function measureSubmit(field: SubmitField): Promise<Row[]> {
  const { ours, floor, official } = field;
  const served = { ours: await serve(ours), floor: await serve(floor), official: await serve(official) };
  try {
    const rows: Row[] = [];
    for (const size of SIZES) rows.push(...(await measureSize(field, served, size)));
    rows.push(...(await measureOneCaller(field, served)));
    rows.push(await measureOfficial(field, served));
    return rows;
  } finally {
    for (const process of Object.values(served)) await process.stop();
  }
}

async function measureSize(
  { rounds, visitMs }: SubmitField,
  served: { ours: Served; floor: Served },
  { name, bytes, ofFloor }: { name: string; bytes: number; ofFloor?: Bound },
): Promise<Row[]> {
  const how = { connections: bytes > 1e6 ? 4 : CONNECTIONS, forMs: visitMs };
  const seen = await takeTurns(rounds, {
    ours: () => visit(served.ours.port, toSubmissions('/v1/exports', bytes), how),
    theirs: () => visit(served.floor.port, toSubmissions('/', bytes), how),
  });
  const what = `${name} graph, ${how.connections} at a time`;
  const theirName = 'framework + zod + undici';
  return [
    toRow({
      what: `submit: ${what}`,
      unit: '/s',
      theirName,
      ours: seen.ours.map(({ perSecond }) => perSecond),
      theirs: seen.theirs.map(({ perSecond }) => perSecond),
      ...(ofFloor === undefined ? {} : { bound: ofFloor }),
    }),
    ...[0.5, 0.99].map((share) =>
      toRow({ what: `p${share * 100}: ${what}`, unit: 'ms', theirName, ...toLatencies(seen, share) }),
    ),
  ];
}

/** What one caller waits longer for us than for the floor, and what we add to Earth Engine's own time. */
async function measureOneCaller(
  { earthEngine, rounds, visitMs }: SubmitField,
  served: { ours: Served; floor: Served },
): Promise<Row[]> {
  const how = { connections: 1, forMs: visitMs };
  const turns = {
    ours: () => visit(served.ours.port, toSubmissions('/v1/exports', 2_000), how),
    theirs: () => visit(served.floor.port, toSubmissions('/', 2_000), how),
  };
  const direct = () =>
    visit(Number(new URL(earthEngine.url).port), toSubmissions('/v1/projects/p/classifier:export', 2_000, 200), how);
  const atOnce = await takeTurns(rounds, { ...turns, direct });
  earthEngine.setDelay(SLOW_MS);
  const slow = await takeTurns(rounds, { ...turns, direct });
  earthEngine.setDelay(0);
  const toAdded = (seen: Record<'ours' | 'direct', Visit[]>) =>
    seen.ours.map((visited, index) => toP50(visited) - toP50(seen.direct[index]));
  return [
    toRow({
      what: 'p50: one caller, 2 KB',
      unit: 'ms',
      theirName: 'framework + zod + undici',
      ...toLatencies(atOnce, 0.5),
    }),
    toSingleRow('added to p50 of Earth Engine asked directly, one caller', 'ms', toAdded(atOnce), {
      most: 3,
      alarm: 20,
    }),
    toSingleRow(`the same, Earth Engine takes ${SLOW_MS} ms`, 'ms', toAdded(slow)),
  ];
}

async function measureOfficial(
  { rounds, visitMs }: SubmitField,
  served: { ours: Served; official: Served },
): Promise<Row> {
  const seen = await takeTurns(Math.min(3, rounds), {
    ours: () =>
      visit(served.ours.port, toSubmissions('/v1/exports', 2_000), { connections: CONNECTIONS, forMs: visitMs }),
    theirs: () =>
      visit(served.official.port, toSubmissions('/', 2_000), {
        connections: 4,
        forMs: Math.max(visitMs, LEAST_OFFICIAL_MS),
      }),
  });
  return toRow({
    what: 'submit: 2 KB graph',
    unit: '/s',
    theirName: '`@google/earthengine`',
    ours: seen.ours.map(({ perSecond }) => perSecond),
    theirs: seen.theirs.map(({ perSecond }) => perSecond),
    bound: { least: 100, alarm: 30 },
  });
}

/** Every round visits each once; the first round is for warming up. */
async function takeTurns<Name extends string>(
  rounds: number,
  visits: Record<Name, () => Promise<Visit>>,
): Promise<Record<Name, Visit[]>> {
  const names = Object.keys(visits) as Name[];
  const seen = Object.fromEntries(names.map((name) => [name, [] as Visit[]])) as Record<Name, Visit[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const visited = await visits[name]();
      if (round > 0) seen[name].push(visited);
    }
  }
  return seen;
}

function toLatencies(seen: Record<'ours' | 'theirs', Visit[]>, share: number) {
  const toTimes = (visits: Visit[]) => visits.map(({ latenciesMs }) => quantile(latenciesMs, share));
  return { ours: toTimes(seen.ours), theirs: toTimes(seen.theirs) };
}

function toP50(visited: Visit | undefined): number {
  return quantile(visited?.latenciesMs ?? [], 0.5);
}
