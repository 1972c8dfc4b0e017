import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePackage } from '../../scripts/package.ts';
import type { Emulator } from '../emulators/emulator-process.ts';
import { toGraph } from './graphs.ts';
import { type Exchange, toPost } from './raw-http.ts';

/** A function and how it is started and asked. */
export interface Contestant {
  name: string;
  /** Where its source and its packages are. */
  folder: string;
  target: string;
  /** Called for every start: no two processes have the same ledger. */
  createEnvironment: () => Record<string, string>;
  /** What it is asked first, and what a good answer is. */
  first: Exchange;
  /** What it needs to be running; stopped where it is while others are measured, whose processor it would take. */
  emulator?: Emulator | undefined;
}

/** Where the parts around the functions are. */
export interface Surroundings {
  earthEngineUrl: string;
  /** Firestore's; undefined where it is not installed. */
  firestore?: Emulator | undefined;
}

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = join(import.meta.dirname, 'functions');
const PROJECTS = 200;

/** A submission of a graph of about so many bytes; one of many projects, each of which may send only so much a second. */
function toSubmission(bytes: number, index = 0): { project: string; expression: object; assetExportOptions: object } {
  const project = `project-${index % PROJECTS}`;
  const name = `projects/${project}/assets/model`;
  return { project, expression: toGraph('features', bytes), assetExportOptions: { earthEngineDestination: { name } } };
}

/** Submissions made out for the wire, of many projects, or of a few where the graphs are large. */
export function toSubmissions(path: string, bytes: number, status = 202): Exchange[] {
  const count = bytes > 1e6 ? 4 : PROJECTS;
  return Array.from({ length: count }, (_, index) => toPost(path, toSubmission(bytes, index), status));
}

/** Writes what is deployed into a fresh folder and installs it there, as the build on Google Cloud does. */
export async function prepareOurs(work: string, { earthEngineUrl, firestore }: Surroundings) {
  const out = join(work, 'package');
  const folder = join(work, 'ours');
  await writePackage({ root: ROOT, entry: 'src/index.ts', out });
  cpSync(out, folder, { recursive: true, filter: (path) => !path.endsWith('.zip') });
  install(folder, ['ci', '--omit=dev']);
  let ledgers = 0;
  const every = Array.from({ length: PROJECTS }, (_, index) => `project-${index}`);

  /** `projects`: those that may be charged; `project-0` is asked for first. */
  function toContestant(
    target: string,
    first: Exchange,
    { ledger = 'sqlite', projects = ['project-0'] }: { ledger?: 'sqlite' | 'firestore'; projects?: string[] } = {},
  ): Contestant {
    return {
      name: `${target}, ${ledger === 'sqlite' ? 'SQLite' : 'Firestore'}`,
      ...{ folder, target, first },
      createEnvironment() {
        ledgers += 1;
        return {
          LEDGER: ledger,
          SQLITE_PATH: join(work, 'ledgers', `${ledgers}.db`),
          ...(firestore ? { FIRESTORE_EMULATOR_HOST: firestore.host } : {}),
          EARTHENGINE_PROJECT: 'my-project',
          EARTHENGINE_URL: earthEngineUrl,
          ALLOWED_PROJECTS: projects.join(','),
          EVENTS_TOPIC: 'projects/my-project/topics/events',
          GOOGLE_CLOUD_PROJECT: 'my-project',
          LOG_LEVEL: 'warning',
        };
      },
    };
  }

  const submission = toPost('/v1/exports', toSubmission(2_000), 202);
  const tick = toPost('/', {}, 200);
  return {
    http: toContestant('exportsHttp', submission),
    /** For the load: one project may send only so much a second. */
    httpOfManyProjects: toContestant('exportsHttp', submission, { projects: every }),
    pubsub: toContestant('exportsPubsub', toPush(toSubmission(2_000))),
    poll: toContestant('pollOperations', tick),
    withFirestore: firestore && {
      ...toContestant('exportsHttp', submission, { ledger: 'firestore' }),
      emulator: firestore,
    },
  };
}

/** The others; `grpc` only where its packages can be had and there is an emulator. */
export function prepareOthers(work: string, { earthEngineUrl, firestore }: Surroundings) {
  const submission = toPost('/', toSubmission(2_000), 202);
  const environment = { EARTHENGINE_URL: earthEngineUrl };
  const packages = join(ROOT, 'node_modules');

  function toContestant(name: string, target: string, source: string, first: Exchange): Contestant {
    const folder = write(work, source);
    symlinkSync(packages, join(folder, 'node_modules'));
    return { name, folder, target, first, createEnvironment: () => environment };
  }

  return {
    hello: toContestant('bare framework', 'hello', 'hello', toPost('/', {}, 200)),
    floor: toContestant('framework + zod + undici', 'floor', 'floor', submission),
    official: toContestant('`@google/earthengine`', 'earthEngine', 'earth-engine', submission),
    grpc: firestore && prepareGrpc(firestore),
  };

  function prepareGrpc(emulator: Emulator): Contestant | undefined {
    const folder = join(work, 'grpc');
    cpSync(join(SOURCES, 'grpc'), folder, { recursive: true });
    try {
      install(folder, ['install']);
    } catch (error) {
      console.error(`Left out: the Firestore gRPC client cannot be installed (${error})`);
      return undefined;
    }
    const createEnvironment = () => ({ ...environment, FIRESTORE_EMULATOR_HOST: emulator.host });
    return {
      name: 'Firestore gRPC, Pub/Sub eager',
      folder,
      target: 'grpc',
      first: submission,
      createEnvironment,
      emulator,
    };
  }
}

/** As `index.js`, which is what the framework looks for, and what most functions are. */
function write(work: string, source: string): string {
  const folder = join(work, source);
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(SOURCES, `${source}.cjs`), join(folder, 'index.js'));
  writeFileSync(join(folder, 'package.json'), '{ "main": "index.js", "private": true }');
  return folder;
}

function install(folder: string, args: readonly string[]): void {
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function toPush(submission: object): Exchange {
  const data = Buffer.from(JSON.stringify(submission)).toString('base64');
  const message = { data, messageId: '1', publishTime: new Date().toISOString() };
  const path = '/projects/my-project/topics/requests';
  return toPost(path, { message, subscription: 'projects/my-project/subscriptions/requests' }, 204);
}
