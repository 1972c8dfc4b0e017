import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findFreePort } from '../support/free-port.ts';
import type { Contestant } from './contestants.ts';
import { onServerCore } from './cores.ts';
import { ask, type Exchange } from './raw-http.ts';

/** A function of a contestant, serving in a process of its own. */
export interface Served {
  port: number;
  /** From the start of the process to the end of its first good answer. */
  firstAnswerMs: number;
  /** Resident memory now, and the most there ever was. */
  readMemory(): { nowMiB: number; mostMiB: number };
  /** Ends it by SIGTERM, as Cloud Run does. */
  stop(): Promise<void>;
}

const START_WITHIN_MS = 30_000;
const RETRY_MS = 1;

/** Starts the functions framework's own command line on a contestant, and asks until it has answered well. */
export async function serve(contestant: Contestant, cacheFolder?: string): Promise<Served> {
  const port = await findFreePort();
  const framework = join(contestant.folder, 'node_modules/.bin/functions-framework');
  const command = [process.execPath, framework, `--target=${contestant.target}`, `--port=${port}`];
  const [program = '', ...args] = onServerCore(command);
  const start = performance.now();
  const child = spawn(program, args, {
    cwd: contestant.folder,
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      METADATA_SERVER_DETECTION: 'none',
      ...contestant.createEnvironment(),
      ...(cacheFolder === undefined ? {} : { NODE_COMPILE_CACHE: cacheFolder }),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  try {
    await askUntilUp(child, port, contestant.first);
  } catch (cause) {
    await stop(child);
    throw new Error(`Cannot measure ${contestant.name}: ${cause}\n${errors}`, { cause });
  }
  const firstAnswerMs = performance.now() - start;
  return { port, firstAnswerMs, readMemory: () => readMemory(child), stop: () => stop(child) };
}

async function askUntilUp(child: ChildProcess, port: number, exchange: Exchange): Promise<void> {
  const deadline = performance.now() + START_WITHIN_MS;
  while (child.exitCode === null && performance.now() < deadline) {
    const status = await ask(port, exchange).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNREFUSED') throw error;
      return undefined;
    });
    if (status === exchange.status) return;
    if (status !== undefined) throw new Error(`it answers ${status}; ${exchange.status} is wanted`);
    await wait(RETRY_MS);
  }
  throw new Error('it did not start');
}

function readMemory({ pid }: ChildProcess): { nowMiB: number; mostMiB: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { nowMiB: read('VmRSS'), mostMiB: read('VmHWM') };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
