import { expect, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { readDocument } from './markdown.ts';

test('the changelog begins with the version of the package, which the lock file has too', () => {
  const [, newest] = /^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$/m.exec(readDocument('CHANGELOG.md')) ?? [];
  expect([newest, lock.version, lock.packages[''].version]).toEqual([
    packageJson.version,
    packageJson.version,
    packageJson.version,
  ]);
});
