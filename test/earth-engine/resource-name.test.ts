import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toProjectPath, toResourcePath } from '../../src/earth-engine/resource-name.ts';

describe('toResourcePath()', () => {
  test.each([
    ['projects/my-project/operations/ABC', 'projects/my-project/operations/ABC'],
    ['projects/example.com:my-project/operations/ABC', 'projects/example.com:my-project/operations/ABC'],
    ['projects/p/assets/a b?c#d', 'projects/p/assets/a%20b%3Fc%23d'],
    ['projects/p/assets/100%2e%2e', 'projects/p/assets/100%252e%252e'],
    ['projects/p/assets/%2e%2e/x', 'projects/p/assets/%252e%252e/x'],
    ['projects/p/assets/..\\..\\x', 'projects/p/assets/..%5C..%5Cx'],
    ['projects/p/assets/x\r\nHost: evil', 'projects/p/assets/x%0D%0AHost:%20evil'],
    ['projects/p/assets/ü', 'projects/p/assets/%C3%BC'],
  ])('writes %j', (name, path) => {
    expect(toResourcePath(name)).toBe(path);
  });

  test.each([
    '',
    '/',
    '/projects/p',
    'projects/p/',
    'projects//assets/x',
    '..',
    'projects/p/assets/..',
    'projects/p/assets/../../q/assets/x',
    'projects/./assets/x',
    'projects/p/assets/\udfff',
  ])('refuses %j', (name) => {
    expect(toResourcePath(name)).toBeUndefined();
  });

  test('names the same resource for whoever takes the path apart, or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const path = toResourcePath(name);
        if (path === undefined) return;
        const url = new URL(`https://earthengine.googleapis.com/v1/${path}`);
        expect(url.href).toBe(`https://earthengine.googleapis.com/v1/${path}`);
        expect(decodeURIComponent(url.pathname)).toBe(`/v1/${name}`);
        expect(url.search + url.hash).toBe('');
      }),
      {
        numRuns: 500,
        examples: [['..'], ['%2e%2e'], ['a\\b'], ['?'], ['#'], ['a//b'], ['@evil.example'], ['\t'], ["'"]],
      },
    );
  });
});

test('toProjectPath() takes one segment only', () => {
  expect(toProjectPath('example.com:my-project')).toBe('projects/example.com:my-project');
  expect(toProjectPath('p/operations/x')).toBeUndefined();
  expect(toProjectPath('..')).toBeUndefined();
  expect(toProjectPath('')).toBeUndefined();
});
