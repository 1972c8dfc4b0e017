import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '../../src/local/earth-engine-simulator/server.ts';
import { type DeployedFunction, startDeployed } from '../deployed-function.ts';
import { toBody } from '../exports/stage.ts';

/** The function that is killed. */
export type Target = 'exportsHttp' | 'exportsPubsub' | 'pollOperations';

/** One run: which function dies at which step. */
export interface CrashRun {
  target: Target;
  /** e.g. `ledger.update:after:1`; absent: nothing dies, and the steps are written down. */
  crashAt?: string;
  /** Whether the HTTP caller sends its request again when it got no answer. */
  callerRepeats: boolean;
  /** `HOST:PORT` of the Firestore emulator; absent: SQLite. */
  firestoreHost?: string;
}

/** What was seen at the end. */
export interface CrashOutcome {
  operations: number;
  eventIds: string[];
  /** Whether anybody was told that the request was taken. */
  acknowledged: boolean;
  died: boolean;
  steps: string[];
}

const PROJECT = 'my-project';
const ENTRY = 'test/crash/entry.ts';
const JSON_HEADERS = { 'content-type': 'application/json' };
/** SQLite's ledger time is the functions' own, so a claim of a minute need not take one. */
const FAST = 30;
const GIVE_UP_AFTER_MS = 150_000;

let runs = 0;

/** Lets one function die at a step, starts everything again, and ticks until the export has ended and was announced. */
export async function runCrash(run: CrashRun): Promise<CrashOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  const eventsFile = join(folder, 'events');
  const stepsFile = join(folder, 'steps');
  for (const file of [eventsFile, stepsFile]) writeFileSync(file, '');
  const base = Date.now();
  const speed = run.firestoreHost ? 1 : FAST;
  const now = () => base + (Date.now() - base) * speed;
  const simulator = await startSimulator({ now, startDelayMs: 100, durationMs: 100 });
  const id = `crash-${process.pid}-${base}-${runs++}`;
  const environment = {
    ...{ EARTHENGINE_PROJECT: PROJECT, EARTHENGINE_URL: simulator.url, LOG_LEVEL: 'error' },
    ...{ CLOCK_SPEED: String(speed), CLOCK_BASE: String(base), EVENTS_FILE: eventsFile },
    ...(run.firestoreHost
      ? { LEDGER: 'firestore', FIRESTORE_EMULATOR_HOST: run.firestoreHost, GOOGLE_CLOUD_PROJECT: `demo-${id}` }
      : { LEDGER: 'sqlite', SQLITE_PATH: join(folder, 'ledger.db') }),
    ...(run.firestoreHost ? { SUBMIT_BUDGET_SECONDS: '1', POLL_BUDGET_SECONDS: '5' } : {}),
  };
  const started: DeployedFunction[] = [];
  const start = async (name: Target, extra: Record<string, string> = {}) => {
    const next = await startDeployed(name, { ...environment, ...extra }, ENTRY);
    started.push(next);
    return next;
  };
  const doomed = { ...(run.crashAt ? { CRASH_AT: run.crashAt } : { STEPS_FILE: stepsFile }) };
  const readEvents = () => readFileSync(eventsFile, 'utf8').split('\n').filter(Boolean);

  try {
    const way = run.target === 'exportsPubsub' ? 'exportsPubsub' : 'exportsHttp';
    const first = await start(way, run.target === way ? doomed : {});
    let acknowledged = await deliver(first, way, id);
    const isRepeated = way === 'exportsPubsub' || run.callerRepeats;
    if (!acknowledged && isRepeated) acknowledged = await deliver(await start(way), way, id);

    let poller = await start('pollOperations', run.target === 'pollOperations' ? doomed : {});
    const end = Date.now() + GIVE_UP_AFTER_MS;
    for (let settled = 0; settled < 2 && Date.now() < end; ) {
      const ticked = await post(poller.url, {});
      if (!ticked && hasDied(poller)) poller = await start('pollOperations');
      // Nobody knows of a request that died with its process before it was recorded.
      const isOver = readEvents().length > 0 || (!acknowledged && ticked && (await isUnknown(environment, start, id)));
      if (isOver) settled += 1;
    }
    return {
      operations: simulator.model.operations(PROJECT).length,
      eventIds: [...new Set(readEvents())],
      acknowledged,
      died: started.some(hasDied),
      steps: readFileSync(stepsFile, 'utf8').split('\n').filter(Boolean),
    };
  } finally {
    await Promise.all(started.map((one) => one.kill()));
    await simulator.close();
    rmSync(folder, { recursive: true });
  }
}

type Start = (name: Target) => Promise<DeployedFunction>;

let reader: { environment: unknown; started: Promise<DeployedFunction> } | undefined;

async function isUnknown(environment: object, start: Start, id: string): Promise<boolean> {
  if (reader?.environment !== environment) reader = { environment, started: start('exportsHttp') };
  const { url } = await reader.started;
  return (await fetch(`${url}/v1/exports/${id}`)).status === 404;
}

/** Whether it was taken: only an answer in the two hundreds says so. */
function deliver(to: DeployedFunction, way: Target, id: string): Promise<boolean> {
  const body = toBody(id);
  if (way === 'exportsHttp') return post(`${to.url}/v1/exports`, body);
  const data = Buffer.from(JSON.stringify(body)).toString('base64');
  const message = { data, attributes: {}, messageId: '1', publishTime: '2026-11-02T08:00:00Z' };
  return post(`${to.url}/projects/${PROJECT}/topics/requests`, { message, subscription: 'projects/p/subscriptions/s' });
}

async function post(url: string, body: object): Promise<boolean> {
  try {
    const response = await fetch(url, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function hasDied({ process }: DeployedFunction): boolean {
  return process.signalCode !== null || process.exitCode !== null;
}
