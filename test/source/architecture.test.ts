import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { findCycles } from './find-cycles.ts';
import { readSourceFiles, resolveImport, type SourceFile } from './source-files.ts';

const files = readSourceFiles('src');

/** The room a file is in: the first folder under src, or the file itself. */
function roomOf(path: string): string {
  return path.split('/')[1] ?? path;
}

const ANYONE_MAY = ['clock.ts', 'budget.ts', 'concurrently.ts', 'log.ts', 'traceparent.ts'];

/** Which rooms a room may look into, besides itself and the small files anyone may. */
const LOOKS_INTO: Record<string, string[]> = {
  request: [],
  http: [],
  'earth-engine': ['http'],
  events: [],
  exports: ['request', 'earth-engine', 'events', 'http'],
  functions: ['exports', 'request', 'earth-engine', 'events', 'config.ts'],
  console: ['functions', 'exports', 'request', 'events'],
  'config.ts': ['setting-types.ts'],
  'setting-types.ts': ['request'],
  'google-auth': [],
  'service.ts': [
    ...['exports', 'request', 'earth-engine', 'events', 'functions', 'console', 'http'],
    ...['config.ts', 'google-auth'],
  ],
  'index.ts': ['service.ts', 'config.ts', 'google-auth', 'events', 'exports', 'functions', 'http'],
  cli: ['local', 'earth-engine', 'functions', 'http', 'config.ts', 'google-auth'],
  local: ['service.ts', 'config.ts', 'google-auth', 'events', 'exports', 'functions', 'console', 'http'],
};

/** Which parts of its own room a part may look into, types included. A part is a folder, or a file beside the folders. */
const PARTS_LOOK_INTO: Record<string, Record<string, string[]>> = {
  exports: {
    'export.ts': ['record'],
    'ledger.ts': ['export.ts', 'record'],
    'page-token.ts': ['export.ts', 'ledger.ts'],
    record: ['export.ts'],
    transitions: ['export.ts', 'record'],
    sending: ['export.ts', 'ledger.ts', 'record', 'transitions'],
    settling: ['export.ts', 'ledger.ts', 'record', 'transitions'],
    polling: ['export.ts', 'ledger.ts', 'record', 'transitions', 'sending', 'settling'],
    sqlite: ['export.ts', 'ledger.ts', 'page-token.ts', 'record'],
    firestore: ['export.ts', 'ledger.ts', 'page-token.ts', 'record'],
    'ledger-sqlite.ts': ['export.ts', 'ledger.ts', 'page-token.ts', 'record', 'sqlite'],
    'ledger-firestore.ts': ['ledger.ts', 'firestore'],
    'submitter.ts': ['export.ts', 'ledger.ts', 'record', 'transitions', 'sending', 'settling'],
    'poller.ts': ['record', 'sending', 'polling'],
    'cancel.ts': ['export.ts', 'ledger.ts', 'record', 'transitions'],
    'retry.ts': ['export.ts', 'ledger.ts', 'record', 'transitions', 'sending'],
    'preflight.ts': [],
  },
  functions: {
    http: [],
    access: ['http'],
    'function-names.ts': [],
    'register-functions.ts': ['function-names.ts'],
    intake: ['access', 'http', 'function-names.ts'],
    message: ['access', 'http'],
    routes: ['access', 'http'],
    'exports-http.ts': ['access', 'http', 'routes'],
    'exports-pubsub.ts': ['http', 'intake', 'message'],
    'poll-operations.ts': ['access', 'http'],
  },
  request: {
    json: [],
    faults: [],
    fields: ['faults', 'json'],
    graph: ['faults', 'json'],
    classifier: ['faults', 'graph'],
    outline: ['faults', 'graph', 'classifier'],
    recipes: ['faults', 'json', 'graph', 'classifier'],
    'digest.ts': ['fields', 'graph'],
    'request-schema.ts': ['faults', 'fields', 'recipes'],
    'request-fields.ts': ['faults', 'fields', 'request-schema.ts'],
    'request-graph.ts': ['faults', 'json', 'graph', 'classifier', 'outline', 'recipes'],
    'export-request.ts': [
      'faults',
      'fields',
      'graph',
      'outline',
      'digest.ts',
      'request-schema.ts',
      'request-fields.ts',
      'request-graph.ts',
    ],
  },
  cli: {
    terminal: [],
    service: ['terminal'],
    doctor: [],
    commands: ['service', 'terminal', 'doctor'],
    'usage.ts': [],
    'run-cli.ts': ['commands', 'terminal', 'usage.ts'],
    'main.ts': ['run-cli.ts', 'terminal'],
  },
};

/** What other rooms need of the folders of `exports`: the words of its records, and what `service.ts` puts together. */
const OPEN_TO_OTHERS = /^src\/exports\/([a-z-]+\.ts|record\/(states|export-id|sent-id)\.ts|sending\/sender\.ts)$/;

/** Where each package may be imported; every other place asks that file. */
const HOMES: Record<string, RegExp> = {
  '@google-cloud/functions-framework': /^src\/functions\//,
  '@google-cloud/functions-framework/testing': /^src\/local\//,
  '@google-cloud/pubsub': /^src\/events\/publisher\.ts$/,
  '@googleapis/firestore': /^src\/exports\/firestore\//,
  'google-auth-library': /^src\/google-auth\//,
  standardwebhooks: /^src\/functions\/access\/signature\.ts$/,
  'node:sqlite': /^src\/exports\/sqlite\//,
  zod: /./,
};

function findStrays(isStray: (file: SourceFile, from: string, target: string | undefined) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter(({ from }) => isStray(file, from, resolveImport(file, from)))
      .map(({ from }) => `${file.path} imports ${from}`),
  );
}

describe('the rooms of src', () => {
  test('look only into the rooms they may', () => {
    const strays = findStrays((file, _, target) => {
      if (target === undefined) return false;
      const [here, there] = [roomOf(file.path), roomOf(target)];
      return here !== there && !ANYONE_MAY.includes(there) && !(LOOKS_INTO[here] ?? []).includes(there);
    });
    expect(strays).toEqual([]);
  });

  test('have parts that look only into the parts they may', () => {
    const partOf = (path: string) => path.split('/')[2] ?? path;
    const strays = findStrays((file, _, target) => {
      const parts = PARTS_LOOK_INTO[roomOf(file.path)];
      if (target === undefined || parts === undefined || roomOf(target) !== roomOf(file.path)) return false;
      const [here, there] = [partOf(file.path), partOf(target)];
      return here !== there && !(parts[here] ?? []).includes(there);
    });
    expect(strays).toEqual([]);
  });

  test('take of exports nothing but what is open to others', () => {
    const strays = findStrays(
      (file, _, target) =>
        target?.startsWith('src/exports/') === true && roomOf(file.path) !== 'exports' && !OPEN_TO_OTHERS.test(target),
    );
    expect(strays).toEqual([]);
  });

  test('keep every package in its one home', () => {
    const strays = findStrays((file, from, target) => {
      if (target !== undefined || (from.startsWith('node:') && from !== 'node:sqlite')) return false;
      return !HOMES[from]?.test(file.path);
    });
    expect(strays).toEqual([]);
  });

  test('take nothing but types from packages that are not deployed', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
    const strays = files.flatMap(({ path, text }) =>
      [...text.matchAll(/^import (?!type\b).* from '([^.][^']*)'|\bimport\('([^.][^']*)'\)/gm)]
        .map(([, from, loaded]) => from ?? loaded ?? '')
        .filter((from) => !from.startsWith('node:') && !Object.hasOwn(dependencies, from.replace('/testing', '')))
        .map((from) => `${path} loads ${from}`),
    );
    expect(strays).toEqual([]);
  });

  test('leave the request, the record and the completion event pure', () => {
    const pure =
      /^src\/(request\/|exports\/(export\.ts|record\/|transitions\/)|events\/(completion-event|ended-states|to-rfc3339)\.ts)/;
    const strays = findStrays(
      (file, from) =>
        pure.test(file.path) && !from.startsWith('.') && !['zod', 'node:crypto', 'node:zlib'].includes(from),
    );
    expect(strays).toEqual([]);
  });

  test('leave the simulator to itself', () => {
    const strays = findStrays(
      (file, from, target) =>
        file.path.startsWith('src/local/earth-engine-simulator/') &&
        (target === undefined ? !from.startsWith('node:') : !target.startsWith('src/local/earth-engine-simulator/')),
    );
    expect(strays).toEqual([]);
  });

  test('deploy nothing of the local stack', () => {
    const strays = findStrays(
      (file, _, target) => !/^src\/(local|cli)\//.test(file.path) && (target?.startsWith('src/local/') ?? false),
    );
    expect(strays).toEqual([]);
  });
});

describe('source files', () => {
  const deployed = files.filter(({ path }) => !/^src\/(local|cli)\//.test(path));

  test('read the environment in the composition root alone', () => {
    const readers = deployed.filter(({ text }) => text.includes('process.env')).map(({ path }) => path);
    expect(readers).toEqual(['src/index.ts']);
  });

  test('take time and chance from their options', () => {
    const own = /\b(Date\.now\(|Math\.random\(|setTimeout\(|setInterval\(|AbortSignal\.timeout\(|performance\.now\()/;
    const served = deployed.filter(({ path }) => !path.startsWith('src/console/page/'));
    const strays = served.filter(({ path, text }) => path !== 'src/clock.ts' && own.test(text));
    expect(strays.map(({ path }) => path)).toEqual([]);
  });

  test('compress without the thread pool, whose order is chance', () => {
    const strays = deployed.filter(({ text }) => /\b(gzip|gunzip|deflate|inflate)\(/.test(text));
    expect(strays.map(({ path }) => path)).toEqual([]);
  });

  test('re-export nothing but types', () => {
    const barrel = /^export\s+(\*|\{[^}]*\})\s+from/m;
    expect(files.filter(({ text }) => barrel.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('import each other in no circle', () => {
    expect(findCycles(files)).toEqual([]);
  });
});
