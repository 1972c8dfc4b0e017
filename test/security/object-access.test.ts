import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ExportRecord } from '../../src/exports/export.ts';
import { detailsOf } from '../functions/error-details.ts';
import {
  type AttackedService,
  asCaller,
  bodyFor,
  PROJECT,
  type Reply,
  startAttackedService,
} from './attacked-service.ts';

// OWASP API1:2023, broken object level authorization: one caller reaches for the exports of another.

const THIEF = asCaller({ email: 'thief@example.com', email_verified: true });
const OWNER = asCaller({ email: 'owner@example.com', email_verified: true });
const CALLER_POLICY = JSON.stringify({
  'thief@example.com': { assets: [`projects/${PROJECT}/assets/thief`] },
  'owner@example.com': { assets: [`projects/${PROJECT}/assets/owner`] },
});

let service: AttackedService;
let owned: ExportRecord;
/** What there was to read before the owner's export existed. */
const before = new Map<string, Reply>();

/** Everything that can be asked about one export by its id. */
const BY_ID: [attack: string, path: string, json: object | undefined][] = [
  ['reading it', '/v1/exports/owned', undefined],
  ['reading it by an encoded id', '/v1/exports/%6f%77ned', undefined],
  ['reading it with the parameters of Google’s clients', '/v1/exports/owned?alt=json&key=x', undefined],
  ['cancelling it', '/v1/exports/owned:cancel', {}],
  ['cancelling it by an encoded colon', '/v1/exports/owned%3Acancel', {}],
  ['retrying it', '/v1/exports/owned:retry', { attempt: 1 }],
  ['retrying an attempt it has not', '/v1/exports/owned:retry', { attempt: 7 }],
];

function ask(path: string, json: object | undefined, headers = THIEF): Promise<Reply> {
  return service.call(path, { headers, ...(json ? { json } : {}) });
}

/** Every byte of an answer but the second it was made in. */
function bytesOf({ status, headers, text }: Reply) {
  const { date: _, ...rest } = headers;
  return { status, headers: rest, text };
}

beforeAll(async () => {
  service = await startAttackedService({ settings: { CALLER_POLICY }, simulator: { startDelayMs: 3_600_000 } });
  for (const [, path, json] of BY_ID) before.set(path + JSON.stringify(json), await ask(path, json));
  const json = bodyFor('owner/maize', { requestId: 'owned', labels: { plan: 'secret-plan' } });
  expect(await service.call('/v1/exports', { json, headers: OWNER })).toMatchObject({ status: 202 });
  owned = await readOwned();
});
afterAll(() => service.close());

async function readOwned(): Promise<ExportRecord> {
  const record = await service.ledger.get('owned');
  if (!record) throw new Error('The export under attack is gone');
  return record;
}

describe('a foreign export', () => {
  test.each(BY_ID)('%s → the very bytes and headers of an unknown one', async (_, path, json) => {
    const answer = await ask(path, json);
    expect(answer.status).toBe(404);
    expect(bytesOf(answer)).toEqual(bytesOf(before.get(path + JSON.stringify(json)) ?? answer));
    expect(before.has(path + JSON.stringify(json))).toBe(true);
    expect(await readOwned()).toEqual(owned);
  });

  test('guessing at its operation → the very words of an unknown one, Earth Engine not asked', async () => {
    const asked = service.simulator.requests.length;
    const name = owned.operation ?? '';
    const unknown = name.replace(/[^/]+$/, (id) => 'X'.repeat(id.length));
    for (const [suffix, json] of [
      ['', undefined],
      [':cancel', {}],
    ] as const) {
      const foreign = await ask(`/v1/${name}${suffix}`, json);
      const none = await ask(`/v1/${unknown}${suffix}`, json);
      expect(foreign.status).toBe(404);
      expect(bytesOf(foreign)).toEqual(bytesOf({ ...none, text: none.text.replaceAll(unknown, name) }));
    }
    expect(service.simulator.requests.length).toBe(asked);
    expect(await readOwned()).toEqual(owned);
  });

  test.each([
    '',
    `?project=${PROJECT}`,
    '?state=PENDING',
    '?label=plan:secret-plan',
    '?pageSize=500',
    '?createdAfter=2020-01-01T00:00:00Z',
  ])('listing exports with %j → it is not there', async (query) => {
    const { status, body, text } = await ask(`/v1/exports${query}`, undefined);
    expect([status, body]).toEqual([200, { exports: [] }]);
    expect(text).not.toContain('owned');
    const own = await service.call(`/v1/exports${query}`, { headers: OWNER });
    expect(own.text).toContain('"owned"');
  });

  test('listing operations → those of others are left out', async () => {
    const { status, body } = await ask(`/v1/projects/${PROJECT}/operations`, undefined);
    expect([status, body]).toEqual([200, { operations: [] }]);
    const own = await service.call(`/v1/projects/${PROJECT}/operations`, { headers: OWNER });
    expect(own.text).toContain(owned.operation);
  });
});

describe('the id of a foreign export', () => {
  const USES: [string, Record<string, unknown>, Record<string, string>][] = [
    ['requestId', { requestId: 'owned' }, {}],
    ['Idempotency-Key', {}, { 'idempotency-key': 'owned' }],
    ['webhook-id', {}, { 'webhook-id': 'owned' }],
  ];

  test.each(USES)('taken as %s for other content → 409 that tells the id alone', async (_, fields, headers) => {
    for (const path of ['/v1/exports', `/v1/projects/${PROJECT}/classifier:export`]) {
      const json = bodyFor('thief/x', fields);
      const { status, body, text } = await service.call(path, { json, headers: { ...THIEF, ...headers } });
      expect([status, detailsOf(body).info?.reason]).toEqual([409, 'REQUEST_ID_REUSED']);
      expect(text).not.toMatch(/secret|maize|owner|PENDING|operations/);
    }
    expect(await readOwned()).toEqual(owned);
  });

  test.each(USES)('taken as %s with its very content → 403, and nothing is joined', async (_, fields, headers) => {
    for (const path of ['/v1/exports', `/v1/projects/${PROJECT}/classifier:export`]) {
      const json = bodyFor('owner/maize', { labels: { plan: 'secret-plan' }, ...fields });
      const { status, text } = await service.call(path, { json, headers: { ...THIEF, ...headers } });
      expect(status).toBe(403);
      expect(text).not.toMatch(/PENDING|operations/);
    }
    expect(await readOwned()).toEqual(owned);
  });

  test('taken for a trial (validateOnly) → an answer about one’s own request alone', async () => {
    const json = bodyFor('thief/x', { requestId: 'owned', createParents: true });
    const { status, text } = await service.call('/v1/exports?validateOnly=true', { json, headers: THIEF });
    expect(status).toBe(200);
    expect(text).not.toMatch(/secret-plan|maize|PENDING/);
  });

  test('taken by a message → the message is rejected under an id of its own', async () => {
    const message = {
      data: Buffer.from(JSON.stringify(bodyFor('thief/x', { requestId: 'owned' }))).toString('base64'),
    };
    const headers = asCaller({ email: 'push@example.com', email_verified: true });
    expect(await service.push({ message: { ...message, messageId: '1' } }, headers)).toMatchObject({ status: 204 });
    const rejected = (await service.records()).find(({ state }) => state === 'REJECTED');
    expect(rejected).toMatchObject({ id: expect.stringMatching(/^ps-/), error: { status: 'ALREADY_EXISTS' } });
    expect(await readOwned()).toEqual(owned);
  });
});

describe('a page token', () => {
  /** As the service makes them; its form is no secret. */
  function forge(projects: string[], position: { createTime: number; id: string }): string {
    const { createTime, id } = position;
    const seal = createHash('sha256')
      .update(JSON.stringify([[undefined, projects, undefined, undefined, [], undefined], createTime, id]))
      .digest('base64url')
      .slice(0, 16);
    return Buffer.from(JSON.stringify([createTime, id, seal])).toString('base64url');
  }

  test('forged to begin at a foreign export → shows nothing that is not one’s own', async () => {
    const token = forge([PROJECT], { createTime: owned.createTime + 1, id: 'zzz' });
    const own = await service.call(`/v1/exports?pageToken=${token}`, { headers: OWNER });
    expect([own.status, own.text]).toEqual([200, expect.stringContaining('"owned"')]);
    const stolen = await service.call(`/v1/exports?pageToken=${token}`, { headers: THIEF });
    expect([stolen.status, stolen.body]).toEqual([200, { exports: [] }]);
  });

  test.each([
    ['of other projects', forge(['other-project'], { createTime: Date.now(), id: 'a' })],
    ['of no projects', forge([], { createTime: Date.now(), id: 'a' })],
    ['with another end', `${forge([PROJECT], { createTime: 1, id: 'a' })}A`],
    ['that is no JSON', 'eHl6'],
    ['that is a list of prototypes', Buffer.from('[{"__proto__":1},"x"]').toString('base64url')],
    ['that is an injection', encodeURIComponent("' OR 1=1 --")],
    ['of 7,000 characters', 'A'.repeat(7_000)],
  ])('%s → 400', async (_, token) => {
    const { status, body } = await service.call(`/v1/exports?pageToken=${token}`, { headers: THIEF });
    expect([status, detailsOf(body).fields]).toEqual([400, ['pageToken']]);
  });

  test('given for one filter and used with another → 400', async () => {
    const more = bodyFor('owner/wheat', { requestId: 'owned-2' });
    expect(await service.call('/v1/exports', { json: more, headers: OWNER })).toMatchObject({ status: 202 });
    const { body } = await service.call('/v1/exports?pageSize=1', { headers: OWNER });
    const { nextPageToken } = body as { nextPageToken: string };
    const other = await service.call(`/v1/exports?state=PENDING&pageToken=${nextPageToken}`, { headers: OWNER });
    expect([other.status, detailsOf(other.body).fields]).toEqual([400, ['pageToken']]);
  });
});

describe('paging through a list', () => {
  beforeAll(async () => {
    for (const name of ['thief/1', 'owner/2', 'owner/3', 'thief/4', 'owner/5', 'owner/6']) {
      const [who = '', id = ''] = name.split('/');
      const headers = who === 'thief' ? THIEF : OWNER;
      const json = bodyFor(name, { requestId: `${who}-${id}`, workloadTag: 'paging' });
      expect(await service.call('/v1/exports', { json, headers })).toMatchObject({ status: 202 });
      service.time.aheadMs += 1_000;
    }
  });

  test.each([1, 2, 3, 500])('%d at a time, foreign ones between → no token tells the id of one', async (pageSize) => {
    const ids: string[] = [];
    let token = '';
    do {
      const query = `workloadTag=paging&pageSize=${pageSize}${token && `&pageToken=${token}`}`;
      const { body } = await service.call(`/v1/exports?${query}`, { headers: THIEF });
      const { exports, nextPageToken = '' } = body as { exports: { id: string }[]; nextPageToken?: string };
      token = nextPageToken;
      ids.push(...exports.map(({ id }) => id));
      expect(Buffer.from(token, 'base64url').toString()).not.toContain('owner');
    } while (token !== '');
    expect(ids).toEqual(['thief-4', 'thief-1']);
  });

  test('with more foreign ones in a row than one call reads → goes on behind them, and tells no id', async () => {
    const { createTime } = await readOwned();
    for (let index = 0; index < 5_500; index += 1) {
      const id = `owner-many-${index}`;
      const { version: _, ...copy } = { ...owned, id, createTime: createTime - 1_000_000 - index };
      await service.ledger.create(copy);
    }
    const query = '/v1/exports?createdAfter=2020-01-01T00:00:00Z';
    const first = await service.call(query, { headers: THIEF });
    const { nextPageToken = '' } = first.body as { nextPageToken?: string };
    expect(Buffer.from(nextPageToken, 'base64url').toString()).toMatch(/^\[\d+,"~",/);
    const rest = await service.call(`${query}&pageToken=${nextPageToken}`, { headers: THIEF });
    expect([rest.status, rest.body]).toEqual([200, { exports: [] }]);
  });
});

test('guessing the next id → ids made here are random', async () => {
  const ids: string[] = [];
  for (const name of ['owner/a', 'owner/b']) {
    const { body } = await service.call('/v1/exports', { json: bodyFor(name), headers: OWNER });
    ids.push((body as { id: string }).id);
  }
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids.map((id) => id.slice(0, 8))).size).toBe(ids.length);
});
