/**
 * `npm run bench`: what the service costs beside the bare functions framework and the official client. Prints the
 * table of docs/measurements.md. `-- --only cold-start,submit,validation,memory,ledger` runs some of the parts; `--smoke` runs all of
 * them shortly and fails where a ratio is far from what is wanted; `--out FILE` writes the table there part by part.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureColdStart } from '../test/bench/cold-start.ts';
import { prepareOthers, prepareOurs } from '../test/bench/contestants.ts';
import { pinLoad } from '../test/bench/cores.ts';
import { type Row, toTable } from '../test/bench/figures.ts';
import { startInstantEarthEngine } from '../test/bench/instant-earth-engine.ts';
import { measureLedger } from '../test/bench/ledger.ts';
import { measureMemory } from '../test/bench/memory.ts';
import { measureSubmit } from '../test/bench/submit.ts';
import { measureValidation } from '../test/bench/validation.ts';
import { startEmulator } from '../test/emulators/emulator-process.ts';

const PARTS = ['cold-start', 'submit', 'validation', 'memory', 'ledger'];

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join(',') },
    smoke: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const only = values.only.split(',');
const unknown = only.filter((name) => !PARTS.includes(name));
if (unknown.length > 0) throw new Error(`Cannot measure ${unknown.join(', ')}: ${PARTS.join(', ')} are the parts`);

/** A smoke run is there to see that everything still runs and nothing has become several times slower. */
const effort = values.smoke
  ? { starts: 3, rounds: 1, visitMs: 500, checks: 2, memories: 1, exports: 50 }
  : { starts: 15, rounds: 7, visitMs: 2_000, checks: 15, memories: 3, exports: 300 };

const machine = describeMachine();
pinLoad();
const work = mkdtempSync(join(tmpdir(), 'bench-'));
const earthEngine = await startInstantEarthEngine();
const emulator = values.smoke ? undefined : await startEmulator('cloud-firestore-emulator');
try {
  await run();
} finally {
  earthEngine.close();
  emulator?.resume();
  await emulator?.stop();
  rmSync(work, { recursive: true, force: true });
}

async function run(): Promise<void> {
  mkdirSync(join(work, 'ledgers'));
  await emulator?.pause();
  const around = { earthEngineUrl: earthEngine.url, firestore: emulator };
  const ours = await prepareOurs(work, around);
  const { hello, floor, official, grpc } = prepareOthers(work, around);
  // What was installed would otherwise be on its way to the disk while ledgers are made there.
  spawnSync('sync');
  const { rounds, visitMs } = effort;
  const withFirestore = ours.withFirestore
    ? [{ contestant: ours.withFirestore, ofHello: { most: 1.8, alarm: 3 }, others: grpc ? [grpc] : [] }]
    : [];
  const starters = [
    ...[ours.http, ours.pubsub, ours.poll].map((contestant) => ({
      ...{ contestant, ofHello: { most: 1.3, alarm: 2 }, others: [official] },
    })),
    ...withFirestore,
  ];
  const parts: Record<string, () => Row[] | Promise<Row[]>> = {
    'cold-start': () => measureColdStart({ work, ours: starters, hello, rounds: effort.starts }),
    submit: () => measureSubmit({ ours: ours.httpOfManyProjects, floor, official, earthEngine, rounds, visitMs }),
    validation: () => measureValidation({ rounds: effort.checks }),
    memory: () => measureMemory({ ours: ours.httpOfManyProjects, hello, floor, rounds: effort.memories, visitMs }),
    ledger: () => measureLedger({ work, firestore: emulator, rounds, exports: effort.exports }),
  };
  const rows: Row[] = [];
  for (const name of PARTS) {
    if (!only.includes(name)) continue;
    console.error(`Measures ${name}`);
    rows.push(...((await parts[name]?.()) ?? []));
    if (values.out !== undefined) writeFileSync(values.out, `${machine}\n\n${toTable(rows)}\n`);
  }
  console.log(`${machine}\n\n${toTable(rows)}`);
  if (values.smoke) checkSmoke(rows);
}

function describeMachine(): string {
  const cores = availableParallelism();
  return `${cpus()[0]?.model}, ${cores} ${cores === 1 ? 'core' : 'cores'}, Node ${process.version}; medians, with quartiles; ratios are medians of the ratios of pairs.`;
}

function checkSmoke(rows: readonly Row[]): void {
  const far = rows.filter(({ alarming }) => alarming);
  if (far.length === 0) return;
  console.error(`Far from what is wanted: ${far.map(({ what }) => what).join('; ')}`);
  process.exitCode = 1;
}
