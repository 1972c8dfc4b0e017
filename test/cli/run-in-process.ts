import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { runCli } from '../../src/cli/run-cli.ts';
import type { Io } from '../../src/cli/terminal/io.ts';
import type { CliRun, CliSurroundings } from './cli-process.ts';

/** Waits are so many times shorter than they are for people. */
const HASTE = 20;

/** Runs `ee-export` in this process, as over pipes. A process of its own takes a third of a second to start. */
export async function runInProcess(
  args: readonly string[],
  { env = {}, input = '', ...other }: CliSurroundings & Partial<Io> = {},
): Promise<CliRun> {
  const run: CliRun = { status: null, stdout: '', stderr: '' };
  run.status = await runCli(args, {
    env,
    write: (text) => {
      run.stdout += text;
    },
    writeError: (text) => {
      run.stderr += text;
    },
    terminal: undefined,
    fetch,
    getAccessToken: () => Promise.reject(new Error('There are no credentials here')),
    now: Date.now,
    wait: async (delayMs) => wait(delayMs / HASTE),
    readText: async (path) => (path === '-' ? input : readFile(path, 'utf8')),
    runCommand: () => Promise.reject(new Error('There are no other commands here')),
    ...other,
  });
  return run;
}
