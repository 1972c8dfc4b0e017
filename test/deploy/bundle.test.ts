import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeBundle } from '../../scripts/bundle.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundle-test-'));
  mkdirSync(join(root, 'out'));
});

afterEach(() => rmSync(root, { recursive: true }));

/** Bundles these files, of which `src/main.ts` is the entry. */
async function bundle(files: Record<string, string>): Promise<string[]> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return writeBundle({ entry: join(root, 'src/main.ts'), out: join(root, 'out'), external: ['left-out'] });
}

function run(): string {
  return execFileSync(process.execPath, [join(root, 'out/index.cjs')], { encoding: 'utf8' }).trim();
}

function read(file: string): string {
  return readFileSync(join(root, 'out', file), 'utf8');
}

const PACKAGE = {
  'node_modules/shared/package.json': '{"name":"shared","main":"index.js"}',
  'node_modules/shared/index.js': "globalThis.loads = (globalThis.loads ?? 0) + 1; exports.word = 'shared word';",
};

describe('writeBundle()', () => {
  test('puts what is loaded by import() into a file of its own, which runs when it is loaded', async () => {
    const files = await bundle({
      'src/main.ts': "console.log('first'); import('./later.ts').then(({ say }) => say());",
      'src/later.ts': "export const say = () => console.log('later');",
    });
    expect(files).toEqual(['index.cjs', 'later.cjs']);
    expect(read('index.cjs')).not.toContain("'later'");
    expect(run()).toBe('first\nlater');
  });

  test('keeps a package in one file, however many of the others use it', async () => {
    await bundle({
      ...PACKAGE,
      'src/main.ts': `
        main();
        async function main() {
          const { tell } = await import('./user.ts');
          const { word } = await import('shared');
          console.log(tell(), word, globalThis.loads);
        }`,
      'src/user.ts': "import { word } from 'shared'; export const tell = () => word.toUpperCase();",
    });
    expect(read('user.cjs')).not.toContain('shared word');
    expect(run()).toBe('SHARED WORD shared word 1');
  });

  test('leaves the import() of packages where it is: they know why they have it', async () => {
    const files = await bundle({
      'node_modules/lazy/package.json': '{"name":"lazy","main":"index.js"}',
      'node_modules/lazy/index.js': "exports.load = () => import('./rest.js');",
      'node_modules/lazy/rest.js': "exports.rest = 'the rest';",
      'src/main.ts': "import { load } from 'lazy'; load().then(({ rest }) => console.log(rest));",
    });
    expect(files).toEqual(['index.cjs']);
    expect(run()).toBe('the rest');
  });

  test('leaves out what is installed beside it', async () => {
    await bundle({ 'src/main.ts': "import('left-out').then(console.log);" });
    expect(read('index.cjs')).toContain('require("left-out")');
  });

  test('refuses two modules whose files would have one name', async () => {
    const writing = bundle({
      'src/main.ts': "import('./a/part.ts'); import('./b/part.ts');",
      'src/a/part.ts': 'export const a = 1;',
      'src/b/part.ts': 'export const b = 1;',
    });
    await expect(writing).rejects.toThrow('there is a part.cjs of another module');
  });
});
