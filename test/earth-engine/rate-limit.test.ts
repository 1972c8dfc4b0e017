import { describe, expect, test } from '@jest/globals';
import { type Answer, createEarthEngineClient } from '../../src/earth-engine/client.ts';
import { type CallKind, createRateLimit, type RateLimit } from '../../src/earth-engine/rate-limit.ts';
import { toFetched } from '../simulation/in-process-fetch.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';

const OK: Answer = { kind: 'answered', status: 200, body: {} };
const TOO_MANY = refuse(429, 'RESOURCE_EXHAUSTED', 'Slow down');
const SECOND_MS = 1_000;

function refuse(status: number, name: string, message: string): Answer {
  return { kind: 'answered', status, body: { error: { code: status, status: name, message } } };
}

/** A rate limit, and the time it goes by. */
function createLimit(callsPerSecond?: number) {
  let now = 1_790_000_000_000;
  const limit = createRateLimit({ now: () => now, ...(callsPerSecond === undefined ? {} : { callsPerSecond }) });
  return {
    limit,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

/** How long each of so many calls at once has to wait. */
function take(limit: RateLimit, count: number, { project = 'p', kind = 'look' as CallKind, withinMs = 60_000 } = {}) {
  return Array.from({ length: count }, () => limit.takeTurn(project, kind, withinMs));
}

/** How many of many looks and sends that come at once have their turn in the second after the next. */
function countInOneSecond(limit: RateLimit): number {
  const turns = [...take(limit, 300), ...take(limit, 300, { kind: 'send' })];
  return turns.filter((wait) => wait !== undefined && wait >= SECOND_MS && wait < 2 * SECOND_MS).length;
}

describe('a turn', () => {
  test('is free for the first, and comes at fifty a second then', () => {
    const { limit } = createLimit();
    expect(limit.takeTurn('p', 'look', 0)).toBe(0);
    const { limit: other } = createLimit();
    expect(countInOneSecond(other)).toBe(50);
  });

  test('comes less than a hundred times in any second, also after a silence', () => {
    const { limit, pass } = createLimit();
    pass(3_600 * SECOND_MS);
    const turns = [...take(limit, 300), ...take(limit, 300, { kind: 'send' })];
    expect(turns.filter((wait) => wait !== undefined && wait <= SECOND_MS).length).toBeLessThan(80);
  });

  test('of a send comes soon behind a thousand looks', () => {
    const { limit } = createLimit();
    take(limit, 1_000);
    expect(limit.takeTurn('p', 'send', 0)).toBe(0);
    const waits = take(limit, 10, { kind: 'send' });
    expect(Math.max(...waits.map((wait) => wait ?? Number.NaN))).toBeLessThanOrEqual(SECOND_MS);
  });

  test('of a send may be one that no look wants, and of a look comes behind a thousand sends', () => {
    const { limit } = createLimit();
    const waits = take(limit, 1_000, { kind: 'send' });
    expect(waits.filter((wait) => wait !== undefined && wait >= SECOND_MS && wait < 2 * SECOND_MS)).toHaveLength(50);
    const look = limit.takeTurn('p', 'look', 60_000) ?? Number.NaN;
    expect(look).toBeLessThanOrEqual(20 * SECOND_MS);
  });

  test('is taken from no other project', () => {
    const { limit } = createLimit();
    take(limit, 1_000);
    expect(limit.takeTurn('other', 'look', 0)).toBe(0);
  });

  test('that would come too late is not taken, so that who gave up keeps nobody waiting', () => {
    const { limit, pass } = createLimit();
    const waits = take(limit, 10_000, { withinMs: SECOND_MS });
    expect(waits.at(-1)).toBeUndefined();
    pass(2 * SECOND_MS);
    expect(limit.takeTurn('p', 'look', 0)).toBe(0);
  });

  test('comes though the clock was set back', () => {
    const { limit, pass } = createLimit();
    take(limit, 100);
    pass(-3_600 * SECOND_MS);
    expect(limit.takeTurn('p', 'look', 0)).toBe(0);
  });
});

describe('the pace', () => {
  const answered = (...answers: Answer[]) => {
    const world = createLimit();
    for (const answer of answers) world.limit.note('p', answer);
    return world;
  };

  test('is halved by a 429, once for all that were under way', () => {
    expect(countInOneSecond(answered(TOO_MANY).limit)).toBe(25);
    expect(countInOneSecond(answered(TOO_MANY, TOO_MANY, OK, TOO_MANY).limit)).toBe(25);
  });

  test('is halved again by the next, and never below five a second', () => {
    const { limit, pass } = answered(TOO_MANY);
    pass(SECOND_MS);
    limit.note('p', TOO_MANY);
    expect(countInOneSecond(limit)).toBe(13);
    const other = createLimit();
    for (let round = 0; round < 10; round += 1) {
      other.limit.note('p', TOO_MANY);
      other.pass(SECOND_MS);
    }
    expect(countInOneSecond(other.limit)).toBe(5);
  });

  test('grows again by one call a second every ten seconds, to what it was', () => {
    const { limit, pass } = answered(TOO_MANY);
    pass(50 * SECOND_MS);
    expect(countInOneSecond(limit)).toBe(30);
    const long = answered(TOO_MANY);
    long.pass(3_600 * SECOND_MS);
    expect(countInOneSecond(long.limit)).toBe(50);
  });

  test('is that of one project', () => {
    const { limit } = answered(TOO_MANY);
    const turns = take(limit, 300, { project: 'other' });
    expect(turns.filter((wait) => wait !== undefined && wait >= SECOND_MS && wait < 2 * SECOND_MS)).toHaveLength(40);
  });

  test.each([
    ['a user rate limit', refuse(403, 'PERMISSION_DENIED', 'Request rate or concurrency limit exceeded'), 25],
    ['a full queue', refuse(429, 'RESOURCE_EXHAUSTED', 'Too many tasks already in the queue (3000).'), 50],
    ['a missing right', refuse(403, 'PERMISSION_DENIED', 'Permission denied'), 50],
    ['a 429 without a body', { kind: 'answered', status: 429, body: undefined } as Answer, 25],
    ['silence', { kind: 'unanswered', cause: 'ECONNRESET', sent: true } as Answer, 50],
  ])('after %s', (_, answer, perSecond) => {
    expect(countInOneSecond(answered(answer).limit)).toBe(perSecond);
  });
});

describe('the client', () => {
  const NAME = 'projects/p/operations/ABC';

  function createClient() {
    const clock = createVirtualClock(1_790_000_000_000);
    const sentAt: number[] = [];
    const client = createEarthEngineClient({
      baseUrl: 'http://simulator',
      fetch: async () => {
        sentAt.push(clock.now());
        return toFetched({ status: 200, headers: {}, body: '{}' });
      },
      getToken: async () => '',
      clock,
    });
    return { client, clock, sentAt };
  }

  test('waits for its turns, and tells of every request when it leaves', async () => {
    const { client, clock, sentAt } = createClient();
    let told = 0;
    const onRequest = () => {
      told += 1;
    };
    const calls = Array.from({ length: 220 }, () => client.getOperation(NAME, { timeoutMs: 20_000, onRequest }));
    const answers = await clock.runUntil(Promise.all(calls));
    expect(answers.every(({ kind }) => kind === 'answered')).toBe(true);
    expect(told).toBe(220);
    const seconds = ((sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0)) / SECOND_MS;
    expect(seconds).toBeGreaterThan(4.5);
    expect(seconds).toBeLessThan(6);
  });

  test('sends nothing that would have its turn too late, and says so at once', async () => {
    const { client, clock, sentAt } = createClient();
    const calls = Array.from({ length: 100 }, () => client.getOperation(NAME, { timeoutMs: SECOND_MS }));
    const answers = await clock.runUntil(Promise.all(calls));
    const late = answers.filter(({ kind }) => kind === 'unanswered');
    expect(late).toHaveLength(100 - sentAt.length);
    expect(late.at(-1)).toEqual({ kind: 'unanswered', cause: expect.stringContaining('no turn'), sent: false });
    expect(late.length).toBeGreaterThan(30);
  });

  test('gives up a call that is ended while it waits for its turn', async () => {
    const { client, clock } = createClient();
    for (let call = 0; call < 40; call += 1) void client.getOperation(NAME, { timeoutMs: 20_000 });
    const ended = new AbortController();
    const last = client.getOperation(NAME, { timeoutMs: 20_000, signal: ended.signal });
    ended.abort();
    expect(await clock.runUntil(last)).toMatchObject({ kind: 'unanswered', sent: false });
  });
});
