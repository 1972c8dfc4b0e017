import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findFreePort } from '../support/free-port.ts';

/** One of Google's emulators, running for as long as the suite it was given to. */
export interface Emulator {
  /** `127.0.0.1:PORT`, as `FIRESTORE_EMULATOR_HOST` and `PUBSUB_EMULATOR_HOST` want it. Known once the tests run. */
  readonly host: string;
  /** Stops the process where it is: connections stay open and nothing answers once this has resolved. */
  pause(): Promise<void>;
  resume(): void;
}

/** Names of the emulators, as gcloud names its components. */
export type EmulatorName = 'cloud-firestore-emulator' | 'pubsub-emulator';

const MOST_TRIES = 5;

/** An emulator for a script; undefined where it is not installed. */
export async function startEmulator(name: EmulatorName): Promise<(Emulator & { stop(): Promise<void> }) | undefined> {
  const javaArguments = findEmulator(name);
  if (!javaArguments) return undefined;
  const emulator = createEmulator();
  await emulator.start(javaArguments);
  return emulator;
}

/** An emulator that is not running yet. */
export function createEmulator() {
  let child: ChildProcess | undefined;
  let port = 0;

  return {
    get host() {
      return `127.0.0.1:${port}`;
    },
    async pause(): Promise<void> {
      child?.kill('SIGSTOP');
      while (child?.pid !== undefined && !isStopped(child.pid)) await wait(5);
    },
    resume: () => void child?.kill('SIGCONT'),
    async start(javaArguments: string[]): Promise<void> {
      // The port may be taken between finding it free and using it: then the process ends, and another is tried.
      for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
        port = await findFreePort();
        child = spawnTied('java', [...javaArguments, '--host=127.0.0.1', `--port=${port}`]);
        if (await isReady(child, port)) return;
      }
      throw new Error(`Cannot start the emulator: it ended ${MOST_TRIES} times; try java ${javaArguments.join(' ')}`);
    },
    async stop(): Promise<void> {
      if (child?.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
      child?.stdin?.end();
    },
  };
}

/** The signal reaches one thread after the other, and the last may answer meanwhile. Linux alone tells. */
function isStopped(pid: number): boolean {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return true;
  return readdirSync(threads).every((thread) =>
    /^State:\s+T/m.test(readFileSync(`${threads}/${thread}/status`, 'utf8')),
  );
}

/** Starts a process that is killed when this one ends, however it ends: its standard input closes with us. */
function spawnTied(command: string, args: string[]): ChildProcess {
  const script = 'exec 3<&0; (read _ <&3; kill -9 $$) & exec "$0" "$@" 3<&- </dev/null';
  return spawn('sh', ['-c', script, command, ...args], { stdio: ['pipe', 'ignore', 'ignore'] });
}

async function isReady(child: ChildProcess, port: number): Promise<boolean> {
  while (child.exitCode === null) {
    const answered = await fetch(`http://127.0.0.1:${port}/`)
      .then(({ ok }) => ok)
      .catch(() => false);
    if (answered) return true;
    await wait(50);
  }
  return false;
}

/** The arguments java needs to run the emulator, or undefined where it, or java, is not installed. */
export function findEmulator(name: EmulatorName): string[] | undefined {
  const root = readOutput('gcloud', ['info', '--format=value(installation.sdk_root)']);
  if (root === undefined || readOutput('java', ['-version']) === undefined) return undefined;
  const folder = join(root, 'platform', name, name === 'pubsub-emulator' ? 'lib' : '');
  const jar = existsSync(folder) ? readdirSync(folder).find((file) => file.endsWith('.jar')) : undefined;
  if (jar === undefined) return undefined;
  const path = join(folder, jar);
  return name === 'pubsub-emulator'
    ? ['-Xmx512m', '-jar', path]
    : [
        '-Xmx1g',
        '-Duser.language=en',
        '-cp',
        path,
        'com.google.cloud.datastore.emulator.firestore.CloudFirestore',
        'start',
      ];
}

function readOutput(command: string, args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
