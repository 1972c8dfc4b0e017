import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator } from '../../src/local/earth-engine-simulator/server.ts';
import { type DeployedFunction, startDeployed } from '../support/deployed-function.ts';

/** The functions, each a process of its own. */
export type FunctionName = 'exportsHttp' | 'exportsPubsub' | 'pollOperations';

/** What the processes of a stage are to use. */
export interface StageOptions {
  /** `HOST:PORT` of the Firestore emulator; absent: a SQLite file. */
  firestoreHost?: string;
  /** Where Node keeps what it has compiled, for the next process; absent: nowhere. */
  compileCache?: string;
}

/** Where the functions run as processes, on one ledger, one simulated Earth Engine and one clock. */
export type CrashStage = Awaited<ReturnType<typeof createCrashStage>>;

const PROJECT = 'my-project';
const ENTRY = 'test/crash/entry.ts';
/** A ledger in a file goes by the clock of the stage, which is set forward. */
const JUMP_MS = 10_000;
/** Firestore goes by its own, so that a killed sender's claim runs out within a minute of ours. */
const PAUSE_MS = 1000;

let stages = 0;

/** Nothing runs yet but the simulated Earth Engine: an operation takes some ticks, or ends between two of them. */
export async function createCrashStage(options: StageOptions) {
  const { firestoreHost } = options;
  const id = `crash-${process.pid}-${stages++}`;
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  const clockFile = join(folder, 'clock');
  const eventsFile = join(folder, 'events');
  const stepsFile = join(folder, 'steps');
  for (const file of [clockFile, eventsFile, stepsFile]) writeFileSync(file, '');
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const durationMs = firestoreHost ? PAUSE_MS / 10 : 1.5 * JUMP_MS;
  const simulator = await startSimulator({ now, startDelayMs: 0, durationMs });
  const files = { CLOCK_FILE: clockFile, EVENTS_FILE: eventsFile, STEPS_FILE: stepsFile };
  const ledger = firestoreHost
    ? { FIRESTORE_EMULATOR_HOST: firestoreHost, GOOGLE_CLOUD_PROJECT: `demo-${id}` }
    : { SQLITE_PATH: join(folder, 'ledger.db') };
  const environment = { ...toSettings(options), ...files, ...ledger, EARTHENGINE_URL: simulator.url };
  const started: DeployedFunction[] = [];

  return {
    /** Of the export, another one on every stage. */
    id,
    async start(name: FunctionName, more: Record<string, string> = {}): Promise<DeployedFunction> {
      const next = await startDeployed(name, { ...environment, ...more }, ENTRY);
      started.push(next);
      return next;
    },
    async letTimePass(): Promise<void> {
      if (firestoreHost) return sleep(PAUSE_MS);
      aheadMs += JUMP_MS;
      // Whole at any moment: a process may read it just now.
      writeFileSync(`${clockFile}.next`, String(aheadMs));
      renameSync(`${clockFile}.next`, clockFile);
    },
    operations: () => simulator.model.operations(PROJECT).length,
    /** Ids of the events published so far, one for each publication. */
    eventIds: () => readLines(eventsFile),
    /** Every step that was taken by a process told to write them down. */
    steps: () => readLines(stepsFile),
    /** How many processes were killed, or killed themselves. */
    killed: () => started.filter(({ process }) => process.signalCode === 'SIGKILL').length,
    /** Ends every process with `signal`; one that ends at SIGTERM leaves what it compiled to others. */
    async close(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
      await Promise.all(started.map((one) => one.kill(signal)));
      await simulator.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function toSettings({ firestoreHost, compileCache }: StageOptions): Record<string, string> {
  return {
    EARTHENGINE_PROJECT: PROJECT,
    LOG_LEVEL: 'error',
    LEDGER: firestoreHost ? 'firestore' : 'sqlite',
    ...(firestoreHost ? { SUBMIT_BUDGET_SECONDS: '5', POLL_BUDGET_SECONDS: '5' } : {}),
    ...(compileCache ? { NODE_COMPILE_CACHE: compileCache } : {}),
  };
}

function readLines(file: string): string[] {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}

/** Waits until a process that no longer answers has ended; one that still runs after a second is not about to. */
export async function untilEnded({ process }: DeployedFunction): Promise<boolean> {
  const hasEnded = () => process.exitCode !== null || process.signalCode !== null;
  if (!hasEnded()) await Promise.race([once(process, 'exit'), sleep(1000, undefined, { ref: false })]);
  return hasEnded();
}
