import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startSimulator } from '../src/local/earth-engine-simulator/server.ts';
import type { Health, Target } from './fuzz-server.ts';

/** The secret with which calls to `signedHttp` are signed. */
export const WEBHOOK_SECRET = Buffer.from('a secret for calls that are made up').toString('base64');

/** The functions in processes of their own, on one ledger and a simulated Earth Engine in this one. */
export interface FuzzTarget {
  ports: Record<Target, number>;
  /** Collects garbage there, and tells what is left: of all processes together. */
  readHealth(): Promise<Health>;
  /** Takes rejected messages out of the ledger, as time would: a list by labels looks through all there are. */
  forgetRejected(): void;
  /** How a process ended; undefined while all live. */
  ended(): string | undefined;
  /** What they wrote beside their log. */
  output(): string;
  close(): Promise<void>;
}

/** As they are deployed, HTTP apart from the rest; it also makes use of a second processor. */
const PROCESSES: Target[][] = [
  ['exportsHttp', 'signedHttp'],
  ['exportsPubsub', 'pollOperations'],
];
const LONGEST_OUTPUT = 100_000;

/** Starts them. */
export async function startFuzzTarget(): Promise<FuzzTarget> {
  const simulator = await startSimulator({
    ...{ startDelayMs: 0, durationMs: 0, retentionMs: 60_000, maxRequests: 1, seed: 1 },
  });
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const environment = { EARTHENGINE_URL: simulator.url, SQLITE_PATH: join(folder, 'ledger.db') };
  const children = PROCESSES.map((targets) => start(targets, environment));
  let output = '';
  let end: string | undefined;
  for (const child of children) {
    child.once('exit', (code, signal) => {
      end ??= `code ${code}, signal ${signal}`;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        if (output.length < LONGEST_OUTPUT) output += String(chunk);
      });
    }
  }
  const ports = await Promise.all(children.map((child) => receive<Partial<Record<Target, number>>>(child)));
  return {
    ports: Object.assign({}, ...ports) as Record<Target, number>,
    async readHealth() {
      for (const child of children) child.send('health');
      return toWhole(await Promise.all(children.map((child) => receive<Health>(child))));
    },
    forgetRejected() {
      const database = new DatabaseSync(environment.SQLITE_PATH);
      database.exec("PRAGMA busy_timeout = 5000; DELETE FROM exports WHERE state = 'REJECTED' AND outbox_at IS NULL");
      database.close();
    },
    ended: () => end,
    output: () => output,
    async close() {
      await Promise.all(children.map(kill));
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function start(targets: Target[], environment: Record<string, string>): ChildProcess {
  return fork(join(import.meta.dirname, 'fuzz-server.ts'), targets, {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      METADATA_SERVER_DETECTION: 'none',
      EARTHENGINE_PROJECT: 'forest-watch',
      WEBHOOK_SECRETS: WEBHOOK_SECRET,
      ...environment,
    },
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function toWhole(parts: Health[]): Health {
  const sum = (name: 'heapUsedBytes' | 'rssBytes' | 'cpuMs' | 'peakRssBytes') =>
    parts.reduce((total, part) => total + part[name], 0);
  return {
    heapUsedBytes: sum('heapUsedBytes'),
    rssBytes: sum('rssBytes'),
    peakRssBytes: sum('peakRssBytes'),
    cpuMs: sum('cpuMs'),
    blockedMs: Math.max(...parts.map(({ blockedMs }) => blockedMs)),
    badLines: parts.flatMap(({ badLines }) => badLines),
  };
}

function receive<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    function onMessage(message: unknown): void {
      child.off('exit', onExit);
      resolve(message as Message);
    }
    function onExit(): void {
      child.off('message', onMessage);
      reject(new Error('Cannot go on: the process under test has ended'));
    }
    child.once('message', onMessage).once('exit', onExit);
  });
}
