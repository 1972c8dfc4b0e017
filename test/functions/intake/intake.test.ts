import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { readCall } from '../../../src/functions/http/http-call.ts';
import { installIntake, isRefusedEvent } from '../../../src/functions/intake/intake.ts';
import { detailsOf } from '../error-details.ts';
import { exchange, startFunction } from '../function-server.ts';

/** What reached the functions, so that it can be told that nothing did. */
const seen: unknown[] = [];

http('exportsHttp', (request, response) => {
  if (response.headersSent) return;
  const { contentType, body, path } = readCall(request);
  seen.push(path);
  response.json({ contentType, bytes: body.length, text: body.toString().slice(0, 20) });
});
cloudEvent('exportsPubsub', (event: unknown) => {
  if (isRefusedEvent(event)) return new Promise(() => {});
  const { data, pushaccount } = event as { data: Buffer; pushaccount?: string };
  seen.push({ text: data.toString().slice(0, 20), pushaccount });
  return undefined;
});
http('pollOperations', (_, response) => {
  if (!response.headersSent) response.json({});
});

type Started = Awaited<ReturnType<typeof startFunction>>;
let exportsHttp: Started;
let exportsPubsub: Started;
let pollOperations: Started;

beforeAll(async () => {
  exportsHttp = await startFunction('exportsHttp');
  exportsPubsub = await startFunction('exportsPubsub');
  pollOperations = await startFunction('pollOperations');
});
afterAll(async () => {
  for (const server of [exportsHttp, exportsPubsub, pollOperations]) await server.close();
});
beforeEach(() => {
  seen.length = 0;
});

async function post(server: Started, init: RequestInit) {
  const response = await fetch(`${server.url}/v1/exports`, { method: 'POST', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

describe('installIntake() before exportsHttp', () => {
  test('hands over the bytes as they came and the type they were sent with', async () => {
    const { text } = await post(exportsHttp, { body: '{"a":  1', headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(text)).toEqual({ contentType: 'application/json', bytes: 8, text: '{"a":  1' });
  });

  test.each(['application/x-www-form-urlencoded', 'text/plain; charset=utf-16', 'application/cloudevents+json'])(
    'hands over bytes of type %s untouched',
    async (type) => {
      const { text } = await post(exportsHttp, { body: 'a=%20&b', headers: { 'content-type': type } });
      expect(JSON.parse(text)).toEqual({ contentType: type, bytes: 7, text: 'a=%20&b' });
    },
  );

  test('takes the type from nobody but the request', async () => {
    const headers = { 'x-original-content-type': 'application/json' };
    const { text } = await post(exportsHttp, { body: Buffer.from('x'), headers });
    expect(JSON.parse(text)).toEqual({ contentType: '', bytes: 1, text: 'x' });
  });

  test.each([11_000_001, 30_000_000])('refuses %d bytes before it reads them', async (bytes) => {
    const { status, headers, text } = await post(exportsHttp, { body: Buffer.alloc(bytes) });
    expect(status).toBe(413);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(JSON.parse(text)).toMatchObject({ error: { code: 413, status: 'INVALID_ARGUMENT' } });
    expect(seen).toEqual([]);
  });

  test.each([
    ['/v1/exports', /table asset/],
    ['/v1/exports/job:cancel?alt=json', /\{\} or no body/],
    ['/v1/exports/job:retry', /"attempt"/],
  ])('says what helps where the body of %s is too large', async (path, remedy) => {
    const response = await fetch(`${exportsHttp.url}${path}`, { method: 'POST', body: Buffer.alloc(11_000_001) });
    expect(detailsOf(await response.json()).info?.metadata.remedy).toMatch(remedy);
  });

  test('refuses by the length alone, waiting for no byte of it', async () => {
    const head = 'POST /v1/exports HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n';
    expect(await exchange(exportsHttp.port, head)).toMatch(/^HTTP\/1.1 413 .*connection: close/is);
  });

  test('asks nobody for a body it will not take', async () => {
    const head = 'POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 99999999\r\n\r\n';
    const received = await exchange(exportsHttp.port, head);
    expect(received).toMatch(/^HTTP\/1.1 413 /);
    expect(received).not.toContain('100 Continue');
  });

  test('takes chunks as long as they are not too much, and cuts them then', async () => {
    const chunk = `${(100_000).toString(16)}\r\n${' '.repeat(100_000)}\r\n`;
    const head = 'POST /v1/exports HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n';
    expect(await exchange(exportsHttp.port, `${head}${chunk.repeat(110)}0\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 200 .*11000000/s,
    );
    expect(seen).toHaveLength(1);
    const socket = connect(exportsHttp.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`${head}${chunk.repeat(111)}`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
    socket.write(chunk.repeat(400));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(seen).toHaveLength(1);
  });

  test.each(['content-length: 30000000', 'transfer-encoding: chunked'])(
    'lets a sender of too much (%s) come to its end before the connection is closed',
    async (length) => {
      const socket = connect(exportsHttp.port, '127.0.0.1');
      const received = socket.setEncoding('latin1').toArray();
      const isChunked = length.startsWith('transfer');
      socket.write(`POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${length}\r\n\r\n`);
      if (isChunked) socket.write(`${(30_000_000).toString(16)}\r\n`);
      for (let part = 0; part < 30; part += 1) {
        await new Promise((resolve) => socket.write(Buffer.alloc(1_000_000), resolve));
      }
      socket.write(isChunked ? '\r\n0\r\n\r\n' : '');
      expect((await received).join('')).toMatch(/^HTTP\/1.1 413 /);
      expect(seen).toEqual([]);
    },
  );

  test.each(['gzip', 'deflate', 'br', 'x-unknown', 'identity, gzip'])(
    'refuses a body packed with %s',
    async (encoding) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
      const { status, text } = await post(exportsHttp, { body: gzipSync('{}'), headers });
      expect(status).toBe(415);
      expect(JSON.parse(text)).toMatchObject({ error: { code: 415 } });
      expect(seen).toEqual([]);
    },
  );

  test.each(['/%E0%A4%A', '/v1/%2e%2e/exports', '/v1/exports%2Fa'])('refuses the path %s as JSON', async (path) => {
    const received = await exchange(exportsHttp.port, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(received).toMatch(/^HTTP\/1.1 400 .*application\/json.*fieldViolations/is);
    expect(seen).toEqual([]);
  });

  test('refuses a URL that is too long', async () => {
    const response = await fetch(`${exportsHttp.url}/${'a'.repeat(8_000)}`);
    expect(response.status).toBe(414);
  });

  test('leaves servers alone that are none of ours', async () => {
    const server = createServer((request, response) => response.end(request.headers['content-type']));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: Buffer.alloc(12_000_000) });
    expect(response.status).toBe(200);
    server.closeAllConnections();
    server.close();
  });
});

describe('installIntake() before exportsPubsub', () => {
  test('hands over every body as the bytes of an event', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const { status } = await post(exportsPubsub, { body: '{"message"', headers: { 'content-type': type } });
      expect(status).toBe(204);
    }
    expect((await post(exportsPubsub, {})).status).toBe(204);
    const bare = 'POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
    expect(await exchange(exportsPubsub.port, bare)).toMatch(/^HTTP\/1.1 204 /);
    expect(seen).toEqual([...Array(3).fill({ text: '{"message"' }), { text: '' }, { text: '' }]);
  });

  test('names the account that pushed, and takes it from the token alone', async () => {
    const claims = Buffer.from('{"email":"push@example.com"}').toString('base64url');
    const forged = { 'ce-pushaccount': 'admin@example.com' };
    await post(exportsPubsub, { body: 'a', headers: { ...forged, authorization: `Bearer a.${claims}.c` } });
    await post(exportsPubsub, { body: 'b', headers: forged });
    const event = { 'ce-id': '1', 'ce-source': 's', 'ce-type': 't', 'ce-specversion': '1.0', ...forged };
    await post(exportsPubsub, { body: 'c', headers: event });
    expect(seen).toEqual([{ text: 'a', pushaccount: 'push@example.com' }, { text: 'b' }, { text: 'c' }]);
  });

  test('refuses what is too large with one answer, and the function does nothing', async () => {
    expect((await post(exportsPubsub, { body: Buffer.alloc(15_000_000, 32) })).status).toBe(204);
    expect((await post(exportsPubsub, { body: Buffer.alloc(15_000_001, 32) })).status).toBe(413);
    expect((await post(exportsPubsub, { body: gzipSync('{}'), headers: { 'content-encoding': 'gzip' } })).status).toBe(
      415,
    );
    expect(seen).toHaveLength(1);
  });

  test.each(['GET', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('refuses a %s', async (method) => {
    const response = await fetch(exportsPubsub.url, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(seen).toEqual([]);
  });

  test('refuses what the page of another site sends', async () => {
    const response = await post(exportsPubsub, { body: 'x', headers: { origin: 'https://evil.example' } });
    expect(response.status).toBe(403);
    expect(seen).toEqual([]);
  });
});

describe('installIntake() before pollOperations', () => {
  test('reads next to nothing', async () => {
    expect((await post(pollOperations, { body: Buffer.alloc(100_001) })).status).toBe(413);
    expect((await post(pollOperations, {})).status).toBe(200);
  });
});

describe('installIntake()', () => {
  test('counts what is not answered yet, refusals and broken connections included', async () => {
    const { intake } = exportsHttp;
    await intake.whenIdle();
    const slow = connect(exportsHttp.port, '127.0.0.1');
    slow.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nab');
    while (intake.inFlight() === 0) await new Promise(setImmediate);
    let isIdle = false;
    const idle = intake.whenIdle().then(() => {
      isIdle = true;
    });
    await post(exportsHttp, { body: Buffer.alloc(11_000_001) });
    while (intake.inFlight() > 1) await new Promise(setImmediate);
    expect(isIdle).toBe(false);
    slow.destroy();
    await idle;
    expect(intake.inFlight()).toBe(0);
  });

  test('closes connections after their answer once the process drains', async () => {
    const server = await startFunction('pollOperations');
    const ask = async () => (await post(server, {})).headers.get('connection');
    expect(await ask()).toBe('keep-alive');
    server.draining.abort();
    expect(await ask()).toBe('close');
    await server.close();
  });

  test('stops when it is removed', async () => {
    const server = createServer((_, response) => response.headersSent || response.end('taken'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const intake = installIntake({ functionOf: (_, of) => (of === server ? 'exportsHttp' : undefined) });
    const ask = () => fetch(`http://127.0.0.1:${port}/%zz`);
    expect((await ask()).status).toBe(400);
    intake.remove();
    expect((await ask()).status).toBe(200);
    server.closeAllConnections();
    server.close();
  });
});
