import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { createEarthEngineClient } from '../../src/earth-engine/client.ts';
import type { ExportRecord } from '../../src/exports/export.ts';
import type { Ledger } from '../../src/exports/ledger.ts';
import { createFirestoreLedger } from '../../src/exports/ledger-firestore.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { createPoller } from '../../src/exports/poller.ts';
import { createSender } from '../../src/exports/sending/sender.ts';
import { createFaults } from '../../src/local/earth-engine-simulator/faults.ts';
import { createEarthEngineModel } from '../../src/local/earth-engine-simulator/model.ts';
import { createSeededRandom } from '../../src/local/earth-engine-simulator/seeded-random.ts';
import { createLog } from '../../src/log.ts';
import { startEmulator } from '../emulators/emulator-process.ts';
import { sampleExport } from '../exports/sample-export.ts';
import { createInProcessFetch } from '../simulation/in-process-fetch.ts';
import { countLedger } from './count-ledger.ts';

/** What one tick took. */
export interface TickFigures {
  ledger: string;
  /** What there was to do. */
  tick: string;
  wallSeconds: number;
  reads: number;
  writes: number;
  calls: number;
  rssMiB: number;
}

const COUNT = 3_000;
const PROJECT = 'big-project';
const HOUR_MS = 3_600_000;

/** Measures ticks over 3,000 operations, with the machine's clock: on a SQLite file, and if wanted on Firestore's emulator. */
export async function measureTick(withFirestore: boolean): Promise<TickFigures[]> {
  const figures = await measureOnSqlite();
  return withFirestore ? [...figures, ...(await measureOnFirestore())] : figures;
}

async function measureOnSqlite(): Promise<TickFigures[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tick-'));
  try {
    return await measure('SQLite', createSqliteLedger({ path: join(folder, 'ledger.db'), clock: systemClock }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureOnFirestore(): Promise<TickFigures[]> {
  const emulator = await startEmulator('cloud-firestore-emulator');
  if (!emulator) throw new Error('Cannot measure on Firestore: gcloud components install cloud-firestore-emulator');
  try {
    const parts = { projectId: 'bench-tick', emulatorHost: emulator.host, random: Math.random };
    return await measure(
      'Firestore emulator',
      createFirestoreLedger({ ...parts, getToken: async () => '', clock: systemClock }),
    );
  } finally {
    await emulator.stop();
  }
}

async function measure(name: string, ledger: Ledger): Promise<TickFigures[]> {
  const random = createSeededRandom(7);
  let laterMs = 0;
  const clock = { now: () => Date.now() + laterMs, after: startTimer };
  const model = createEarthEngineModel({ now: clock.now, random, slots: 100, durationMs: () => 100 * HOUR_MS });
  await recordAll(ledger, model);
  const counts = { reads: 0, writes: 0 };
  const counted = countLedger(ledger, counts);
  const fetch = createInProcessFetch(model, { clock, faults: createFaults([], random) });
  const earthEngine = createEarthEngineClient({ baseUrl: 'http://simulator', fetch, getToken: async () => '', clock });
  const log = createLog({ level: 'error', write: (line) => process.stderr.write(line) });
  const publisher = { publish: async () => {}, close: async () => {} };
  const parts = { ledger: counted, earthEngine, clock, log, draining: new AbortController().signal };
  const poller = createPoller({
    ...{ ...parts, publisher, sender: createSender({ ...parts, random }), owner: 'poller-1' },
    ...{ submitBudgetMs: 20_000, pollBudgetMs: 50_000, maxPending: 3_000, retentionDays: 90 },
  });
  const figures: TickFigures[] = [];
  for (const tick of ['takes up 3,000', 'nothing changed', '3,000 ended']) {
    if (tick === '3,000 ended') {
      for (const task of model.operations(PROJECT)) model.finishOperation(task.name, 'SUCCEEDED');
    }
    laterMs += 60_000;
    Object.assign(counts, { reads: 0, writes: 0 });
    const start = performance.now();
    const { apiCalls: calls } = await poller.tick();
    const wallSeconds = (performance.now() - start) / 1000;
    figures.push({ ledger: name, tick, wallSeconds, ...counts, calls, rssMiB: process.memoryUsage().rss / 2 ** 20 });
  }
  await ledger.close();
  return figures;
}

/** Unlike the service's own it keeps the process alive, which has no server to do so. */
function startTimer(delayMs: number, task: () => void): () => void {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
}

/** Accepted exports, as the submitter leaves them. */
async function recordAll(ledger: Ledger, model: ReturnType<typeof createEarthEngineModel>): Promise<void> {
  const now = await ledger.now();
  for (let index = 0; index < COUNT; index += 1) {
    const task = model.startTask({ project: PROJECT, user: 'somebody', type: 'EXPORT_CLASSIFIER' });
    const accepted: Partial<ExportRecord> = {
      ...{ project: PROJECT, state: 'PENDING', operation: task.name },
      ...{ createTime: now, submitTime: now, dueAt: now },
    };
    await ledger.create(sampleExport(`export-${index}`, accepted));
  }
}
