import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROUTES } from '../../src/functions/routes/routes.ts';
import { type AttackedService, attack, bodyFor, PROJECT, startAttackedService } from './attacked-service.ts';

// OWASP API5:2023, broken function level authorization: calling what is somebody else's to call, by tricks with the
// method, the path and the function.

let service: AttackedService;
beforeAll(async () => {
  service = await startAttackedService({ simulator: { startDelayMs: 3_600_000 } });
  const json = bodyFor('x', { requestId: 'there' });
  expect(await service.call('/v1/exports', { json })).toMatchObject({ status: 202 });
});
afterAll(() => service.close());

/** Every path there is, filled in. */
const PATHS = [...new Set(ROUTES.map(({ path }) => path))].map((path) =>
  path.replace('{project}', PROJECT).replace('{id}', 'there').replace('{operation=**}', 'X'),
);

function methodsOf(path: string): string[] {
  return ROUTES.filter(
    (route) =>
      route.path.replace('{project}', PROJECT).replace('{id}', 'there').replace('{operation=**}', 'X') === path,
  ).map(({ method }) => method);
}

describe('a method', () => {
  const METHODS = ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'MERGE', 'PURGE', 'SEARCH', 'QUERY'];

  test.each(METHODS)('%s at every route → 405, and what is there stays', async (method) => {
    for (const path of PATHS) {
      const { status, headers } = await service.call(path, { method });
      expect([path, status, headers.allow]).toEqual([
        path,
        405,
        expect.stringMatching(/^(GET, HEAD|POST|GET, HEAD, POST)$/),
      ]);
    }
    expect(await service.ledger.get('there')).not.toHaveProperty('cancelRequestedAt');
  });

  test('GET where only POST is served → 405, so that no link changes anything', async () => {
    for (const path of PATHS.filter((each) => !methodsOf(each).includes('GET'))) {
      for (const method of ['GET', 'HEAD'])
        expect([path, (await service.call(path, { method })).status]).toEqual([path, 405]);
    }
  });

  test.each([
    ['X-HTTP-Method-Override', { 'x-http-method-override': 'POST' }],
    ['X-HTTP-Method', { 'x-http-method': 'POST' }],
    ['X-Method-Override', { 'x-method-override': 'DELETE' }],
  ])('hidden in %s → the real one counts', async (_, headers) => {
    expect((await service.call('/v1/exports/there:cancel', { headers })).status).toBe(405);
    expect((await service.call('/v1/exports/there', { headers })).status).toBe(200);
    expect((await service.call('/v1/exports/there?_method=POST')).status).toBe(400);
    expect(await service.ledger.get('there')).not.toHaveProperty('cancelRequestedAt');
  });

  test('HEAD → the answer to GET without its body', async () => {
    const { status, text, headers } = await service.call('/v1/exports/there', { method: 'HEAD' });
    expect([status, text, headers['content-type']]).toEqual([200, '', 'application/json; charset=utf-8']);
  });
});

describe('a path', () => {
  test.each([
    '//v1/exports',
    '/v1//exports',
    '/v1/exports/',
    '/v1/exports/there/',
    '/V1/exports',
    '/v1/Exports',
    '/v1/exports;x=y',
    '/v1/exports.json',
    '/v1/exports%00',
    '/v1/exports%2Fthere',
    '/v1/exports/%2e%2e/exports/there',
    '/v1/../v1/exports/there',
    '/v1/./exports/there',
    '/v1/exports/..;/there',
    '/v1\\exports\\there',
    '/x/../v1/exports',
    '/v1/exports/there:cancel:retry',
    '/v1/exports/:cancel',
  ])('%s → no route, nothing told', async (path) => {
    const { status, text } = await service.call(path);
    expect([400, 404, 405, 501]).toContain(status);
    expect(text).not.toContain('"createTime"');
  });
});

describe('a function', () => {
  test.each(['/pollOperations', '/exportsPubsub', '/exportsHttp', '/tick', '/v1/tick', '/v1/poll'])(
    'reached through another’s address: %s → 404 or 501, no tick is run',
    async (path) => {
      const asked = service.sent.length;
      expect([404, 501]).toContain((await service.call(path, { json: {} })).status);
      expect(service.sent.length).toBe(asked);
    },
  );

  test('that takes messages, given a call → it is no message: rejected, not carried out', async () => {
    const before = (await service.records()).length;
    const answer = await attack(service.pubsubPort, '/v1/exports', {
      json: bodyFor('sneaked', { requestId: 'sneaked' }),
    });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await service.ledger.get('sneaked')).toBeUndefined();
    const [newest] = await service.records();
    expect([newest?.state, (await service.records()).length]).toEqual(['REJECTED', before + 1]);
    for (const path of ['/v1/exports', '/v1/exports/there']) {
      expect((await attack(service.pubsubPort, path)).status).toBe(405);
    }
  });

  test('that ticks, given anything else → it ticks, and tells counts alone', async () => {
    expect((await attack(service.pollPort, '/v1/exports/there')).status).toBe(405);
    const { status, text } = await attack(service.pollPort, '/v1/exports', {
      json: bodyFor('y', { requestId: 'ticked' }),
    });
    expect(status).toBe(200);
    expect(text).not.toContain('there');
    expect(await service.ledger.get('ticked')).toBeUndefined();
  });
});

describe('with HTTP_AUTH=signature', () => {
  test('everything but submitting → is not there', async () => {
    const signed = await startAttackedService({
      settings: { HTTP_AUTH: 'signature', WEBHOOK_SECRETS: Buffer.alloc(32, 1).toString('base64') },
      parts: { ledger: service.ledger },
    });
    for (const { method, path, auth } of ROUTES) {
      const at = path.replace('{project}', PROJECT).replace('{id}', 'there').replace('{operation=**}', 'X');
      const answer = await signed.call(at, method === 'POST' ? { json: {} } : {});
      const isServed = auth.includes('signature');
      expect([method, at, answer.status]).toEqual([method, at, isServed ? 401 : at === '/v1/exports' ? 405 : 404]);
      expect(answer.text).not.toContain('there');
    }
    await signed.close();
  });
});
