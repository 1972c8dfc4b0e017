import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../src/clock.ts';
import { LedgerUnavailable } from '../../../src/exports/ledger.ts';
import { createFirestoreLedger, type FirestoreLedgerOptions } from '../../../src/exports/ledger-firestore.ts';
import { sampleExport } from '../sample-export.ts';

type Reply = (body: string) => Response | Promise<Response>;

const NAME = 'projects/p/databases/(default)';
const NOTHING_THERE = JSON.stringify([{ missing: 'x', readTime: '2026-11-23T20:35:21.090299Z' }]);
const nothingThere: Reply = () => new Response(NOTHING_THERE, { status: 200 });

/** A ledger whose requests get these replies, in turn, the last one for ever. */
function openWith(replies: Reply[], options: Partial<FirestoreLedgerOptions> = {}) {
  const requests: { url: string; authorization: string | null; redirect: string | undefined }[] = [];
  const renewals: boolean[] = [];
  const ledger = createFirestoreLedger({
    projectId: 'p',
    clock: systemClock,
    random: () => 0,
    async getToken(renew) {
      renewals.push(renew);
      return `secret-${renewals.length}`;
    },
    async fetch(url, init) {
      const authorization = new Headers(init?.headers).get('authorization');
      requests.push({ url: String(url), authorization, redirect: init?.redirect });
      const reply = replies[Math.min(requests.length, replies.length) - 1];
      if (!reply) throw new Error('no reply was planned');
      return reply(String(init?.body));
    },
    ...options,
  });
  return { ledger, requests, renewals };
}

/** An answer whose body breaks off. */
function toCut(text: string, status: number): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from(text));
      controller.error(new Error('aborted'));
    },
  });
  return new Response(body, { status });
}

function refusal(code: number, status: string, message = 'Google says so'): Reply {
  return () => new Response(JSON.stringify({ error: { code, status, message } }), { status: code });
}

describe('requests to Firestore', () => {
  const universe = process.env['GOOGLE_CLOUD_UNIVERSE_DOMAIN'];
  afterEach(() => {
    if (universe === undefined) delete process.env['GOOGLE_CLOUD_UNIVERSE_DOMAIN'];
    else process.env['GOOGLE_CLOUD_UNIVERSE_DOMAIN'] = universe;
  });

  test('are not made, and no token asked for, before the first call', () => {
    const { requests, renewals } = openWith([nothingThere]);
    expect([requests, renewals]).toEqual([[], []]);
  });

  test('take the token to firestore.googleapis.com, whatever the environment says, and follow no redirect', async () => {
    process.env['GOOGLE_CLOUD_UNIVERSE_DOMAIN'] = 'evil.example';
    const elsewhere = { location: 'https://evil.example/' };
    const { ledger, requests } = openWith([nothingThere, () => new Response('', { status: 307, headers: elsewhere })], {
      database: 'exports-eu',
    });
    expect(await ledger.get('one')).toBeUndefined();
    expect(requests).toEqual([
      {
        url: 'https://firestore.googleapis.com/v1/projects/p/databases/exports-eu/documents:batchGet',
        authorization: 'Bearer secret-1',
        redirect: 'manual',
      },
    ]);
    await expect(ledger.get('one')).rejects.toThrow('HTTP 307');
    expect(requests).toHaveLength(2);
  });

  test('take no token to an emulator', async () => {
    const { ledger, requests, renewals } = openWith([nothingThere], { emulatorHost: '127.0.0.1:9' });
    await ledger.get('one');
    expect(requests[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1:9\/v1\//);
    expect(requests[0]?.authorization).toBe('Bearer owner');
    expect(renewals).toEqual([]);
  });

  test.each<[string, Reply]>([
    ['503', refusal(503, 'UNAVAILABLE')],
    ['503 without JSON', () => new Response('<html>', { status: 503 })],
    ['500', refusal(500, 'INTERNAL')],
    ['504', refusal(504, 'DEADLINE_EXCEEDED')],
    ['429', refusal(429, 'RESOURCE_EXHAUSTED')],
    ['429 without JSON', () => new Response('slow down', { status: 429 })],
    ['409 of contention', refusal(409, 'ABORTED')],
    ['an error at the end of a list', () => new Response('[{},{"error":{"code":503,"status":"UNAVAILABLE"}}]')],
    ['an answer that is cut short', () => new Response(NOTHING_THERE.slice(0, 20))],
    ['a refusal that is cut short', () => toCut('{"error":{"code":409,"status":"ABO', 409)],
    ['an object where a list is wanted', () => new Response('{}')],
    ['a list of nothing', () => new Response('[null]')],
    ['a connection that fails', () => Promise.reject(new TypeError('fetch failed'))],
  ])('are made again after %s', async (_, reply) => {
    const { ledger, requests } = openWith([reply, reply, nothingThere]);
    expect(await ledger.get('one')).toBeUndefined();
    expect(requests).toHaveLength(3);
  });

  test.each<[string, Reply, string]>([
    ['403', refusal(403, 'PERMISSION_DENIED', 'Missing or insufficient permissions.'), 'insufficient permissions'],
    ['404', refusal(404, 'NOT_FOUND', 'The database (default) does not exist'), 'does not exist'],
    ['400', refusal(400, 'FAILED_PRECONDITION', 'The query requires an index'), 'requires an index'],
    ['an error in a list', () => new Response('[{"error":{"status":"PERMISSION_DENIED","message":"no"}}]'), ': no;'],
  ])("are not made again after %s, which is told in Google's words", async (_, reply, words) => {
    const { ledger, requests } = openWith([reply]);
    const failure = await ledger.due(1).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LedgerUnavailable);
    expect(String(failure)).toContain(words);
    expect(requests).toHaveLength(1);
  });

  test('are made once more with a new token after 401', async () => {
    const denied = refusal(401, 'UNAUTHENTICATED');
    const lucky = openWith([denied, nothingThere]);
    expect(await lucky.ledger.get('one')).toBeUndefined();
    expect(lucky.renewals).toEqual([false, true]);
    const unlucky = openWith([denied]);
    await expect(unlucky.ledger.get('one')).rejects.toThrow(LedgerUnavailable);
    expect(unlucky.renewals).toEqual([false, true]);
  });

  test.each<[string, Partial<FirestoreLedgerOptions>]>([
    ['an answer', { fetch: (_, init) => rejectOnAbort(init?.signal ?? undefined) }],
    ['a token', { getToken: () => new Promise<string>(() => undefined) }],
  ])('end with the budget where %s never comes', async (_, options) => {
    const { ledger } = openWith([], { timeoutMs: 200, ...options });
    const started = performance.now();
    await expect(ledger.get('one')).rejects.toThrow(LedgerUnavailable);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('leave tokens and what was sent out of the message', async () => {
    const { ledger } = openWith([() => Promise.reject(new TypeError('fetch failed'))], { timeoutMs: 100 });
    const failure = await ledger.get('a-private-id').catch((error: Error) => error);
    expect(failure).toBeInstanceOf(LedgerUnavailable);
    const told = `${failure} ${JSON.stringify(failure)} ${String((failure as Error).cause)}`;
    expect(told).not.toMatch(/secret|a-private-id/);
  });
});

test('updateMany() commits by itself what a batch left undecided, and knows its own write', async () => {
  const updateTime = '2026-11-23T20:35:21.090299Z';
  let fields: object | undefined;
  const undecided: Reply = (body) => {
    fields = JSON.parse(body).writes[0].update.fields;
    return Response.json({ writeResults: [{}], status: [{ code: 14 }] });
  };
  const found: Reply = () => Response.json([{ found: { name: `${NAME}/documents/exports/one`, fields, updateTime } }]);
  const { ledger, requests } = openWith([undecided, refusal(400, 'FAILED_PRECONDITION'), found]);
  const record = { ...sampleExport('one'), version: '2026-11-23T20:35:20.000001Z' };
  const [updated] = await ledger.updateMany([{ record, changes: { walks: 7 } }]);
  expect(updated).toMatchObject({ walks: 7, version: updateTime });
  expect(requests.map(({ url }) => url.slice(url.lastIndexOf(':')))).toEqual([':batchWrite', ':commit', ':batchGet']);
});

describe('now()', () => {
  const SERVER = Date.parse('2026-11-23T20:35:21.090Z');

  function openAt(local: { time: number }) {
    return openWith([nothingThere], { clock: { ...systemClock, now: () => local.time } });
  }

  test("is Firestore's time as of the last answer, plus what has passed since by the local clock", async () => {
    const local = { time: 1000 };
    const { ledger, requests } = openAt(local);
    expect(await ledger.now()).toBe(SERVER);
    local.time += 5000;
    expect(await ledger.now()).toBe(SERVER + 5000);
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['a minute has passed', 60_000],
    ['the local clock was set back', -1],
  ])('is asked for again when %s', async (_, changeMs) => {
    const local = { time: 1_000_000 };
    const { ledger, requests } = openAt(local);
    await ledger.now();
    local.time += changeMs;
    expect(await ledger.now()).toBe(SERVER);
    expect(requests).toHaveLength(2);
  });

  test('is not learned from an answer that was long under way, if there is something better', async () => {
    const local = { time: 1_000_000 };
    const slowly: Reply = () => {
      local.time += 8000;
      return nothingThere('');
    };
    const { ledger } = openWith([nothingThere, slowly], { clock: { ...systemClock, now: () => local.time } });
    await ledger.now();
    await ledger.get('one');
    expect(await ledger.now()).toBe(SERVER + 8000);
  });

  test('never falls', async () => {
    const local = { time: 1_000_000 };
    const { ledger } = openAt(local);
    await ledger.now();
    local.time += 59_000;
    expect(await ledger.now()).toBe(SERVER + 59_000);
    await ledger.get('one');
    expect(await ledger.now()).toBe(SERVER + 59_000);
  });
});

function rejectOnAbort(signal: AbortSignal | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}
