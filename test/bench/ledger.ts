import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { createEarthEngineClient } from '../../src/earth-engine/client.ts';
import type { Ledger } from '../../src/exports/ledger.ts';
import { createFirestoreLedger } from '../../src/exports/ledger-firestore.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { createSender } from '../../src/exports/sending/sender.ts';
import { createSubmitter } from '../../src/exports/submitter.ts';
import type { Fetch } from '../../src/http/http-fetch.ts';
import { createLog } from '../../src/log.ts';
import { parseExportRequest } from '../../src/request/export-request.ts';
import type { Emulator } from '../emulators/emulator-process.ts';
import { type Row, toRow, toSingleRow } from './figures.ts';
import { toGraph } from './graphs.ts';

const AT_ONCE = 10;

/** Calls and requests that an export needs of the ledger until it is answered, and exports per second. */
export async function measureLedger(field: {
  work: string;
  firestore: Emulator | undefined;
  rounds: number;
  exports: number;
}): Promise<Row[]> {
  const { work, firestore: emulator, rounds, exports } = field;
  emulator?.resume();
  const sqlite = createBench(createSqliteLedger({ path: join(work, 'ledgers', 'bench.db'), clock: systemClock }));
  const requests = { count: 0 };
  const firestore = emulator && createBench(openFirestore(emulator.host, requests));
  const speeds = { sqlite: [] as number[], firestore: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const speed = { sqlite: await sqlite.submit(exports), firestore: await firestore?.submit(exports) };
    if (round === 0) continue;
    speeds.sqlite.push(speed.sqlite);
    if (speed.firestore !== undefined) speeds.firestore.push(speed.firestore);
  }
  const rows = [toSingleRow('ledger: calls to submit an export', '', [sqlite.callsPerExport()])];
  if (firestore) {
    const perExport = requests.count / ((rounds + 1) * exports);
    rows.push(toSingleRow('ledger: requests to Firestore to submit an export', '', [perExport]));
    const names = { ours: speeds.sqlite, theirs: speeds.firestore, theirName: "Firestore's emulator" };
    rows.push(toRow({ what: `ledger: exports submitted, ${AT_ONCE} at a time, SQLite`, unit: '/s', ...names }));
  } else {
    console.error('Left out: the ledger in Firestore, whose emulator is not installed');
    rows.push(toSingleRow(`ledger: exports submitted, ${AT_ONCE} at a time, SQLite`, '/s', speeds.sqlite));
  }
  await sqlite.close();
  await emulator?.pause();
  return rows;
}

/** The submitter on a ledger, with an Earth Engine that is no further than a function call. */
function createBench(ledger: Ledger) {
  let calls = 0;
  let submitted = 0;
  const counted = new Proxy(ledger, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      // Ledger time asks nobody.
      if (typeof method !== 'function' || name === 'now') return method;
      return (...values: unknown[]) => {
        calls += 1;
        return Reflect.apply(method, target, values);
      };
    },
  });
  const clock = systemClock;
  const log = createLog({ level: 'error', write: (line) => process.stderr.write(line) });
  const earthEngine = createEarthEngineClient({
    baseUrl: 'http://earth-engine',
    ...{ fetch: acceptAll, getToken: async () => '', clock, callsPerSecond: 1_000_000 },
  });
  const parts = { ledger: counted, earthEngine, clock, random: Math.random, log };
  const draining = new AbortController().signal;
  const submitter = createSubmitter({ ...parts, draining, sender: createSender(parts), submitBudgetMs: 20_000 });
  const run = Math.random().toString(36).slice(2);

  async function submitOne(): Promise<void> {
    submitted += 1;
    const id = `bench-${run}-${submitted}`;
    const assetExportOptions = { earthEngineDestination: { name: `projects/my-project/assets/${id}` } };
    const body = { expression: toGraph('features', 2_000), assetExportOptions };
    const valid = parseExportRequest(body, { defaultProject: 'my-project', nonExportable: 'reject' });
    if (!valid.valid) throw new Error('Cannot measure: the request is refused');
    const answer = await submitter.submit(valid, { id }, { repeat: false });
    if (answer.record.state !== 'PENDING') throw new Error(`Cannot measure: an export is ${answer.record.state}`);
  }

  return {
    /** Exports per second. */
    async submit(count: number): Promise<number> {
      const start = performance.now();
      let left = count;
      const runOne = async () => {
        while (left-- > 0) await submitOne();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, runOne));
      return count / ((performance.now() - start) / 1000);
    },
    callsPerExport: () => calls / submitted,
    close: () => ledger.close(),
  };
}

function openFirestore(emulatorHost: string, requests: { count: number }): Ledger {
  return createFirestoreLedger({
    projectId: 'my-project',
    emulatorHost,
    getToken: async () => '',
    clock: systemClock,
    random: Math.random,
    fetch(...values) {
      requests.count += 1;
      return fetch(...values);
    },
  });
}

let operations = 0;

const acceptAll: Fetch = async () => {
  operations += 1;
  const metadata = {
    '@type': 'type.googleapis.com/google.earthengine.v1.OperationMetadata',
    state: 'PENDING',
    type: 'EXPORT_CLASSIFIER',
    createTime: new Date().toISOString(),
  };
  const answer = { name: `projects/my-project/operations/OPERATION${operations}`, metadata };
  const body = (async function* () {
    yield Buffer.from(JSON.stringify(answer));
  })();
  return { status: 200, headers: { get: () => null }, body };
};
