import { describe, expect, test } from '@jest/globals';
import { createRouteFinder } from '../../../src/functions/routes/find-route.ts';
import { ROUTES } from '../../../src/functions/routes/routes.ts';

const find = createRouteFinder(ROUTES, 'iam');

describe('createRouteFinder()', () => {
  test.each([
    ['POST', '/v1/exports', 'submitExport', {}],
    ['GET', '/v1/exports', 'listExports', {}],
    ['GET', '/v1/exports/a-1', 'getExport', { id: 'a-1' }],
    ['HEAD', '/v1/exports/a-1', 'getExport', { id: 'a-1' }],
    ['POST', '/v1/exports/a-1:cancel', 'cancelExport', { id: 'a-1' }],
    ['POST', '/v1/exports/a-1:retry', 'retryExport', { id: 'a-1' }],
    ['POST', '/v1/projects/p/classifier:export', 'startOperation', { project: 'p' }],
    ['POST', '/v1/projects/example.com:p/classifier:export', 'startOperation', { project: 'example.com:p' }],
    ['GET', '/v1/projects/p/operations', 'listOperations', { project: 'p' }],
    ['GET', '/v1/projects/p/operations/A/B', 'getOperation', { project: 'p', operation: 'A/B' }],
    ['POST', '/v1/projects/p/operations/A:cancel', 'cancelOperation', { project: 'p', operation: 'A' }],
    ['GET', '/v1/projects/p/algorithms', 'listAlgorithms', { project: 'p' }],
    ['GET', '/$discovery/rest', 'getDiscovery', {}],
    ['GET', '/', 'getPage', {}],
    ['GET', '/openapi.json', 'getPage', {}],
  ])('finds %s %s', (method, path, handler, params) => {
    expect(find(method, path)).toMatchObject({ kind: 'found', route: { handler }, params });
  });

  test.each([
    ['PUT', '/v1/exports', ['GET', 'HEAD', 'POST']],
    ['DELETE', '/v1/exports/a', ['GET', 'HEAD']],
    ['GET', '/v1/exports/a:cancel', ['POST']],
    ['POST', '/$discovery/rest', ['GET', 'HEAD']],
    ['OPTIONS', '/v1/exports', ['GET', 'HEAD', 'POST']],
  ])('tells the methods of the path for %s %s', (method, path, methods) => {
    expect(find(method, path)).toEqual({ kind: 'wrong-method', methods });
  });

  test.each([
    '/v1',
    '/v1/',
    '/v1/exports/',
    '/v1/exports/a/b',
    '/v1/exports/a:delete',
    '/openapiXjson',
    '//',
    '/V1/exports',
  ])('knows nothing at %s', (path) => {
    expect(find('GET', path)).toEqual({ kind: 'unknown' });
  });

  test('leaves nothing but what submits where calls are signed', () => {
    const signed = createRouteFinder(ROUTES, 'signature');
    const left = ROUTES.filter(({ method, path }) => signed(method, path.replace(/\{.*?\}/g, 'x')).kind === 'found');
    expect(left.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/exports',
      'POST /v1/projects/{project}/classifier:export',
    ]);
  });
});
