import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

// docs/security.md is read by auditors: what it names must be there.

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const page = read('docs/security.md');
const { dependencies, allowScripts } = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};

describe('the threat model', () => {
  test('names every file of attacks, and none that is not there', () => {
    const named = [...page.matchAll(/`(test\/security\/[a-z-]+\.test\.ts)`/g)].map(([, path]) => path ?? '');
    for (const path of named) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
    const missing = files.filter((name) => !named.includes(`test/security/${name}`));
    expect(missing).toEqual(['threat-model.test.ts']);
  });

  test('has a row for each of OWASP’s ten', () => {
    for (let number = 1; number <= 10; number += 1) expect(page).toContain(`(API${number})`);
  });

  test('names files and settings that there are', () => {
    const paths = [...page.matchAll(/`((?:deploy|docs|src)\/[\w./-]+|CHANGELOG\.md)`/g)].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    const settings = new Set([...page.matchAll(/`([A-Z]+_[A-Z_]+)(?:=[\w-]+)?`/g)].map(([, name]) => name ?? ''));
    const config = read('src/config.ts');
    for (const name of settings)
      expect([name, config.includes(name) || name === 'REQUEST_ID_REUSED']).toEqual([name, true]);
  });
});

describe('the packages', () => {
  test('are pinned to one version each', () => {
    for (const [name, version] of Object.entries(dependencies)) {
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    }
  });

  test('have their hash in the lock file', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { integrity?: string; link?: boolean }>;
    };
    const bare = Object.entries(packages).filter(
      ([path, { integrity, link }]) => path && !link && !integrity?.startsWith('sha512-'),
    );
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  test('run no script when they are installed, but for Node itself', () => {
    expect(
      Object.entries(allowScripts)
        .filter(([, may]) => may)
        .map(([name]) => name),
    ).toEqual(['node']);
  });
});
