import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { LedgerUnavailable } from '../../src/exports/ledger.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { exchange } from '../functions/function-server.ts';
import { type AttackedService, attack, bodyFor, PROJECT, startAttackedService } from './attacked-service.ts';

// OWASP API8:2023, security misconfiguration: what browsers, front ends, the framework and careless settings allow.

let service: AttackedService;
beforeAll(async () => {
  service = await startAttackedService();
});
afterAll(() => service.close());

const EVIL = 'https://evil.example';

describe('the page of another site', () => {
  const CALLS: [method: string, path: string][] = [
    ['POST', '/v1/exports'],
    ['POST', '/v1/exports?validateOnly=true'],
    ['POST', `/v1/projects/${PROJECT}/classifier:export`],
    ['POST', '/v1/exports/x:cancel'],
    ['POST', '/v1/exports/x:retry'],
    ['POST', `/v1/projects/${PROJECT}/operations/X:cancel`],
    ['GET', '/v1/exports'],
    ['GET', '/v1/exports/x'],
    ['GET', `/v1/projects/${PROJECT}/operations`],
    ['GET', `/v1/projects/${PROJECT}/algorithms`],
    ['GET', '/$discovery/rest'],
    ['GET', '/openapi.json'],
    ['GET', '/'],
  ];

  test.each<[string, Record<string, string>]>([
    ['that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['of a neighbour (same-site)', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
    ['of another word', { 'sec-fetch-site': 'Same-Origin' }],
    ['told by its Origin', { origin: EVIL }],
    ['without an Origin of its own (a sandbox, a file)', { origin: 'null' }],
    ['with an empty Origin', { origin: '' }],
    ['on another port of the same host', { origin: 'http://127.0.0.1:1' }],
    ['whose Origin begins like ours', { origin: 'http://127.0.0.1.evil.example' }],
    ['whose Origin has our host for a name', { origin: 'http://127.0.0.1@evil.example' }],
    ['that claims to be same-origin, from elsewhere', { 'sec-fetch-site': 'same-origin', origin: EVIL }],
  ])('%s → 403 at every route and function, nothing done', async (_, headers) => {
    const asked = service.sent.length;
    for (const [method, path] of CALLS) {
      const answer = await service.call(path, {
        method,
        headers,
        ...(method === 'POST' ? { json: bodyFor('x') } : {}),
      });
      expect([path, answer.status]).toEqual([path, 403]);
    }
    expect(await attack(service.pollPort, '/', { method: 'POST', headers })).toMatchObject({ status: 403 });
    expect(await attack(service.pubsubPort, '/', { method: 'POST', headers, body: '{}' })).toMatchObject({
      status: 403,
    });
    expect(await service.records()).toEqual([]);
    expect(service.sent.length).toBe(asked);
  });

  test('that makes the reader open a link or send a form → nothing but a page is opened', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
      const form = { method: 'POST', headers: { ...headers, origin: EVIL, 'content-type': type }, body: '{}' };
      expect((await service.call('/v1/exports', form)).status).toBe(403);
    }
    const { status, headers: answered } = await service.call('/v1/exports', { headers });
    expect(status).toBe(200);
    expect(answered['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  test('that asks by a preflight → is given no CORS header', async () => {
    const ask = {
      origin: EVIL,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    for (const port of [service.port, service.pubsubPort, service.pollPort]) {
      const { status, headers } = await attack(port, '/v1/exports', { method: 'OPTIONS', headers: ask });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('a POST', () => {
  test.each([
    undefined,
    '',
    'text/plain',
    'text/plain; charset=application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=application/json',
    'application/jsonp',
    'application/json-patch+json',
    'application/vnd.api+json',
    'application/cloudevents+json',
    'application/octet-stream',
    'text/json',
    'application/json, text/plain',
    'application /json',
    '*/*',
  ])('of the type %j → 415', async (type) => {
    const headers = {
      'x-original-content-type': 'application/json',
      ...(type === undefined ? {} : { 'content-type': type }),
    };
    const { status } = await service.call('/v1/exports', {
      method: 'POST',
      headers,
      body: JSON.stringify(bodyFor('x')),
    });
    expect(status).toBe(415);
    expect(await service.records()).toEqual([]);
  });

  test.each(['utf-16', 'utf-7', 'iso-8859-1', 'x'])(
    'that says it is %s → is read as UTF-8 or not at all',
    async (charset) => {
      const headers = { 'content-type': `application/json; charset=${charset}` };
      const body = Buffer.from(JSON.stringify({ state: 1 }), 'utf16le');
      expect((await service.call('/v1/exports', { method: 'POST', headers, body })).status).toBe(400);
    },
  );

  test.each<[string, Buffer]>([
    ['with a byte order mark', Buffer.from(`\uFEFF${JSON.stringify(bodyFor('x'))}`)],
    ['with bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['of two values', Buffer.from(`${JSON.stringify(bodyFor('x'))}{}`)],
    ['with a comment', Buffer.from(`/**/${JSON.stringify(bodyFor('x'))}`)],
    ['of NaN', Buffer.from('{"priority":NaN}')],
    ['of nothing', Buffer.from(' ')],
  ])('%s → 400', async (_, body) => {
    const headers = { 'content-type': 'application/json' };
    expect((await service.call('/v1/exports', { method: 'POST', headers, body })).status).toBe(400);
    expect(await service.records()).toEqual([]);
  });
});

describe('two requests in one', () => {
  const INNER = 'GET /v1/exports HTTP/1.1\r\nhost: x\r\n\r\n';

  test.each([
    ['two lengths', `content-length: 0\r\ncontent-length: ${INNER.length}\r\n\r\n${INNER}`],
    ['a length and chunks', `content-length: ${INNER.length}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${INNER}`],
    ['chunks twice', `transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n${INNER}`],
    ['chunks of another spelling', `transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${INNER}`],
    ['a space before the colon', `content-length : 5\r\n\r\nhello${INNER}`],
    ['a folded line', `x: y\r\n content-length: 5\r\n\r\n${INNER}`],
    ['a bare line feed', `x: y\ncontent-length: 5\n\nhello${INNER}`],
    ['a length that is none', `content-length: +5\r\n\r\nhello${INNER}`],
    ['a chunk longer than it says', `transfer-encoding: chunked\r\n\r\n1\r\nhello\r\n0\r\n\r\n${INNER}`],
  ])('by %s → one answer at the most, and it is a refusal', async (_, rest) => {
    const head = 'POST /v1/exports HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
    const received = await exchange(service.port, head + rest);
    expect(received.match(/HTTP\/1\.1 \d+/g)?.length).toBe(1);
    expect(received).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(received).not.toContain('"exports"');
  });

  test.each(['x%0d%0aset-cookie:%20a=b', 'x%0aset-cookie:%20a=b', 'x%E5%98%8A%E5%98%8Dset-cookie:%20a=b'])(
    'an answer split by %s → no header of the attacker’s',
    async (id) => {
      for (const path of [`/v1/exports/${id}`, `/v1/projects/${id}/operations`, `/v1/exports?pageToken=${id}`]) {
        const { headers } = await service.call(path);
        expect(headers).not.toHaveProperty('set-cookie');
      }
    },
  );
});

describe('an answer', () => {
  test('of any kind → carries the same protective headers and no word of the software', async () => {
    const calls = ['/v1/exports', '/v1/exports/none', '/v1/nothing', '/%zz', '/nothing', `/${'x'.repeat(8_000)}`];
    for (const path of calls) {
      const { headers } = await service.call(path);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'content-type': 'application/json; charset=utf-8',
      });
      for (const name of ['server', 'x-powered-by', 'etag', 'set-cookie', 'via'])
        expect(headers).not.toHaveProperty(name);
    }
  });

  test('that repeats what the caller wrote → is JSON, which no browser runs', async () => {
    const script = '<script>alert(1)</script>';
    const json = bodyFor('x', { description: script, [script]: 1 });
    for (const answer of [
      await service.call('/v1/exports', { json }),
      await service.call(`/v1/exports/${encodeURIComponent(script)}`),
      await service.call(`/v1/exports?${encodeURIComponent(script)}=1`),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  test('to a fault of the service’s own → tells nothing of its inside', async () => {
    const real = createSqliteLedger({ path: ':memory:', clock: service.clock });
    // The framework writes what a message's function threw.
    const written = jest.spyOn(console, 'error').mockImplementation(() => {});
    const thrown: Error[] = [new TypeError('secret-inside at /srv/app'), new LedgerUnavailable('secret-inside')];
    for (const error of thrown) {
      const ledger = new Proxy(real, {
        get: (target, name, receiver) =>
          name === 'close' ? Reflect.get(target, name, receiver) : () => Promise.reject(error),
      });
      const failing = await startAttackedService({ parts: { ledger } });
      const answers = [
        await failing.call('/v1/exports', { json: bodyFor('x') }),
        await failing.call('/v1/exports/x'),
        await failing.push({ message: { data: '', messageId: '1' } }),
        await failing.tick(),
      ];
      const status = error instanceof LedgerUnavailable ? 503 : 500;
      expect(answers.map((answer) => answer.status)).toEqual([status, status, 500, status]);
      for (const { text } of answers) expect(text).not.toMatch(/secret-inside|\/srv|\bat .*\.ts|TypeError/);
      expect(failing.lines.join('')).toContain('secret-inside');
      await failing.close();
    }
    expect(JSON.stringify(written.mock.calls)).not.toMatch(/secret-inside/);
    written.mockRestore();
  });
});

describe('settings', () => {
  const SECRET = Buffer.alloc(32, 7).toString('base64');
  const base = { EARTHENGINE_PROJECT: PROJECT, EVENTS_TOPIC: 'projects/p-1/topics/events' };

  test.each<[string, Record<string, string>, RegExp]>([
    ['HTTP_AUTH of another word', { HTTP_AUTH: 'none' }, /HTTP_AUTH/],
    ['HTTP_AUTH=signature without a secret', { HTTP_AUTH: 'signature' }, /WEBHOOK_SECRETS/],
    ['a secret that is too short', { HTTP_AUTH: 'signature', WEBHOOK_SECRETS: 'c2hvcnQ=' }, /WEBHOOK_SECRETS/],
    [
      'one good secret and one bad',
      { HTTP_AUTH: 'signature', WEBHOOK_SECRETS: `${SECRET},hunter2` },
      /WEBHOOK_SECRETS/,
    ],
    ['ID tokens without an audience', { HTTP_AUTH: 'google-id-token', ID_TOKEN_EMAILS: 'a@b.c' }, /ID_TOKEN_AUDIENCE/],
    ['ID tokens without e-mails', { HTTP_AUTH: 'google-id-token', ID_TOKEN_AUDIENCE: 'x' }, /ID_TOKEN_EMAILS/],
    [
      'e-mails with a star',
      { HTTP_AUTH: 'google-id-token', ID_TOKEN_AUDIENCE: 'x', ID_TOKEN_EMAILS: '*' },
      /ID_TOKEN_EMAILS/,
    ],
    ['all projects', { ALLOWED_PROJECTS: '*' }, /ALLOWED_PROJECTS/],
    ['all assets', { ALLOWED_ASSETS: '*' }, /ALLOWED_ASSETS/],
    ['assets of all projects', { ALLOWED_ASSETS: 'projects/' }, /ALLOWED_ASSETS/],
    ['assets through ..', { ALLOWED_ASSETS: 'projects/p-1/assets/../..' }, /ALLOWED_ASSETS/],
    ['a policy that is no JSON', { CALLER_POLICY: '{' }, /CALLER_POLICY/],
    ['a policy with a rule nobody knows', { CALLER_POLICY: '{"a@b.c":{"asset":["x"]}}' }, /CALLER_POLICY/],
    ['a policy with a list for a caller', { CALLER_POLICY: '{"a@b.c":[]}' }, /CALLER_POLICY/],
    ['a ledger on a disk that is lost', { K_SERVICE: 'x', LEDGER: 'sqlite', GOOGLE_CLOUD_PROJECT: 'p-1' }, /LEDGER/],
  ])('%s → the service does not start', (_, changes, named) => {
    const start = () => readConfig({ ...base, ...changes });
    expect(start).toThrow(named);
    expect(start).not.toThrow(/hunter2|c2hvcnQ/);
  });

  test('left out → the narrow choice', () => {
    expect(readConfig(base)).toMatchObject({
      httpAuth: 'iam',
      allowedProjects: [PROJECT],
      allowedAssets: [`projects/${PROJECT}/assets`],
      nonExportable: 'reject',
      logLevel: 'info',
    });
  });
});
