import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bodyOf, startEdge } from '../edge.ts';
import { detailsOf } from '../error-details.ts';
import { exchange } from '../function-server.ts';

type Edge = Awaited<ReturnType<typeof startEdge>>;

const EVERY_CALL: [string, string][] = [
  ['POST', '/v1/exports'],
  ['POST', '/v1/projects/forest-watch/classifier:export'],
  ['GET', '/v1/exports'],
  ['GET', '/v1/exports/x'],
  ['POST', '/v1/exports/x:cancel'],
  ['POST', '/v1/exports/x:retry'],
  ['GET', '/v1/projects/forest-watch/operations'],
  ['GET', '/v1/projects/forest-watch/operations/X'],
  ['POST', '/v1/projects/forest-watch/operations/X:cancel'],
  ['GET', '/v1/projects/forest-watch/algorithms'],
  ['GET', '/$discovery/rest'],
  ['GET', '/'],
  ['GET', '/console.js'],
  ['GET', '/openapi.json'],
];

function call(edge: Edge, [method, path]: [string, string], headers: Record<string, string> = {}) {
  return edge.call(path, { method, headers, ...(method === 'POST' ? { body: JSON.stringify(bodyOf()) } : {}) });
}

describe('a page of another site', () => {
  let edge: Edge;
  beforeAll(async () => {
    edge = await startEdge();
  });
  afterAll(() => edge.close());

  test.each([
    ['cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['same-site', { 'sec-fetch-site': 'same-site' }],
    ['by its Origin', { origin: 'https://evil.example' }],
    ['without one', { origin: 'null' }],
  ])('gets nothing done: %s', async (_, headers) => {
    for (const each of EVERY_CALL) expect(await call(edge, each, headers)).toMatchObject({ status: 403 });
    expect(await edge.ledger.list({}, { pageSize: 10 })).toEqual({ exports: [] });
    expect(edge.simulator.requests).toEqual([]);
  });

  test('is told by a preflight that it may not', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const { status, headers: answered } = await edge.call('/v1/exports', { method: 'OPTIONS', headers });
    expect([status, answered.get('access-control-allow-origin')]).toEqual([405, null]);
  });

  test.each([
    ['text/plain', undefined],
    ['application/x-www-form-urlencoded', undefined],
    ['', undefined],
    ['application/json', 'gzip'],
  ])('cannot send %j packed as %s', async (type, encoding) => {
    const headers = { 'content-type': type, ...(encoding ? { 'content-encoding': encoding } : {}) };
    const { status, body } = await call(edge, ['POST', '/v1/exports'], headers);
    expect([status, body]).toMatchObject([415, { error: { code: 415 } }]);
    expect(await edge.ledger.list({}, { pageSize: 10 })).toEqual({ exports: [] });
  });

  test('can neither split a header nor smuggle a second request', async () => {
    const injected = await edge.call('/v1/exports/x%0d%0aset-cookie:%20a=b');
    expect([injected.status, injected.headers.has('set-cookie')]).toEqual([400, false]);
    const twice =
      'POST /v1/exports HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(await exchange(edge.port, twice)).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe('HTTP_AUTH=iam', () => {
  test('shows, cancels and retries for each caller what its own rules allow alone', async () => {
    const policy = {
      'small@example.com': { assets: ['projects/forest-watch/assets/small'], maxPriority: 100 },
      'big@example.com': { maxPriority: 9999 },
    };
    const edge = await startEdge({ settings: { CALLER_POLICY: JSON.stringify(policy) } });
    const as = (email: string) => {
      const claims = Buffer.from(JSON.stringify({ email, email_verified: true })).toString('base64url');
      return { authorization: `Bearer x.${claims}.y` };
    };
    const [small, big] = [as('small@example.com'), as('big@example.com')];
    const own = bodyOf({ requestId: 'own', priority: 5000 }, 'projects/forest-watch/assets/small/x');
    expect((await edge.call('/v1/exports', { json: own, headers: small })).status).toBe(403);
    expect((await edge.call('/v1/exports', { json: own, headers: big })).status).toBe(202);
    const large = bodyOf({ requestId: 'large' }, 'projects/forest-watch/assets/large');
    expect((await edge.call('/v1/exports', { json: large, headers: small })).status).toBe(403);
    expect((await edge.call('/v1/exports', { json: large, headers: big })).status).toBe(202);

    const listed = await edge.call('/v1/exports', { headers: small });
    expect((listed.body as { exports: { id: string }[] }).exports.map(({ id }) => id)).toEqual(['own']);
    expect((await edge.call('/v1/exports?counts=true', { headers: small })).body).not.toHaveProperty('counts');
    const counted = await edge.call('/v1/exports?counts=true', { headers: big });
    expect(counted.body).toMatchObject({ counts: { 'forest-watch': { PENDING: 2 } } });
    expect((await edge.call('/v1/exports/large', { headers: small })).status).toBe(404);
    expect((await edge.call('/v1/exports/large:cancel', { json: {}, headers: small })).status).toBe(404);
    expect((await edge.call('/v1/exports/large:retry', { json: { attempt: 1 }, headers: small })).status).toBe(404);
    expect((await edge.call('/v1/exports/own', { headers: small })).status).toBe(200);
    expect((await edge.call('/v1/exports/own:retry', { json: { attempt: 1 }, headers: small })).status).toBe(403);
    const { operation = '' } = (await edge.ledger.get('large')) ?? {};
    expect((await edge.call(`/v1/${operation}`, { headers: small })).status).toBe(404);
    expect((await edge.call(`/v1/${operation}:cancel`, { json: {}, headers: small })).status).toBe(404);
    const operations = await edge.call('/v1/projects/forest-watch/operations', { headers: small });
    expect((operations.body as { operations: object[] }).operations).toHaveLength(1);
    expect(await edge.ledger.get('large')).not.toHaveProperty('cancelRequestedAt');
    await edge.close();
  });
});

describe('HTTP_AUTH=signature', () => {
  const secret = Buffer.from('a webhook secret for tests alone').toString('base64');
  let edge: Edge;
  beforeAll(async () => {
    edge = await startEdge({
      settings: { HTTP_AUTH: 'signature', WEBHOOK_SECRETS: `${secret},whsec_${Buffer.alloc(24).toString('base64')}` },
    });
  });
  afterAll(() => edge.close());

  function sign(id: string, body: string): Record<string, string> {
    const timestamp = String(Math.floor(edge.clock.now() / 1000));
    const mac = createHmac('sha256', Buffer.from(secret, 'base64')).update(`${id}.${timestamp}.${body}`);
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac.digest('base64')}` };
  }

  function post(path: string, body: string, headers: Record<string, string>) {
    return edge.call(path, { method: 'POST', body, headers });
  }

  test('takes what is signed over these very bytes, and its id for that of the export', async () => {
    const body = ` ${JSON.stringify(bodyOf())}\n`;
    const { status, body: answer } = await post('/v1/exports', body, sign('evt-1', body));
    expect([status, answer]).toMatchObject([202, { id: 'evt-1', requestedBy: 'evt-1' }]);
    expect((await post('/v1/exports', body, sign('evt-1', body))).status).toBe(200);
    const path = '/v1/projects/forest-watch/classifier:export';
    expect((await post(path, body, sign('evt-2', body))).status).toBe(200);
  });

  test('refuses the rest, all in the same words, and records nothing', async () => {
    const body = JSON.stringify(bodyOf());
    const good = sign('evt-3', body);
    const attempts = [
      post('/v1/exports', body, {}),
      post('/v1/exports', body.trim().replace('maize', 'wheat'), good),
      post('/v1/exports', `${body} `, good),
      post('/v1/exports', body, { ...good, 'webhook-id': 'evt-4' }),
      post('/v1/exports', body, { ...good, 'webhook-timestamp': '1' }),
      post('/v1/exports', body, { ...good, 'webhook-signature': 'v1,AAAA' }),
      post('/v1/exports', '', good),
      post('/v1/exports', '{"', good),
      post('/v1/exports', body, { authorization: 'Bearer a.b.c' }),
    ];
    const answers = await Promise.all(attempts);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401 });
    expect(await edge.ledger.get('evt-3')).toBeUndefined();
    expect(edge.lines.join('')).not.toContain(good['webhook-signature']);
  });

  test.each([{ 'content-type': 'text/plain' }, { 'content-encoding': 'gzip' }])(
    'refuses %j before it looks',
    async (odd) => {
      const body = JSON.stringify(bodyOf());
      expect((await post('/v1/exports', body, { ...sign('evt-5', body), ...odd })).status).toBe(415);
      expect(await edge.ledger.get('evt-5')).toBeUndefined();
    },
  );

  test('has no routes but those that submit', async () => {
    for (const [method, path] of EVERY_CALL.slice(2)) {
      if (path === '/v1/exports') continue;
      const body = JSON.stringify(bodyOf());
      const headers = sign('evt-6', body);
      const { status } = await edge.call(path, { method, headers, ...(method === 'POST' ? { body } : {}) });
      expect([path, status]).toEqual([path, 404]);
    }
    expect((await edge.call('/v1/exports', { headers: sign('evt-6', '') })).status).toBe(405);
    expect((await edge.call('/v1/projects/p/image:export', { headers: sign('evt-6', '') })).status).toBe(404);
  });
});

describe('HTTP_AUTH=google-id-token', () => {
  const settings = {
    HTTP_AUTH: 'google-id-token',
    ID_TOKEN_AUDIENCE: 'https://exports.example.com',
    ID_TOKEN_EMAILS: 'robot@example.com',
  };
  let edge: Edge;
  beforeAll(async () => {
    edge = await startEdge({
      settings,
      parts: {
        verifyIdToken: async (token) => {
          if (!token.startsWith('good')) throw new Error(`Wrong number of segments in token: ${token}`);
          const email = token === 'good' ? 'robot@example.com' : 'stranger@example.com';
          return { aud: 'https://exports.example.com', email, email_verified: true };
        },
      },
    });
  });
  afterAll(() => edge.close());

  test('lets those in who are named', async () => {
    const authorization = 'Bearer good';
    const { status } = await edge.call('/v1/exports', {
      json: bodyOf({ requestId: 'let-in' }),
      headers: { authorization },
    });
    expect(status).toBe(202);
    expect(await edge.ledger.get('let-in')).toMatchObject({ requestedBy: 'robot@example.com' });
  });

  test('asks everybody at every route', async () => {
    for (const each of EVERY_CALL) {
      const none = await call(edge, each);
      expect([each[1], none.status, none.headers.get('www-authenticate')]).toEqual([each[1], 401, 'Bearer']);
      expect(detailsOf(none.body).info).toMatchObject({ reason: 'UNAUTHENTICATED' });
      expect(await call(edge, each, { authorization: 'Bearer secret-bad' })).toMatchObject({
        status: 401,
        text: none.text,
      });
      expect(await call(edge, each, { authorization: 'Bearer good-stranger' })).toMatchObject({ status: 403 });
      const behindIam = { 'x-serverless-authorization': 'Bearer good' };
      expect(await call(edge, each, behindIam)).toMatchObject({ status: 401 });
    }
    expect(edge.lines.join('')).not.toMatch(/secret-bad|segments/);
  });
});
