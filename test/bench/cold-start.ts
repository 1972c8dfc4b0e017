import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant } from './contestants.ts';
import { type Bound, type Row, toRow } from './figures.ts';
import { serve } from './server-process.ts';

/** Who is started. */
export interface ColdStartField {
  work: string;
  /** Each with what it may take of the bare framework's start; `others`: those of whose it may take half. */
  ours: { contestant: Contestant; ofHello: Bound; others?: Contestant[] }[];
  hello: Contestant;
  rounds: number;
}

/**
 * From the start of the process to the end of the first good answer: for ours an export recorded, sent and answered, or a
 * tick. Every round starts everybody once without and once with a compile cache that an earlier process has left.
 */
export async function measureColdStart({ work, ours, hello, rounds }: ColdStartField): Promise<Row[]> {
  const everybody = [...new Set([hello, ...ours.flatMap(({ contestant, others = [] }) => [contestant, ...others])])];
  const caches = new Map(
    everybody.map((contestant) => [contestant, join(work, 'caches', String(everybody.indexOf(contestant)))]),
  );
  const cold = new Map(everybody.map((contestant) => [contestant, [] as number[]]));
  const cached = new Map(everybody.map((contestant) => [contestant, [] as number[]]));
  for (const [contestant, cache] of caches) {
    rmSync(cache, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    await start(contestant, cache);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of everybody) {
      cold.get(contestant)?.push(await start(contestant));
      cached.get(contestant)?.push(await start(contestant, caches.get(contestant)));
    }
  }
  const compare = (contestant: Contestant, other: Contestant, bound: Bound) =>
    [
      { what: 'cold start', times: cold, more: { bound } },
      { what: 'cold start with compile cache', times: cached, more: {} },
    ].map(({ what, times, more }) =>
      toRow({
        what: `${what}: ${contestant.name}`,
        unit: 'ms',
        ours: times.get(contestant) ?? [],
        theirs: times.get(other) ?? [],
        theirName: other.name,
        ...more,
      }),
    );
  return ours.flatMap(({ contestant, ofHello, others = [] }) => [
    ...compare(contestant, hello, ofHello),
    ...others.flatMap((other) => compare(contestant, other, { most: 0.5, alarm: 0.9 })),
  ]);
}

async function start(contestant: Contestant, cache?: string): Promise<number> {
  contestant.emulator?.resume();
  const served = await serve(contestant, cache);
  await served.stop();
  await contestant.emulator?.pause();
  return served.firstAnswerMs;
}
