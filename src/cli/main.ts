#!/usr/bin/env node
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemClock } from '../clock.ts';
import { runCli } from './run-cli.ts';
import { usageError } from './terminal/cli-error.ts';
import type { Io } from './terminal/io.ts';

const { stdout, stderr, stdin } = process;

/** Of a terminal that does not tell its size. */
const COLUMNS = 80;
const ROWS = 24;

const io: Io = {
  env: process.env,
  write: (out) => void stdout.write(out),
  writeError: (out) => void stderr.write(out),
  terminal: stdout.isTTY ? { columns: () => stdout.columns || COLUMNS, rows: () => stdout.rows || ROWS } : undefined,
  fetch,
  getAccessToken,
  now: Date.now,
  wait: async (delayMs) => wait(delayMs),
  readText: (path) => (path === '-' ? text(stdin) : readFile(path, 'utf8').catch(refuseFile)),
  runCommand: async (command, args) => (await promisify(execFile)(command, args)).stdout,
};

// A reader that has seen enough (`… | head`) ends the command, as it ends any other.
stdout.on('error', () => process.exit());
process.exitCode = await runCli(process.argv.slice(2), io);

/** Google's library is loaded for the one command that asks. */
async function getAccessToken(): Promise<string> {
  const { createGoogleCredentials } = await import('../google-auth/google-credentials.ts');
  return createGoogleCredentials({ clock: systemClock }).getToken(false);
}

function refuseFile(error: Error): never {
  throw usageError(
    `Cannot read the file: ${error.message}; a file that you may read is wanted, or - for standard input`,
  );
}
