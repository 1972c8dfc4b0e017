import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

/** How a run of the command ended. */
export interface CliRun {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** What a run is given besides its arguments. */
export interface CliSurroundings {
  /** Of the environment it sees no more than this and PATH. */
  env?: Record<string, string>;
  input?: string;
  /** Told all of the standard output so far, whenever there is more. */
  onOutput?: (stdout: string) => void;
}

/** Runs `ee-export` in a process of its own, with pipes for its input and output. */
export async function runCliProcess(args: string[], surroundings: CliSurroundings = {}): Promise<CliRun> {
  return run(process.execPath, [MAIN, ...args], surroundings);
}

/** Runs `ee-export` on a pseudo-terminal of 100 columns (util-linux `script`); all it writes comes in `stdout`. */
export async function runCliOnTerminal(args: string[], surroundings: CliSurroundings = {}): Promise<CliRun> {
  const words = [process.execPath, MAIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const command = `stty cols 100 rows 12; ${words.join(' ')}`;
  return run('script', ['--quiet', '--return', '--command', command, '/dev/null'], surroundings);
}

async function run(command: string, args: string[], surroundings: CliSurroundings): Promise<CliRun> {
  const { env = {}, input = '', onOutput } = surroundings;
  const child = spawn(command, args, { env: { PATH: process.env['PATH'], ...env } });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    onOutput?.(output);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, stdout, stderr };
}
