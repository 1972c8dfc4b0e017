import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Fetch } from '../../src/http/http-fetch.ts';
import { ACCESS_TOKEN, bodyFor, PROJECT, startAttackedService } from './attacked-service.ts';

// OWASP API10:2023, unsafe consumption of APIs: Earth Engine, or whoever answers in its place, means harm.

/** A service whose Earth Engine is the given listener; redirects, sizes and encodings are fetch's own. */
async function startBefore(listener: RequestListener) {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`);
    request.resume().on('end', () => listener(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const there: Fetch = (url, init) =>
    fetch(url.replace('https://earthengine.googleapis.com', `http://127.0.0.1:${port}`), init);
  const service = await startAttackedService({ parts: { fetch: there } });
  async function close(): Promise<void> {
    await service.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  return { ...service, visits, close };
}

const json = { 'content-type': 'application/json' };

describe('an answer that redirects', () => {
  test('by any status → is not followed, and nobody else is sent the token', async () => {
    const stolen: string[] = [];
    const thief = createServer((request, response) => {
      stolen.push(String(request.headers.authorization));
      response.end('{}');
    });
    thief.listen(0, '127.0.0.1');
    await once(thief, 'listening');
    const { port } = thief.address() as AddressInfo;
    const redirecting: Awaited<ReturnType<typeof startBefore>>[] = [];
    for (const status of [301, 302, 303, 307, 308]) {
      const location = `http://127.0.0.1:${port}/`;
      redirecting.push(await startBefore((_, response) => response.writeHead(status, { location }).end()));
    }
    const attackAt = async (service: (typeof redirecting)[number]) => {
      expect((await service.call('/v1/exports', { json: bodyFor('x', { requestId: 'x' }) })).status).toBe(202);
      expect(await service.ledger.get('x')).toMatchObject({ state: 'QUEUED', doubtful: expect.any(String) });
      expect((await service.call(`/v1/projects/${PROJECT}/algorithms`)).status).toBe(503);
      expect(service.visits.length).toBeGreaterThan(0);
      expect(service.visits.every((visit) => visit.endsWith(ACCESS_TOKEN))).toBe(true);
      await service.close();
    };
    await Promise.all(redirecting.map(attackAt));
    expect(stolen).toEqual([]);
    thief.close();
    await once(thief, 'close');
  });
});

describe('an answer that is too large', () => {
  const MIB = 1024 * 1024;
  const BOMB = gzipSync(Buffer.alloc(100 * MIB, 0x20));

  test.each<[string, RequestListener]>([
    [
      'without end',
      (_, response) => {
        response.writeHead(200, json);
        const chunk = Buffer.alloc(MIB, 0x20);
        const write = (): void => {
          while (!response.destroyed && response.write(chunk));
          response.once('drain', write);
        };
        write();
      },
    ],
    [
      'by its length',
      (_, response) =>
        response.writeHead(200, { ...json, 'content-length': 400 * MIB }).end(Buffer.alloc(33 * MIB, 0x20)),
    ],
    [
      'once it is unpacked',
      (_, response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(BOMB),
    ],
  ])(
    '%s → is cut, counts as no answer, and is not kept',
    async (_, listener) => {
      const service = await startBefore(listener);
      const before = process.memoryUsage().rss;
      expect((await service.call(`/v1/projects/${PROJECT}/algorithms`)).status).toBe(503);
      expect((process.memoryUsage().rss - before) / MIB).toBeLessThan(300);
      expect((await service.call('/v1/exports/none')).status).toBe(404);
      await service.close();
    },
    30_000,
  );
});

describe('an answer to an export', () => {
  const ours = `projects/${PROJECT}/operations/X`;

  const HOSTILE: [attack: string, body: string][] = [
    ['of HTML', '<html><script>alert(1)</script>'],
    ['that is empty', ''],
    ['that is null', 'null'],
    ['that is a list', '[]'],
    ['without a name', '{"metadata":{"state":"PENDING"}}'],
    ['whose name is an object', '{"name":{"toString":"x"}}'],
    ['whose name is a prototype', '{"name":"__proto__"}'],
    ['whose name leads elsewhere', `{"name":"projects/${PROJECT}/operations/../../other-project/config"}`],
    ['whose name is an address', '{"name":"https://evil.example/operations/X"}'],
    ['whose name splits a line', '{"name":"projects/p/operations/X\\r\\nhost: evil.example"}'],
    [
      'with prototypes',
      `{"name":"${ours}","__proto__":{"polluted":1},"metadata":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}`,
    ],
    [
      'with wrong types',
      `{"name":"${ours}","done":"yes","metadata":{"state":7,"progress":"x","createTime":{},"stages":{},"destinationUris":"x","priority":[]},"error":7}`,
    ],
    [
      'with an error of wrong types',
      `{"name":"${ours}","done":true,"error":{"code":"x","message":{"a":1},"details":"x"},"metadata":{"state":"FAILED"}}`,
    ],
    [
      'with a hundred thousand fields',
      `{"name":"${ours}","metadata":{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":1`).join(',')}}}`,
    ],
    ['nested a thousand deep', `{"name":"${ours}","metadata":${'['.repeat(1_000)}${']'.repeat(1_000)}}`],
  ];

  const services = new Map<string, Awaited<ReturnType<typeof startBefore>>>();
  /** All at once: what cannot be read is asked for again until the budget is used up. */
  beforeAll(async () => {
    for (const [title, body] of HOSTILE) {
      services.set(title, await startBefore((_, response) => response.writeHead(200, json).end(body)));
    }
    await Promise.all([...services.values()].map(run));
  }, 30_000);
  afterAll(() => Promise.all([...services.values()].map((service) => service.close())));

  async function run(service: Awaited<ReturnType<typeof startBefore>>): Promise<void> {
    const ask = async (path: string, requestId: string) => {
      const { status } = await service.call(path, { json: bodyFor(requestId, { requestId }) });
      expect([200, 202, 503]).toContain(status);
    };
    await Promise.all([ask('/v1/exports', 'a'), ask(`/v1/projects/${PROJECT}/classifier:export`, 'b')]);
    for (let ticks = 0; ticks < 2; ticks += 1) {
      expect((await service.tick()).status).toBe(200);
      service.time.aheadMs += 120_000;
    }
  }

  test.each(HOSTILE)('%s → the export is kept, nothing breaks, nothing else is asked', async (title) => {
    const service = services.get(title);
    if (!service) throw new Error('Cannot look at a service that is not there');
    for (const id of ['a', 'b']) {
      const record = await service.ledger.get(id);
      expect(['QUEUED', 'PENDING', 'RUNNING', 'FAILED', 'SUCCEEDED', 'CANCELLED']).toContain(record?.state);
    }
    expect((await service.call('/v1/exports')).status).toBe(200);
    for (const { url } of service.sent) {
      expect(new URL(url).pathname).toBe(url.slice('https://earthengine.googleapis.com'.length).split('?')[0]);
    }
    expect(service.visits.length).toBeGreaterThan(0);
    for (const visit of service.visits) expect(visit).toMatch(/^(GET|POST) \/v1\/projects\/forest-watch\//);
    expect({}).not.toHaveProperty('polluted');
  });

  test('that is a refusal full of control characters → is told as JSON, and logged in one line', async () => {
    const message = `No\r\n{"severity":"EMERGENCY","message":"forged"}\u2028\u0000<script>${'x'.repeat(100_000)}`;
    const service = await startBefore((_, response) =>
      response
        .writeHead(400, { ...json, 'set-cookie': 'a=b', 'x-evil': 'y' })
        .end(JSON.stringify({ error: { code: 400, status: 'INVALID_ARGUMENT', message } })),
    );
    const { status, headers, text } = await service.call('/v1/exports', { json: bodyFor('x') });
    expect([status, headers['content-type']]).toEqual([400, 'application/json; charset=utf-8']);
    expect(text.length).toBeLessThan(20_000);
    expect(headers).not.toHaveProperty('set-cookie');
    expect(headers).not.toHaveProperty('x-evil');
    for (const line of service.lines)
      expect(JSON.parse(line)).toMatchObject({ severity: expect.not.stringMatching('EMERGENCY') });
    await service.close();
  });

  test.each(['Infinity', '-1', '99999999999999999999', '1e9', 'x\u00ff', 'Thu, 01 Jan 2900 00:00:00 GMT'])(
    'that asks to wait %j → waits a day at the most',
    async (retryAfter) => {
      const service = await startBefore((_, response) =>
        response
          .writeHead(429, { ...json, 'retry-after': retryAfter })
          .end('{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"x"}}'),
      );
      const { status, headers } = await service.call(`/v1/projects/${PROJECT}/algorithms`);
      expect(status).toBe(429);
      expect(Number(headers['retry-after'] ?? 0)).toBeLessThanOrEqual(86_400);
      expect(Number(headers['retry-after'] ?? 0)).toBeGreaterThanOrEqual(0);
      await service.close();
    },
  );
});
