import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type WrittenPackage, writePackage } from '../../scripts/package.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Loads the package as the framework does, and prints what that loaded: files, and parts of Node. */
const LOAD = `
const before = new Set([...Object.keys(require.cache), ...process.moduleLoadList]);
require(process.argv[1] + '/index.cjs');
const loaded = [...Object.keys(require.cache), ...process.moduleLoadList].filter((name) => !before.has(name));
console.log(JSON.stringify(loaded));
`;
/** What every start would otherwise load, and no start needs: TLS, HTTP/2 and the global fetch. */
const LATER = [
  'NativeModule https',
  'NativeModule tls',
  'NativeModule http2',
  'NativeModule internal/deps/undici/undici',
];

let out: string;
let written: WrittenPackage;

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'start-budget-'));
  written = await writePackage({ root: ROOT, entry: 'src/index.ts', out });
});

afterAll(() => rmSync(out, { recursive: true }));

function load(ledger: string): string[] {
  const text = execFileSync(process.execPath, ['-r', '@google-cloud/functions-framework', '-e', LOAD, out], {
    cwd: ROOT,
    encoding: 'utf8',
    env: {
      NODE_PATH: join(ROOT, 'node_modules'),
      EARTHENGINE_PROJECT: 'my-project',
      EVENTS_TOPIC: 'projects/my-project/topics/events',
      GOOGLE_CLOUD_PROJECT: 'my-project',
      LEDGER: ledger,
      SQLITE_PATH: ':memory:',
    },
  });
  return JSON.parse(text);
}

describe('what a function loads when it starts', () => {
  test.each(['sqlite', 'firestore'])('is one file, with LEDGER=%s', (ledger) => {
    const files = load(ledger).filter((name) => name.startsWith('/'));
    expect(files.map((path) => path.replace(`${out}/`, ''))).toEqual(['index.cjs']);
  });

  test('is no part of Node that only calls need', () => {
    expect(load('sqlite').filter((name) => LATER.includes(name))).toEqual([]);
  });

  test('is not large: what is read and parsed is most of what a start takes', () => {
    expect(written.startBytes).toBeLessThan(650_000);
    expect(written.startBytes).toBeGreaterThan(300_000);
  });
});

test('what is deployed is small', () => {
  expect(new Set(written.modules)).toEqual(new Set(['index.cjs', 'console.cjs', 'google-auth-library.cjs']));
  expect(statSync(written.zip).size).toBeLessThan(450_000);
});
