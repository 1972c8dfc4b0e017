import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { deriveLock, type LockFile } from '../../scripts/derive-lock.ts';
import { writePackage } from '../../scripts/package.ts';
import { toZip } from '../../scripts/zip.ts';

const ENTRY = `
import { http } from '@google-cloud/functions-framework';
http('exportsHttp', async (_, response) => {
  const { PubSub } = await import('@google-cloud/pubsub');
  response.json(typeof PubSub);
});`;
const FILES = ['LICENSE', 'firestore-indexes.json', 'index.cjs', 'package-lock.json', 'package.json'];

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'package-test-'));
  mkdirSync(join(root, 'src/exports/firestore'), { recursive: true });
  const project = join(import.meta.dirname, '../..');
  for (const name of ['package.json', 'package-lock.json', 'LICENSE', 'src/exports/firestore/firestore-indexes.json']) {
    writeFileSync(join(root, name), readFileSync(join(project, name)));
  }
  writeFileSync(join(root, 'src/index.ts'), ENTRY);
});

afterAll(() => rmSync(root, { recursive: true }));

async function write(folder: string): Promise<{ out: string; names: string[]; zip: string }> {
  const out = join(root, folder);
  const { zip } = await writePackage({ root, entry: 'src/index.ts', out });
  return { out, names: readdirSync(out).sort(), zip };
}

function readJson(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

describe('writePackage()', () => {
  test('writes one module, what it needs to be installed, and a zip of it all', async () => {
    const { names } = await write('whole');
    expect(names.filter((name) => !name.endsWith('.zip'))).toEqual(FILES);
    expect(names.filter((name) => name.endsWith('.zip'))).toEqual([expect.stringMatching(/-[0-9a-f]{16}\.zip$/)]);
  });

  test('names exact versions, Node 24, the entry, and no scripts', async () => {
    const { out } = await write('named');
    const written = readJson(join(out, 'package.json'));
    expect(Object.keys(written.dependencies)).toEqual(['@google-cloud/functions-framework', '@google-cloud/pubsub']);
    for (const version of Object.values(written.dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(written).toMatchObject({ main: 'index.cjs', engines: { node: '24' }, private: true });
    expect(written).not.toHaveProperty('scripts');
    expect(written).not.toHaveProperty('devDependencies');
  });

  test('leaves the framework and Pub/Sub outside the bundle, and nothing else', async () => {
    const { out } = await write('bundled');
    const bundle = readFileSync(join(out, 'index.cjs'), 'utf8');
    const required = [...bundle.matchAll(/(?:require|import)\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(new Set(required)).toEqual(new Set(['@google-cloud/functions-framework', '@google-cloud/pubsub']));
  });

  test('gives the same bytes under the same name for the same content, and another name for other content', async () => {
    const first = await write('first');
    const again = await write('again');
    expect(readFileSync(first.zip).equals(readFileSync(again.zip))).toBe(true);
    expect(first.names).toEqual(again.names);
    writeFileSync(join(root, 'src/index.ts'), `${ENTRY}\nconsole.log('other');`);
    const other = await write('other');
    writeFileSync(join(root, 'src/index.ts'), ENTRY);
    expect(other.names).not.toEqual(first.names);
  });

  test('leaves nothing of an earlier package behind', async () => {
    const { out, names } = await write('twice');
    writeFileSync(join(out, 'ee-classifier-export-old.zip'), '');
    expect((await write('twice')).names).toEqual(names);
  });

  test('refuses an entry that only seems to be bundled', async () => {
    writeFileSync(join(root, 'src/warned.ts'), 'console.log(import.meta.dirname);');
    const writing = writePackage({ root, entry: 'src/warned.ts', out: join(root, 'warned') });
    await expect(writing).rejects.toThrow(/^Cannot bundle /);
  });
});

describe('deriveLock()', () => {
  const root: LockFile['packages'] = {
    '': { name: 'project' },
    'node_modules/a': { version: '1.0.0', dependencies: { b: '^1.0.0', c: '^2.0.0' } },
    'node_modules/b': { version: '1.0.0', dev: true, optionalDependencies: { gone: '^1.0.0' } },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/a/node_modules/c': { version: '2.0.0', dependencies: { d: '^1.0.0' } },
    'node_modules/d': {
      version: '1.0.0',
      peerDependencies: { e: '*' },
      peerDependenciesMeta: { e: { optional: true } },
    },
    'node_modules/e': { version: '1.0.0' },
  };
  const lock: LockFile = { name: 'project', version: '1.0.0', lockfileVersion: 3, requires: true, packages: root };
  const deployed = { name: 'p', version: '1', license: 'x', dependencies: { a: '1.0.0' }, engines: { node: '24' } };

  test('keeps what is reached, where it is, and nothing else', () => {
    expect(Object.keys(deriveLock(lock, deployed).packages)).toEqual([
      '',
      'node_modules/a',
      'node_modules/a/node_modules/c',
      'node_modules/b',
      'node_modules/d',
    ]);
  });

  test('calls nothing a development dependency that is needed', () => {
    expect(deriveLock(lock, deployed).packages['node_modules/b']).not.toHaveProperty('dev');
  });

  test('throws for what is not installed', () => {
    const lacking = { ...deployed, dependencies: { z: '1.0.0' } };
    expect(() => deriveLock(lock, lacking)).toThrow('Cannot lock "z"');
  });
});

describe('toZip()', () => {
  test('puts files in order of their names, whatever order they come in', () => {
    const a = { name: 'a.txt', content: Buffer.from('first') };
    const b = { name: 'b.txt', content: Buffer.from('second'.repeat(100)) };
    expect(toZip([b, a]).equals(toZip([a, b]))).toBe(true);
  });

  test('packs what can be unpacked again', () => {
    const content = Buffer.from('höhe\n'.repeat(1_000));
    const zip = toZip([{ name: 'ä.txt', content }]);
    const start = 30 + Buffer.byteLength('ä.txt');
    expect(zip.readUInt32LE(0)).toBe(0x04034b50);
    expect(zip.toString('utf8', 30, start)).toBe('ä.txt');
    expect(inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(18))).equals(content)).toBe(true);
    expect(zip.length).toBeLessThan(content.length / 10);
  });
});
