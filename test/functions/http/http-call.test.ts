import { describe, expect, test } from '@jest/globals';
import { decodePath, splitTarget } from '../../../src/functions/http/http-call.ts';

describe('splitTarget()', () => {
  test.each([
    ['/v1/exports?a=1?b', { path: '/v1/exports', search: 'a=1?b' }],
    ['/', { path: '/', search: '' }],
    ['http://example.com/v1/exports?x', { path: '/v1/exports', search: 'x' }],
    ['HTTPS://example.com', { path: '/', search: '' }],
    ['//evil.example/v1', { path: '//evil.example/v1', search: '' }],
  ])('splits %s', (target, parts) => {
    expect(splitTarget(target)).toEqual(parts);
  });
});

describe('decodePath()', () => {
  test('decodes every segment once', () => {
    expect(decodePath('/v1/projects/my%2Dproject/classifier%3Aexport')).toBe(
      '/v1/projects/my-project/classifier:export',
    );
    expect(decodePath('/v1/exports/%2525')).toBe('/v1/exports/%25');
  });

  test.each([
    '/v1/exports%2Fa',
    '/v1/%2e%2e/exports',
    '/v1/../exports',
    '/v1/./exports',
    '/a%5Cb',
    '/a%00',
    '/a%0Ab',
    '/%',
    '/%ff',
    '*',
    '',
  ])('has no path for %j', (path) => {
    expect(decodePath(path)).toBeUndefined();
  });
});
