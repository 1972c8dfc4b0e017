import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { createEarthEngineClient } from '../../src/earth-engine/client.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { exchange } from '../functions/function-server.ts';
import {
  ACCESS_TOKEN,
  type AttackedService,
  bodyFor,
  bodyTo,
  PROJECT,
  startAttackedService,
} from './attacked-service.ts';

// OWASP API7:2023, server side request forgery: making the service, or its credentials, go where they should not.

const METADATA = 'http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token';

let service: AttackedService;
beforeAll(async () => {
  service = await startAttackedService({ simulator: { startDelayMs: 3_600_000 } });
  expect(await service.call('/v1/exports', { json: bodyFor('x', { requestId: 'there' }) })).toMatchObject({
    status: 202,
  });
});
afterAll(() => service.close());

/** Where every call since `from` went, as a browser would understand the address. */
function wentTo(from: number): string[] {
  return service.sent.slice(from).map(({ url }) => {
    const { origin, pathname } = new URL(url);
    // A dot segment would be resolved here, and another resource be named than the one that was checked.
    expect(url.startsWith(`${origin}${pathname}`)).toBe(true);
    expect(origin).toBe('https://earthengine.googleapis.com');
    return pathname;
  });
}

/** A graph that reads an asset of any name. */
function bodyReading(id: unknown) {
  const load = {
    functionInvocationValue: { functionName: 'Collection.loadTable', arguments: { tableId: { constantValue: id } } },
  };
  const train = {
    functionInvocationValue: {
      functionName: 'Classifier.train',
      arguments: {
        classifier: { functionInvocationValue: { functionName: 'Classifier.smileCart', arguments: {} } },
        features: load,
        classProperty: { constantValue: 'class' },
        inputProperties: { constantValue: ['a'] },
      },
    },
  };
  return { ...bodyFor('reading'), expression: { result: '0', values: { '0': train } } };
}

const TARGETS = [
  METADATA,
  'file:///etc/passwd',
  '//169.254.169.254/latest',
  '../../../v1/projects/other-project/config',
  `projects/${PROJECT}/assets/../../other-project/config`,
  `projects/${PROJECT}/assets/%2e%2e/%2e%2e/x`,
  'projects/other-project/operations/X',
  'x?access_token=y#z',
  'x\r\nhost: evil.example',
  '@evil.example/x',
  '\u0000',
  '\ud800',
  'a'.repeat(5_000),
];

describe('an address of the attacker’s', () => {
  test.each(TARGETS)('%j for an asset in the graph, tried out → Earth Engine alone is asked', async (target) => {
    const from = service.sent.length;
    const { status, text } = await service.call('/v1/exports?validateOnly=true', { json: bodyReading(target) });
    expect([200, 400]).toContain(status);
    expect(text).not.toContain(ACCESS_TOKEN);
    for (const path of wentTo(from)) expect(path).toMatch(/^\/v1\/projects\/[^/]+\/assets\//);
  });

  test.each(TARGETS)('%j for the asset to write → nobody is asked', async (target) => {
    const from = service.sent.length;
    expect((await service.call('/v1/exports', { json: bodyTo(target) })).status).toBe(400);
    expect(wentTo(from)).toEqual([]);
  });

  test.each(TARGETS)(
    '%j for a page token → goes to Earth Engine as one parameter, and nowhere else',
    async (target) => {
      const from = service.sent.length;
      await service.call(`/v1/projects/${PROJECT}/operations?pageToken=${encodeURIComponent(target.toWellFormed())}`);
      for (const path of wentTo(from)) expect(path).toBe(`/v1/projects/${PROJECT}/operations`);
      for (const { url } of service.sent.slice(from)) {
        expect([...new URL(url).searchParams.keys()].sort()).toEqual(['pageSize', 'pageToken']);
      }
    },
  );

  test.each(TARGETS)('%j for an operation or an export → nobody is asked', async (target) => {
    const from = service.sent.length;
    const id = encodeURIComponent(target.toWellFormed());
    for (const path of [
      `/v1/projects/${PROJECT}/operations/${id}`,
      `/v1/exports/${id}`,
      `/v1/projects/${id}/algorithms`,
    ]) {
      expect([400, 403, 404, 414]).toContain((await service.call(path)).status);
    }
    expect(wentTo(from)).toEqual([]);
  });

  test.each([
    ['Host', { host: 'evil.example' }],
    ['X-Forwarded-Host', { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }],
    ['Forwarded', { forwarded: 'host=evil.example;for=1.2.3.4' }],
    ['X-Original-URL', { 'x-original-url': '/v1/exports/there:cancel', 'x-rewrite-url': '/v1/exports/there:cancel' }],
    ['Referer', { referer: 'http://evil.example/' }],
  ])('%j in the head → changes nothing', async (_, headers) => {
    const from = service.sent.length;
    const { status, text } = await service.call('/v1/exports/there', { headers });
    expect([status, text.includes('evil.example')]).toEqual([200, false]);
    expect(wentTo(from)).toEqual([]);
  });

  test('for the target of the request → the service is no proxy', async () => {
    const from = service.sent.length;
    for (const target of [
      METADATA,
      'http://evil.example/v1/exports/nothing',
      'http://[::1]:1/nothing',
      'http://a b/',
      'http://[/',
    ]) {
      const received = await exchange(service.port, `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      expect(received).toMatch(/^HTTP\/1\.1 (200|400|404) /);
      // Where only the path counts, `/` is the service's own page.
      const own = received.startsWith('HTTP/1.1 200 ') ? '<title>Classifier exports</title>' : '"error"';
      if (!received.startsWith('HTTP/1.1 400 Bad Request\r\nConnection: close')) expect(received).toContain(own);
    }
    const tunnel = await exchange(service.port, 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(tunnel).not.toMatch(/ 200 /);
    expect(wentTo(from)).toEqual([]);
  });
});

describe('the credentials', () => {
  async function tokensSentTo(baseUrl: string): Promise<number> {
    const sent: string[] = [];
    const client = createEarthEngineClient({
      baseUrl,
      getToken: async () => ACCESS_TOKEN,
      clock: service.clock,
      fetch: async (_, { headers, redirect }) => {
        sent.push(...Object.values(headers));
        expect(redirect).toBe('manual');
        return { status: 401, headers: new Headers(), body: null };
      },
    });
    await client.getOperation('projects/p/operations/X', { timeoutMs: 1_000 });
    return sent.filter((value) => value.includes(ACCESS_TOKEN)).length;
  }

  test.each([
    'http://earthengine.googleapis.com',
    'https://earthengine.googleapis.com.evil.example',
    'https://googleapis.com.evil.example',
    'https://evil-googleapis.com',
    'https://googleapis.com@evil.example',
    'https://evil.example/earthengine.googleapis.com',
    'https://evil.example/.googleapis.com',
    'https://earthengine.googleapis.com.',
    'https://earthengine.googleapis.com%2eevil.example',
    'https://earthengine。googleapis.com.evil.example',
    'https://127.0.0.1',
    'https://[::1]',
    'https://xn--googleapis-abc.com',
    'http://metadata.google.internal',
  ])('with EARTHENGINE_URL=%s → stay here', async (baseUrl) => {
    expect(await tokensSentTo(baseUrl)).toBe(0);
  });

  test('with Google’s own → are sent, and again with a new token after a 401', async () => {
    expect(await tokensSentTo('https://earthengine.googleapis.com')).toBe(2);
    expect(await tokensSentTo('https://earthengine-highvolume.googleapis.com')).toBe(2);
  });

  test.each([
    'file:///etc/passwd',
    'ftp://earthengine.googleapis.com',
    'javascript:alert(1)',
    'https://user:secret@earthengine.googleapis.com',
    'https://earthengine.googleapis.com?x=',
    'https://earthengine.googleapis.com#x',
    'https://earthengine.googleapis.com\r\nx: y',
    'earthengine.googleapis.com',
    '//earthengine.googleapis.com',
    'https://',
  ])('with EARTHENGINE_URL=%j → the service does not start, and repeats no value', (url) => {
    const start = () => readConfig({ EARTHENGINE_PROJECT: PROJECT, EARTHENGINE_URL: url }, { local: true });
    expect(start).toThrow(/^Cannot start with these settings: EARTHENGINE_URL: /);
    expect(start).not.toThrow(/secret/);
  });

  test('are never asked for where a call goes elsewhere', async () => {
    let asked = 0;
    const elsewhere = await startAttackedService({
      settings: { EARTHENGINE_URL: 'http://127.0.0.1:9' },
      parts: {
        ledger: createSqliteLedger({ path: ':memory:', clock: service.clock }),
        credentials: {
          getToken: async () => {
            asked += 1;
            return ACCESS_TOKEN;
          },
          principal: async () => {
            asked += 1;
            return 'x';
          },
        },
      },
    });
    await elsewhere.call('/v1/exports', { json: bodyFor('x') });
    await elsewhere.tick();
    await elsewhere.call('/v1/exports?validateOnly=true', { json: bodyFor('x') });
    expect(elsewhere.sent.length).toBeGreaterThan(0);
    expect(asked).toBe(0);
    await elsewhere.close();
  });
});
