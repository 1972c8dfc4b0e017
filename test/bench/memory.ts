import { setTimeout as wait } from 'node:timers/promises';
import { type Contestant, toSubmissions } from './contestants.ts';
import { type Row, toRow } from './figures.ts';
import { visit } from './load.ts';
import { serve } from './server-process.ts';

const IDLE_MS = 1_000;
const LARGEST_BYTES = 9_800_000;

/** Resident memory after the first answer, the most under load, and the most with a graph of ten megabytes. */
export async function measureMemory({
  ours,
  hello,
  floor,
  rounds,
  visitMs,
}: {
  ours: Contestant;
  hello: Contestant;
  floor: Contestant;
  rounds: number;
  visitMs: number;
}): Promise<Row[]> {
  const seen = { idle: toSeries(), load: toSeries(), large: toSeries() };
  for (let round = 0; round < rounds; round += 1) {
    seen.idle.ours.push(await measureIdle(ours));
    seen.idle.theirs.push(await measureIdle(hello));
    seen.load.ours.push(await measureLoad(ours, '/v1/exports', { bytes: 2_000, connections: 32, forMs: visitMs }));
    seen.load.theirs.push(await measureLoad(floor, '/', { bytes: 2_000, connections: 32, forMs: visitMs }));
    const once = { bytes: LARGEST_BYTES, connections: 1, forMs: visitMs };
    seen.large.ours.push(await measureLoad(ours, '/v1/exports', once));
    seen.large.theirs.push(await measureLoad(floor, '/', once));
  }
  return [
    toRow({ what: 'memory: idle', unit: 'MiB', theirName: hello.name, ...seen.idle, bound: { most: 1.25, alarm: 2 } }),
    toRow({ what: 'memory: most, 2 KB graphs, 32 at a time', unit: 'MiB', theirName: floor.name, ...seen.load }),
    toRow({ what: 'memory: most, 10 MB graphs', unit: 'MiB', theirName: floor.name, ...seen.large }),
  ];
}

function toSeries(): { ours: number[]; theirs: number[] } {
  return { ours: [], theirs: [] };
}

async function measureIdle(contestant: Contestant): Promise<number> {
  const served = await serve(contestant);
  await wait(IDLE_MS);
  const { nowMiB } = served.readMemory();
  await served.stop();
  return nowMiB;
}

async function measureLoad(
  contestant: Contestant,
  path: string,
  { bytes, ...how }: { bytes: number; connections: number; forMs: number },
): Promise<number> {
  const served = await serve(contestant);
  await visit(served.port, toSubmissions(path, bytes), how);
  const { mostMiB } = served.readMemory();
  await served.stop();
  return mostMiB;
}
