import { getEventListeners } from 'node:events';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from '../../src/clock.ts';
import { type Answer, createEarthEngineClient, type EarthEngineOptions } from '../../src/earth-engine/client.ts';
import { isGoogleHost } from '../../src/earth-engine/send-call.ts';
import { createHttpFetch } from '../../src/http/http-fetch.ts';
import { runScript } from '../support/run-script.ts';
import { type Arrival, createStillClock, sendJson, startWire, type Wire } from './wire.ts';

const GOOGLE = 'https://earthengine.googleapis.com';
const OPERATION = 'projects/my-project/operations/ABC';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const CALL = { timeoutMs: 5_000 };
const DONE = { kind: 'answered', status: 200, body: {} };

const httpFetch = createHttpFetch();
const open: Wire[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((wire) => wire.close()));
});

/** A server, and the client of an Earth Engine at `baseUrl` whose packets go there. */
async function connect(
  answer: Parameters<typeof startWire>[0] = (_, response) => sendJson(response, 200, {}),
  options: Partial<EarthEngineOptions> = {},
) {
  const wire = await startWire(answer);
  open.push(wire);
  const baseUrl = options.baseUrl ?? wire.url;
  const client = createEarthEngineClient({
    fetch: (url, init) => httpFetch(url.replace(baseUrl, wire.url), init),
    getToken: async () => 'secret-token',
    clock: systemClock,
    ...options,
    baseUrl,
  });
  return { client, arrivals: wire.arrivals, url: wire.url };
}

/** The client of a network that records what would leave and answers nothing. */
function createDryClient(options: Partial<EarthEngineOptions> = {}) {
  const sent: { url: string; headers: Record<string, string> }[] = [];
  const client = createEarthEngineClient({
    baseUrl: GOOGLE,
    fetch: async (url, { headers }) => {
      sent.push({ url, headers });
      throw new Error('No network');
    },
    getToken: async () => 'secret-token',
    clock: createStillClock(),
    ...options,
  });
  return { client, sent };
}

describe('the client asks as the official clients do', () => {
  type Client = Awaited<ReturnType<typeof connect>>['client'];
  const asset = 'projects/my-project/assets/models/rf';

  test.each<[string, (client: Client) => Promise<Answer>, string, string]>([
    [
      'exportClassifier',
      (client) => client.exportClassifier('my-project', '{"x":1}', CALL),
      'POST /v1/projects/my-project/classifier:export',
      '{"x":1}',
    ],
    [
      'exportClassifier, of a domain-scoped project',
      (client) => client.exportClassifier('example.com:my-project', '{}', CALL),
      'POST /v1/projects/example.com:my-project/classifier:export',
      '{}',
    ],
    ['getOperation', (client) => client.getOperation(OPERATION, CALL), `GET /v1/${OPERATION}`, ''],
    [
      'listOperations, the first page',
      (client) => client.listOperations('my-project', undefined, CALL),
      'GET /v1/projects/my-project/operations?pageSize=500',
      '',
    ],
    [
      'listOperations, a later page',
      (client) => client.listOperations('my-project', 'a&b=c#d/e+f ü', CALL),
      'GET /v1/projects/my-project/operations?pageSize=500&pageToken=a%26b%3Dc%23d%2Fe%2Bf+%C3%BC',
      '',
    ],
    ['cancelOperation', (client) => client.cancelOperation(OPERATION, CALL), `POST /v1/${OPERATION}:cancel`, '{}'],
    ['getAsset', (client) => client.getAsset(asset, CALL), `GET /v1/${asset}`, ''],
    [
      'createFolder',
      (client) => client.createFolder('projects/my-project/assets/a/b', CALL),
      'POST /v1/projects/my-project/assets?assetId=a%2Fb',
      '{"type":"FOLDER"}',
    ],
    [
      'createFolder, in the legacy root',
      (client) => client.createFolder('projects/earthengine-legacy/assets/projects/p/assets/b', CALL),
      'POST /v1/projects/earthengine-legacy/assets?assetId=projects%2Fp%2Fassets%2Fb',
      '{"type":"FOLDER"}',
    ],
    [
      'listAlgorithms',
      (client) => client.listAlgorithms('my-project', CALL),
      'GET /v1/projects/my-project/algorithms',
      '',
    ],
    ['getDiscovery', (client) => client.getDiscovery(CALL), 'GET /$discovery/rest?version=v1', ''],
  ])('%s', async (_, call, line, body) => {
    const { client, arrivals } = await connect();
    expect(await call(client)).toEqual(DONE);
    expect(arrivals.map(({ method, path }) => `${method} ${path}`)).toEqual([line]);
    expect(arrivals[0]?.body).toBe(body);
  });

  test('with their headers', async () => {
    const { client, arrivals } = await connect(undefined, { baseUrl: GOOGLE });
    await client.exportClassifier('example.com:my-project', '{}', { ...CALL, traceparent: TRACEPARENT });
    expect(arrivals[0]?.headers).toMatchObject({
      authorization: 'Bearer secret-token',
      accept: 'application/json',
      'content-type': 'application/json',
      'x-goog-api-client': 'ee-classifier-export',
      'x-goog-user-project': 'example.com:my-project',
      traceparent: TRACEPARENT,
    });
  });

  test.each([
    ['the project in the path', OPERATION, undefined, 'my-project'],
    ['another project, where it is told', 'projects/shared/assets/a', 'my-project', 'my-project'],
    ['nobody for a legacy asset', 'projects/earthengine-legacy/assets/users/a/b', undefined, undefined],
    ['nobody for the public catalogue', 'projects/earthengine-public/assets/A', undefined, undefined],
    ['a project that only begins like them', 'projects/earthengine-mine/assets/a', undefined, 'earthengine-mine'],
    ['nobody in place of a project that is none', OPERATION, 'a/../b', undefined],
  ])('and charges %s', async (_, name, chargedProject, expected) => {
    const { client, sent } = createDryClient();
    await client.getAsset(name, chargedProject === undefined ? CALL : { ...CALL, chargedProject });
    expect(sent[0]?.headers['x-goog-user-project']).toBe(expected);
  });

  test.each(['00-abc\r\nx-evil: 1', 'ü', '', 'x'.repeat(5_000)])(
    'and passes on no trace context such as %j',
    async (bad) => {
      const { client, arrivals } = await connect();
      expect(await client.getOperation(OPERATION, { ...CALL, traceparent: bad })).toEqual(DONE);
      expect(arrivals[0]?.headers).not.toHaveProperty('traceparent');
    },
  );
});

describe('the client sends nothing for a name that would name something else', () => {
  const hostile = ['', '..', 'projects/p/operations/../../q', 'projects/p/operations/\ud800', '/projects/p', 'a//b'];

  test.each(hostile)('%j', async (name) => {
    const { client, sent } = createDryClient();
    const answers = await Promise.all([
      client.getOperation(name, CALL),
      client.cancelOperation(name, CALL),
      client.getAsset(name, CALL),
      client.createFolder(name, CALL),
      client.exportClassifier(name, '{}', CALL),
      client.listOperations(name, undefined, CALL),
    ]);
    expect(answers).toEqual(
      answers.map(() => ({ kind: 'unanswered', cause: 'not the name of a resource', sent: false })),
    );
    expect(sent).toEqual([]);
  });

  test.each(['projects/p/assets/../x', 'projects/p/assets/a//b', 'projects/p/assets/', 'projects/p/assets'])(
    'and creates no folder %s',
    async (name) => {
      const { client, sent } = createDryClient();
      expect(await client.createFolder(name, CALL)).toMatchObject({ kind: 'unanswered', sent: false });
      expect(sent).toEqual([]);
    },
  );

  test('and throws for none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (name, token) => {
        const { client, sent } = createDryClient();
        await client.getOperation(`projects/p/operations/${name}`, { ...CALL, traceparent: token });
        await client.createFolder(`projects/p/assets/${name}`, CALL);
        await client.listOperations(name, token, CALL);
        for (const { url } of sent) {
          expect(new URL(url).origin).toBe(GOOGLE);
          expect(new URL(url).pathname).toMatch(/^\/v1\/projects\/[^/]/);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('the client gives its credentials to Google alone', () => {
  test.each<[string, boolean]>([
    ['https://earthengine.googleapis.com', true],
    ['https://earthengine-highvolume.googleapis.com', true],
    ['https://EarthEngine.GoogleAPIs.com', true],
    ['https://googleapis.com', true],
    ['https://earthengine.googleapis.com:8443', true],
    ['http://earthengine.googleapis.com', false],
    ['https://googleapis.com.evil.example', false],
    ['https://evilgoogleapis.com', false],
    ['https://earthengine-googleapis.com', false],
    ['https://earthengine.googleapis.com@evil.example', false],
    ['https://evil.example/earthengine.googleapis.com', false],
    ['https://evil.example?.googleapis.com', false],
    ['https://evil.example#.googleapis.com', false],
    ['https://evil.example\\.googleapis.com', false],
    ['https://earthengine.googleapis.com.', false],
    ['https://googleapıs.com', false],
    ['http://127.0.0.1:8080', false],
    ['ftp://earthengine.googleapis.com', false],
    ['earthengine.googleapis.com', false],
    ['', false],
  ])('%s: %s', async (baseUrl, trusted) => {
    const asked: boolean[] = [];
    const getToken = async (renew: boolean) => {
      asked.push(renew);
      return 'secret-token';
    };
    const { client, sent } = createDryClient({ baseUrl, getToken });
    await client.getOperation(OPERATION, CALL);
    expect(isGoogleHost(baseUrl)).toBe(trusted);
    expect(asked).toEqual(trusted ? [false] : []);
    expect(sent.map(({ headers }) => 'authorization' in headers)).toEqual([trusted]);
  });

  test.each([301, 302, 303, 307, 308])('and follows no redirect: %d', async (status) => {
    const elsewhere = await connect();
    const { client, arrivals } = await connect(
      (_, response) => response.writeHead(status, { location: `${elsewhere.url}/stolen` }).end('{}'),
      { baseUrl: GOOGLE },
    );
    expect(await client.exportClassifier('my-project', '{}', CALL)).toMatchObject({ kind: 'answered', status });
    expect(arrivals).toHaveLength(1);
    expect(elsewhere.arrivals).toEqual([]);
  });
});

describe('after a 401 the client', () => {
  const refused = { error: { code: 401, message: 'Invalid credentials', status: 'UNAUTHENTICATED' } };

  /** Answers 401 to every token but `good`. */
  function guard(good: string) {
    return ({ headers }: Arrival, response: Parameters<typeof sendJson>[0]) =>
      headers.authorization === `Bearer ${good}` ? sendJson(response, 200, {}) : sendJson(response, 401, refused);
  }

  test('asks once more with a new token', async () => {
    const asked: boolean[] = [];
    const getToken = async (renew: boolean) => {
      asked.push(renew);
      return renew ? 'new' : 'old';
    };
    const { client, arrivals } = await connect(guard('new'), { baseUrl: GOOGLE, getToken });
    expect(await client.exportClassifier('my-project', '{"x":1}', CALL)).toEqual(DONE);
    expect(asked).toEqual([false, true]);
    expect(arrivals.map(({ headers, body }) => [headers.authorization, body])).toEqual([
      ['Bearer old', '{"x":1}'],
      ['Bearer new', '{"x":1}'],
    ]);
  });

  test('asks no third time', async () => {
    const { client, arrivals } = await connect(guard('none'), { baseUrl: GOOGLE });
    expect(await client.getOperation(OPERATION, CALL)).toEqual({ kind: 'answered', status: 401, body: refused });
    expect(arrivals).toHaveLength(2);
  });

  test('asks no second time where it has no credentials to renew', async () => {
    const { client, arrivals } = await connect(guard('none'));
    expect(await client.getOperation(OPERATION, CALL)).toMatchObject({ status: 401 });
    expect(arrivals).toHaveLength(1);
  });

  test('takes no more time than the call had', async () => {
    const clock = createStillClock();
    const timers: number[][] = [];
    const { client } = await connect(
      (_, response) => {
        timers.push(clock.pending());
        if (timers.length === 1) return sendJson(response, 401, refused);
        clock.fire();
      },
      { baseUrl: GOOGLE, clock },
    );
    const answer = await client.exportClassifier('my-project', '{}', { timeoutMs: 700 });
    expect(answer).toEqual({ kind: 'unanswered', cause: 'no answer in time', sent: true });
    expect(timers).toEqual([[700], [700]]);
    expect(clock.pending()).toEqual([]);
  });

  test('has sent nothing more when there is no new token', async () => {
    const getToken = async (renew: boolean) => {
      if (renew) throw new Error('No token for secret-key');
      return 'old';
    };
    const { client, arrivals } = await connect(guard('new'), { baseUrl: GOOGLE, getToken });
    expect(await client.getOperation(OPERATION, CALL)).toEqual({ kind: 'unanswered', cause: 'Error', sent: false });
    expect(arrivals).toHaveLength(1);
  });
});

describe('without an access token the client sends nothing', () => {
  test.each<[string, () => Promise<string>]>([
    ['when the source fails', () => Promise.reject(new Error('key 12345 is no good'))],
    [
      'when the source throws',
      () => {
        throw new TypeError('key 12345 is no good');
      },
    ],
    ['when the source gives none', async () => ''],
    ['when the source gives what is no token', async () => 'a\r\nx-evil: 1'],
  ])('%s', async (_, getToken) => {
    const { client, sent } = createDryClient({ getToken });
    const answer = await client.exportClassifier('my-project', '{}', CALL);
    expect(answer).toMatchObject({ kind: 'unanswered', sent: false });
    expect(JSON.stringify(answer)).not.toContain('12345');
    expect(sent).toEqual([]);
  });

  test('when the source hangs', async () => {
    const clock = createStillClock();
    const { client, sent } = createDryClient({ clock, getToken: () => new Promise(() => {}) });
    const answering = client.exportClassifier('my-project', '{}', { timeoutMs: 700 });
    expect(clock.pending()).toEqual([700]);
    clock.fire();
    expect(await answering).toEqual({ kind: 'unanswered', cause: 'no access token in time', sent: false });
    expect(sent).toEqual([]);
  });

  test('and asks for none when the call is over before it began', async () => {
    const asked: boolean[] = [];
    const getToken = async (renew: boolean) => {
      asked.push(renew);
      return 'secret-token';
    };
    const { client, sent } = createDryClient({ getToken });
    const answer = await client.getOperation(OPERATION, { ...CALL, signal: AbortSignal.abort() });
    expect(answer).toMatchObject({ kind: 'unanswered', sent: false });
    expect([asked, sent]).toEqual([[], []]);
  });
});

describe('the client reads', () => {
  async function read(send: Parameters<typeof startWire>[0], options: Partial<EarthEngineOptions> = {}) {
    const { client } = await connect(send, options);
    return client.getOperation(OPERATION, CALL);
  }

  test.each<[string, string | Buffer, unknown]>([
    ['JSON', '{"name":"x"}', { name: 'x' }],
    ['JSON behind a byte order mark', '\ufeff{"name":"x"}', { name: 'x' }],
    ['JSON with bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), '\ufffd'],
    ['HTML', '<!DOCTYPE html><title>Error 502</title>', undefined],
    ['nothing', '', undefined],
    ['half of an answer', '{"name":"projects/p/oper', undefined],
    ['more than one answer', '{}{}', undefined],
  ])('%s', async (_, body, expected) => {
    const answer = await read((_arrival, response) => response.writeHead(200).end(body));
    expect(answer).toEqual({ kind: 'answered', status: 200, body: expected });
  });

  test('a million brackets without falling over', async () => {
    const answer = await read((_, response) => response.end('['.repeat(1_000_000)));
    expect(answer).toEqual({ kind: 'answered', status: 200, body: undefined });
  });

  test('an answer that trickles in byte by byte', async () => {
    const answer = await read((_, response) => {
      const bytes = [...Buffer.from('{"name":"x"}')];
      const next = () => {
        const byte = bytes.shift();
        if (byte === undefined) return void response.end();
        response.write(Buffer.from([byte]), () => setImmediate(next));
      };
      next();
    });
    expect(answer).toEqual({ kind: 'answered', status: 200, body: { name: 'x' } });
  });

  test.each([
    [100, '"'.padEnd(99, 'x').concat('"'), true],
    [100, '"'.padEnd(100, 'x').concat('"'), false],
  ])('up to %d bytes', async (maxAnswerBytes, body, readable) => {
    const answer = await read((_, response) => response.end(body), { maxAnswerBytes });
    expect(answer).toMatchObject({ status: 200, body: readable ? body.slice(1, -1) : undefined });
  });

  test('no more of an endless answer, and hangs up', async () => {
    let hungUp: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      hungUp = resolve;
    });
    const answer = await read(
      (_, response) => {
        response.on('close', hungUp);
        const pour = () => {
          if (!response.destroyed) response.write('x'.repeat(10_000), () => setImmediate(pour));
        };
        pour();
      },
      { maxAnswerBytes: 100_000 },
    );
    expect(answer).toEqual({ kind: 'answered', status: 200, body: undefined });
    await closed;
  });

  test('no more of what a small answer swells to', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, 0x20));
    const answer = await read((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb), {
      maxAnswerBytes: 1_000_000,
    });
    expect(bomb.length).toBeLessThan(100_000);
    expect(answer).toEqual({ kind: 'answered', status: 200, body: undefined });
  });

  test('32 MiB where nothing else is said', async () => {
    const body = JSON.stringify('x'.repeat(33 * 1024 * 1024));
    expect(await read((_, response) => response.end(body))).toMatchObject({ body: undefined });
  });
});

describe('the client reads Retry-After', () => {
  const now = Date.parse('2026-11-02T08:00:00Z');

  test.each<[string, Record<string, string>, number | undefined]>([
    ['nothing', {}, undefined],
    ['seconds', { 'retry-after': '120' }, 120_000],
    ['no seconds', { 'retry-after': '0' }, 0],
    ['seconds with spaces', { 'retry-after': '  7 ' }, 7_000],
    ['a date', { 'retry-after': 'Mon, 02 Nov 2026 08:02:00 GMT', date: '' }, 120_000],
    ['a date of RFC 850', { 'retry-after': 'Monday, 02-Nov-26 08:02:00 GMT', date: '' }, 120_000],
    ['a date of asctime', { 'retry-after': 'Mon Nov  2 08:02:00 2026', date: '' }, 120_000],
    ['a date that is past', { 'retry-after': 'Mon, 02 Nov 2026 07:00:00 GMT', date: '' }, 0],
    [
      "a date by the sender's clock",
      { 'retry-after': 'Mon, 02 Nov 2026 08:12:00 GMT', date: 'Mon, 02 Nov 2026 08:10:00 GMT' },
      120_000,
    ],
    ['a year', { 'retry-after': '31536000' }, 86_400_000],
    ['a date in a year', { 'retry-after': 'Tue, 02 Nov 2027 08:00:00 GMT', date: '' }, 86_400_000],
    ['a negative number', { 'retry-after': '-5' }, undefined],
    ['a fraction', { 'retry-after': '1.5' }, undefined],
    ['too many digits', { 'retry-after': '9999999999' }, undefined],
    ['words', { 'retry-after': 'soon' }, undefined],
    ['an ISO date', { 'retry-after': '2026-11-02T08:02:00Z' }, undefined],
    ['a date that is none', { 'retry-after': 'Mon, 99 Nov 2026 08:02:00 GMT', date: '' }, undefined],
  ])('%s', async (_, headers, expected) => {
    const clock = { ...systemClock, now: () => now };
    const { client } = await connect(
      (_arrival, response) => {
        response.sendDate = false;
        sendJson(response, 429, {}, headers);
      },
      { clock },
    );
    const answer = await client.getOperation(OPERATION, CALL);
    expect(answer).toMatchObject({ status: 429 });
    expect('retryAfterMs' in answer ? answer.retryAfterMs : undefined).toBe(expected);
  });
});

test('Retry-After is in GMT wherever the client runs, in its oldest form too', async () => {
  const { values } = await runScript(
    `const { readAnswer } = await import(src + 'earth-engine/read-answer.ts');
    const headers = { get: (name) => (name === 'retry-after' ? 'Mon Nov  2 08:02:00 2026' : null) };
    const response = { status: 429, headers, body: null };
    print(await readAnswer(response, { maxBytes: 1, now: () => Date.parse('2026-11-02T08:00:00Z') }));`,
    { TZ: 'America/Los_Angeles' },
  );
  expect(values).toEqual([{ kind: 'answered', status: 429, retryAfterMs: 120_000 }]);
});

describe('a call that takes too long', () => {
  test('ends when its time is up, before the first byte', async () => {
    const clock = createStillClock();
    const { client } = await connect(() => clock.fire(), { clock });
    const answer = await client.exportClassifier('my-project', '{}', CALL);
    expect(answer).toEqual({ kind: 'unanswered', cause: 'no answer in time', sent: true });
    expect(clock.pending()).toEqual([]);
  });

  test('ends when its time is up, in the body', async () => {
    const clock = createStillClock();
    const fetchHeaders: EarthEngineOptions['fetch'] = async (url, init) => {
      const response = await fetch(url, init);
      setImmediate(clock.fire);
      return response;
    };
    const { client } = await connect((_, response) => response.write('{"name":'), { clock, fetch: fetchHeaders });
    const answer = await client.exportClassifier('my-project', '{}', CALL);
    expect(answer).toEqual({ kind: 'answered', status: 200, body: undefined });
    expect(clock.pending()).toEqual([]);
  });

  test('ends with the signal of who asked, and leaves nothing behind on it', async () => {
    const asking = new AbortController();
    const clock = createStillClock();
    const { client } = await connect(() => asking.abort(), { clock });
    const answer = await client.exportClassifier('my-project', '{}', { ...CALL, signal: asking.signal });
    expect(answer).toMatchObject({ kind: 'unanswered', sent: true });
    expect(getEventListeners(asking.signal, 'abort')).toEqual([]);
    expect(clock.pending()).toEqual([]);
  });
});

test('many calls under one signal leave nothing behind and warn of nothing', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  const asking = new AbortController();
  const { client, arrivals } = await connect();
  const calls = Array.from({ length: 50 }, () => client.getOperation(OPERATION, { ...CALL, signal: asking.signal }));
  expect(await Promise.all(calls)).toEqual(calls.map(() => DONE));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  expect(arrivals).toHaveLength(50);
  expect(getEventListeners(asking.signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
});

test('a connection that is refused may have been a call: it says so, and how it failed', async () => {
  const { client, url } = await connect();
  await open.pop()?.close();
  const answer = await client.exportClassifier('my-project', '{}', CALL);
  expect(answer).toEqual({ kind: 'unanswered', cause: 'ECONNREFUSED', sent: true });
  expect(url).toMatch(/^http:/);
});

test('onCall is told of every call, its status and the quota status, and of no query', async () => {
  const told: object[] = [];
  const quotaStatus = 'parallelism_restricted=true';
  const { client } = await connect(
    ({ path }, response) =>
      path.includes('classifier')
        ? response.destroy()
        : sendJson(response, 503, {}, { 'x-earth-engine-quota-status': quotaStatus }),
    { onCall: (call) => told.push(call) },
  );
  const answer = await client.listOperations('my-project', 'secret', CALL);
  await client.exportClassifier('my-project', '{}', CALL);
  expect(answer).toEqual({ kind: 'answered', status: 503, body: {} });
  expect(told).toEqual([
    { method: 'GET /v1/projects/my-project/operations', status: 503, quotaStatus },
    { method: 'POST /v1/projects/my-project/classifier:export', status: 0 },
  ]);
});
