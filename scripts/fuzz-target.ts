import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '../src/local/earth-engine-simulator/server.ts';
import type { Health, Target } from './fuzz-server.ts';

/** The secret with which calls to `signedHttp` are signed. */
export const WEBHOOK_SECRET = Buffer.from('a secret for calls that are made up').toString('base64');

/** The functions in a process of their own, on a simulated Earth Engine in this one. */
export interface FuzzTarget {
  ports: Record<Target, number>;
  /** Collects garbage there, and tells what is left. */
  readHealth(): Promise<Health>;
  /** How the process ended; undefined while it lives. */
  ended(): string | undefined;
  /** What it wrote beside its log. */
  output(): string;
  close(): Promise<void>;
}

/** Starts them. `environment`: settings over the usual ones. */
export async function startFuzzTarget(environment: Record<string, string> = {}): Promise<FuzzTarget> {
  const simulator = await startSimulator({
    startDelayMs: 0,
    durationMs: 0,
    retentionMs: 60_000,
    maxRequests: 1,
    seed: 1,
  });
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const child = fork(join(import.meta.dirname, 'fuzz-server.ts'), {
    execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      METADATA_SERVER_DETECTION: 'none',
      EARTHENGINE_PROJECT: 'forest-watch',
      EARTHENGINE_URL: simulator.url,
      SQLITE_PATH: join(folder, 'ledger.db'),
      WEBHOOK_SECRETS: WEBHOOK_SECRET,
      ...environment,
    },
  });
  let output = '';
  let end: string | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      if (output.length < 100_000) output += String(chunk);
    });
  }
  child.once('exit', (code, signal) => {
    end = `code ${code}, signal ${signal}`;
  });
  const ports = await receive<Record<Target, number>>(child);
  return {
    ports,
    async readHealth() {
      child.send('health');
      return receive<Health>(child);
    },
    ended: () => end,
    output: () => output,
    async close() {
      if (end === undefined) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
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
