import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createServiceClient } from '../../../src/cli/service/service-client.ts';
import { isLocal, readServiceUrl } from '../../../src/cli/service/service-url.ts';

describe('createServiceClient()', () => {
  const received: { url: string; headers: IncomingHttpHeaders }[] = [];
  const waits: number[] = [];
  let answers: ((response: ServerResponse) => void)[] = [];
  let server: Server;
  let url: URL;

  beforeAll(async () => {
    server = createServer((request, response) => {
      received.push({ url: request.url ?? '', headers: request.headers });
      request.resume();
      (answers.shift() ?? succeed)(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/below/`);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    received.length = 0;
    waits.length = 0;
    answers = [];
  });

  function succeed(response: ServerResponse): void {
    response.end(JSON.stringify({ id: 'an-export', state: 'PENDING' }));
  }
  const answerWith =
    (status: number, body: string, headers = {}) =>
    (response: ServerResponse) =>
      response.writeHead(status, headers).end(body);

  function create(getToken?: () => Promise<string>) {
    const wait = async (delayMs: number) => void waits.push(delayMs);
    return createServiceClient({ url, io: { fetch, wait }, ...(getToken ? { getToken } : {}) });
  }

  test('calls below the path of the address, with the token there is', async () => {
    await create(async () => 'a-token').get('an-export');
    expect(received[0]).toMatchObject({
      url: '/below/v1/exports/an-export',
      headers: { authorization: 'Bearer a-token' },
    });
    await create().get('an-export');
    expect(received[1]?.headers.authorization).toBeUndefined();
  });

  test('sends a submission again under the same key, as late as it is told', async () => {
    answers = [
      answerWith(503, '{"error":{"message":"later"}}', { 'retry-after': '7' }),
      (response) => response.destroy(),
    ];
    expect(await create().submit({})).toMatchObject({ id: 'an-export' });
    expect(received).toHaveLength(3);
    const keys = received.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/^[0-9a-f-]{36}$/)));
    expect(new Set(keys).size).toBe(1);
    expect(waits).toEqual([7_000, 1_000]);
  });

  test('gives up after a few times', async () => {
    answers = Array.from({ length: 9 }, () => answerWith(503, '{"error":{"message":"later"}}'));
    await expect(create().get('a')).rejects.toMatchObject({ message: 'later', exitStatus: 4 });
    expect(received).toHaveLength(4);
  });

  test('does not repeat what was refused, and tells its faults and its remedy', async () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', metadata: { remedy: 'use another' } },
      { fieldViolations: [{ field: 'priority', description: 'too\u001b[31m high' }] },
    ];
    answers = [answerWith(400, JSON.stringify({ error: { message: 'no', details } }))];
    const message = 'Cannot accept the request:\n  priority: too�[31m high\nTo do: use another';
    await expect(create().submit({})).rejects.toMatchObject({ message, exitStatus: 1 });
    expect(received).toHaveLength(1);
  });

  test.each([
    [401, '<html>'],
    [403, '<html>'],
    [500, '{"error":{"message":"fault"}}'],
  ])('tells %i as a service that is out of reach', async (status, body) => {
    answers = [answerWith(status, body)];
    await expect(create().get('a')).rejects.toMatchObject({ exitStatus: 4 });
  });

  test('takes its token nowhere else', async () => {
    answers = Array.from({ length: 4 }, () => answerWith(302, '', { location: '/elsewhere' }));
    await expect(create(async () => 'a-token').get('a')).rejects.toMatchObject({ exitStatus: 4 });
    expect(received.map(({ url }) => url)).not.toContain('/elsewhere');
  });
});

describe('readServiceUrl()', () => {
  test('takes --url, then EE_EXPORT_URL, then the local stack', () => {
    const env = { EE_EXPORT_URL: 'https://from-env.example/exportsHttp' };
    expect(readServiceUrl('https://given.example', env).href).toBe('https://given.example/');
    expect(readServiceUrl(undefined, env).href).toBe('https://from-env.example/exportsHttp/');
    expect(readServiceUrl(undefined, {}).href).toBe('http://127.0.0.1:8080/');
  });

  test.each(['nothing', 'ftp://a', 'http://elsewhere.example', 'https://user@a', 'https://a/?b'])(
    'refuses %s',
    (text) => {
      expect(() => readServiceUrl(text, {})).toThrow('Cannot use the address');
    },
  );

  test.each([
    ['http://localhost:1/', true],
    ['http://127.0.0.1/', true],
    ['http://[::1]/', true],
    ['https://127.0.0.1.example.com/', false],
  ])('knows whether %s is this machine: %s', (text, wanted) => {
    expect(isLocal(new URL(text))).toBe(wanted);
  });
});
