import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROUTES } from '../../src/functions/routes/routes.ts';
import { type AttackedService, attack, startAttackedService } from './attacked-service.ts';

// OWASP API9:2023, improper inventory management: addresses nobody thinks of any more.

let service: AttackedService;
beforeAll(async () => {
  service = await startAttackedService();
});
afterAll(() => service.close());

test('the routes → are these, and a new one is decided on here', () => {
  expect(ROUTES.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /v1/exports',
    'GET /v1/exports',
    'GET /v1/exports/{id}',
    'POST /v1/exports/{id}:cancel',
    'POST /v1/exports/{id}:retry',
    'POST /v1/projects/{project}/classifier:export',
    'GET /v1/projects/{project}/operations',
    'GET /v1/projects/{project}/operations/{operation=**}',
    'POST /v1/projects/{project}/operations/{operation=**}:cancel',
    'GET /v1/projects/{project}/algorithms',
    'GET /$discovery/rest',
    'GET /',
    'GET /console.js',
    'GET /console.css',
    'GET /openapi.json',
  ]);
});

describe('an address beside the routes', () => {
  test.each([
    '/.env',
    '/.git/config',
    '/admin',
    '/debug/pprof',
    '/metrics',
    '/healthz',
    '/_ah/warmup',
    '/status',
    '/swagger.json',
    '/console',
    '/console.js.map',
    '/index.html',
    '/package.json',
    '/dist/index.js',
    '/simulator/faults',
    '/server-status',
    '/v2/exports',
    '/v1alpha/projects/forest-watch/operations',
    '/v1beta/projects/forest-watch/operations',
  ])('%s → 404', async (path) => {
    for (const method of ['GET', 'POST']) {
      const { status, body } = await service.call(path, { method });
      expect([status, body]).toMatchObject([404, { error: { status: 'NOT_FOUND' } }]);
    }
  });

  test.each([
    'projects/forest-watch/assets/x',
    'projects/forest-watch/assets/x:setIamPolicy',
    'projects/forest-watch/assets:listAssets',
    'projects/forest-watch/config',
    'projects/forest-watch/value:compute',
    'projects/forest-watch/image:export',
    'projects/forest-watch/table:export',
    'projects/forest-watch/maps',
    'projects/forest-watch/operations/X:wait',
    'projects/forest-watch/operations/X:delete',
    'exports/x:delete',
    'exports/x/request',
    'exports/x/expression',
  ])('/v1/%s, a method of Earth Engine’s or none → 501, and is not passed on', async (path) => {
    const asked = service.sent.length;
    for (const method of ['GET', 'POST']) {
      expect([501, 405]).toContain((await service.call(`/v1/${path}`, { method })).status);
    }
    expect(service.sent.length).toBe(asked);
  });

  test.each(['/favicon.ico', '/robots.txt', '/FAVICON.ICO', '/favicon.ico/v1/exports'])(
    '%s, which the framework answers itself → 404 without a word',
    async (path) => {
      expect(await service.call(path)).toMatchObject({ status: 404, text: '' });
      expect(await attack(service.pollPort, path, { method: 'POST' })).toMatchObject({ status: 404, text: '' });
    },
  );
});
