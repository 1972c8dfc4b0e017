import { cloudEvent } from '@google-cloud/functions-framework';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExportsPubsub } from '../../src/functions/exports-pubsub.ts';
import { bodyOf, createParts, startEdge } from './edge.ts';
import { detailsOf } from './error-details.ts';
import { startFunction } from './function-server.ts';

const PATH = '/projects/p/topics/t';
const MESSAGE_ID = /^ps-[0-9a-f]{40}$/;

async function startPubsub(options: Parameters<typeof createParts>[0] = {}) {
  const parts = await createParts(options);
  cloudEvent('exportsPubsub', createExportsPubsub(parts));
  const server = await startFunction('exportsPubsub');

  async function post(body: unknown, headers: Record<string, string> = {}, path = PATH): Promise<number> {
    const text =
      typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body);
    const sent = { 'content-type': 'application/json', ...headers };
    const response = await fetch(`${server.url}${path}`, { method: 'POST', body: text, headers: sent });
    await response.text();
    return response.status;
  }
  async function records() {
    return (await parts.ledger.list({}, { pageSize: 500 })).exports;
  }
  async function close(): Promise<void> {
    await server.close();
    await parts.simulator.close();
    await parts.ledger.close();
  }
  return { ...parts, ...server, post, records, close };
}

/** A push as Pub/Sub sends it. */
function pushOf(data: unknown, attributes: Record<string, string> = {}, fields: Record<string, unknown> = {}) {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const message = {
    data: Buffer.from(text).toString('base64'),
    attributes,
    messageId: '42',
    publishTime: '2026-11-02T08:00:00Z',
  };
  return { message: { ...message, ...fields }, subscription: 'projects/p/subscriptions/s', deliveryAttempt: 1 };
}

const assetOf = (name: string) => `projects/forest-watch/assets/${name}`;

type Started = Awaited<ReturnType<typeof startPubsub>>;
let pubsub: Started;
beforeAll(async () => {
  pubsub = await startPubsub();
});
afterAll(() => pubsub.close());

describe('exportsPubsub', () => {
  const eventHeaders = {
    'ce-id': '42',
    'ce-source': '//pubsub.googleapis.com/projects/p/topics/t',
    'ce-specversion': '1.0',
    'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
  };
  const event = { id: '42', specversion: '1.0', type: 't', source: 's', datacontenttype: 'application/json' };

  test.each([
    ['push', (data: unknown) => pubsub.post(pushOf(data))],
    [
      'push-elsewhere',
      (data: unknown) => pubsub.post(pushOf(data), {}, '/?__GCP_CloudEventsMode=CUSTOM_PUBSUB_projects%2Fp'),
    ],
    [
      'binary',
      (data: unknown) =>
        pubsub.post(pushOf(data), { ...eventHeaders, 'content-type': 'application/json; charset=utf-8' }),
    ],
    [
      'structured',
      (data: unknown) =>
        pubsub.post({ ...event, data: pushOf(data) }, { 'content-type': 'application/cloudevents+json' }),
    ],
    ['text', (data: unknown) => pubsub.post(pushOf(data), { 'content-type': 'text/plain' })],
  ])('records and sends what comes as %s, and acknowledges it', async (requestId, post) => {
    expect(await post(bodyOf({ requestId }, assetOf(requestId)))).toBe(204);
    expect(await pubsub.ledger.get(requestId)).toMatchObject({ state: 'PENDING', messageId: '42', attempt: 1 });
  });

  test('sends once for one message, however often it is delivered', async () => {
    const push = pushOf(bodyOf({}, assetOf('once')));
    const operations = () => pubsub.simulator.model.operations('forest-watch').length;
    const before = operations();
    expect(await Promise.all([pubsub.post(push), pubsub.post(push), pubsub.post(push)])).toEqual([204, 204, 204]);
    const otherDelivery = { ...push, deliveryAttempt: 2, message: { ...push.message, messageId: '43' } };
    expect(await pubsub.post(otherDelivery, eventHeaders)).toBe(204);
    const forwarded = pushOf(
      bodyOf({}, assetOf('once')),
      {
        CloudPubSubDeadLetterSourceTopicPublishTime: '2026-11-02T08:00:00.000+00:00',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
      },
      { messageId: '99', publishTime: '2026-11-09T00:00:00Z' },
    );
    expect(await pubsub.post(forwarded)).toBe(204);
    expect(operations()).toBe(before + 1);
    const published = { publishTime: '2026-11-02T08:00:01Z' };
    expect(await pubsub.post(pushOf(bodyOf({}, assetOf('once')), {}, published))).toBe(204);
    expect(operations()).toBe(before + 2);
  });

  test('fills from the attributes what the body leaves out, and nothing else', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const attributes = { requestId: 'of-attribute', project: 'other-project', traceparent };
    await pubsub.post(pushOf(bodyOf({ project: 'forest-watch' }, assetOf('filled')), attributes));
    expect(await pubsub.ledger.get('of-attribute')).toMatchObject({ state: 'PENDING', traceparent });
    await pubsub.post(pushOf(bodyOf({ requestId: 'of-body' }, assetOf('filled-2')), { requestId: 'ignored' }));
    expect(await pubsub.ledger.get('of-body')).toMatchObject({ state: 'PENDING' });
    await pubsub.post(pushOf(bodyOf({}, assetOf('filled-3')), { requestId: 'a key / of theirs' }));
    const [newest] = await pubsub.records();
    expect(newest).toMatchObject({ id: expect.stringMatching(/^k-/), originalKey: 'a key / of theirs' });
    const elsewhere = pushOf(bodyOf({}, assetOf('filled-4')), { project: 'other-project' }, { messageId: 'elsewhere' });
    await pubsub.post(elsewhere);
    const [refused] = await pubsub.records();
    expect(refused).toMatchObject({
      state: 'REJECTED',
      project: 'other-project',
      error: { status: 'PERMISSION_DENIED' },
    });
  });

  test.each([
    ['data that is not JSON', pushOf('{"expression"'), 'INVALID_ARGUMENT', /not JSON/],
    ['data that is no request', pushOf({ unknown: 1 }), 'INVALID_ARGUMENT', /unknown/],
    ['attributes without data', pushOf('', { requestId: 'named' }), 'INVALID_ARGUMENT', /empty/],
    ['data that is not base64', pushOf('', {}, { data: '{"a":1}' }), 'INVALID_ARGUMENT', /base64/],
    ['data in URL-safe base64', pushOf('', {}, { data: 'eyJhIjoi_-8ifQ' }), 'INVALID_ARGUMENT', /base64/],
    ['data that is not UTF-8', pushOf('', {}, { data: '/w==' }), 'INVALID_ARGUMENT', /UTF-8/],
    ['data with a mark', pushOf('\uFEFF{}'), 'INVALID_ARGUMENT', /byte order mark/],
    ['data that is no text', pushOf('', {}, { data: 5 }), 'INVALID_ARGUMENT', /message\.data/],
    [
      'attributes that are no texts',
      pushOf(bodyOf(), {}, { attributes: { a: 5 } }),
      'INVALID_ARGUMENT',
      /message\.attributes/,
    ],
    [
      'an asset of others',
      pushOf(bodyOf({ requestId: 'named' }, 'projects/other-project/assets/x')),
      'PERMISSION_DENIED',
      /exported to/,
    ],
  ])('records the refusal of %s with its event, and acknowledges it', async (_, push, status, message) => {
    const body = { ...push, message: { ...push.message, messageId: `m-${String(message)}` } };
    expect(await pubsub.post(body)).toBe(204);
    const [newest] = await pubsub.records();
    expect(newest).toMatchObject({
      id: expect.stringMatching(MESSAGE_ID),
      state: 'REJECTED',
      messageId: `m-${String(message)}`,
      error: { status, message: expect.stringMatching(message) },
      event: { type: 'earthengine.classifier.export.rejected.v1', data: { messageId: `m-${String(message)}` } },
      outboxAt: expect.any(Number),
    });
    const count = (await pubsub.records()).length;
    expect(await pubsub.post(body)).toBe(204);
    expect((await pubsub.records()).length).toBe(count);
    const told = pubsub.lines.filter(
      (line) => line.includes('Message was refused') && line.includes(newest?.id ?? '-'),
    );
    expect(told).toHaveLength(1);
    expect(await pubsub.ledger.get('named')).toBeUndefined();
  });

  test.each([
    '',
    'null',
    '5',
    '"x"',
    '[]',
    '[1]',
    '{}',
    '{"message":5}',
    '{"message":[]}',
    '{"data":{"message":null}}',
    '{"',
    '<a>',
    '\u0000',
  ])('acknowledges the body %j, which is no message, and keeps its refusal', async (body) => {
    const before = (await pubsub.records()).length;
    expect(await pubsub.post(body)).toBe(204);
    expect((await pubsub.records()).length).toBe(before + 1);
    expect(await pubsub.post(body)).toBe(204);
    expect((await pubsub.records()).length).toBe(before + 1);
  });

  test('does nothing about what the intake has refused', async () => {
    const fresh = await startPubsub();
    const tooLarge = Buffer.alloc(15_000_001, 32);
    expect(await fresh.post(tooLarge)).toBe(413);
    expect(await fresh.post(tooLarge, { ...eventHeaders, traceparent: 'x' })).toBe(413);
    expect(await fresh.post('{}')).toBe(204);
    expect(await fresh.records()).toHaveLength(1);
    await fresh.close();
  });

  test('refuses other content under the id of an export, which is left as it is', async () => {
    const requestId = 'taken';
    await pubsub.post(pushOf(bodyOf({ requestId }, assetOf('taken'))));
    const before = await pubsub.ledger.get(requestId);
    expect(await pubsub.post(pushOf(bodyOf({ requestId }, assetOf('taken-2')), {}, { messageId: 'second' }))).toBe(204);
    expect(await pubsub.ledger.get(requestId)).toEqual(before);
    const [newest] = await pubsub.records();
    expect(newest).toMatchObject({
      id: expect.stringMatching(MESSAGE_ID),
      messageId: 'second',
      state: 'REJECTED',
      error: { status: 'ALREADY_EXISTS', message: expect.stringMatching(/"taken"/) },
    });
  });

  test.each([
    ['a request with two faults', 'INVALID_REQUEST', bodyOf({ unknown: 1, priority: -1 }, assetOf('same'))],
    ['what is not allowed', 'NOT_ALLOWED', bodyOf({}, 'projects/other-project/assets/same')],
    ['an id that is taken', 'REQUEST_ID_REUSED', bodyOf({ requestId: 'same' }, assetOf('same-2'))],
  ])('announces %s under the status, reason and remedy that HTTP answers: %s', async (_, reason, body) => {
    const edge = await startEdge();
    const taking = bodyOf({ requestId: 'same' }, assetOf('same'));
    await pubsub.post(pushOf(taking));
    await edge.call('/v1/exports', { json: taking });
    const answer = await edge.call('/v1/exports', { json: body });
    await edge.close();
    const { status } = (answer.body as { error: { status: string } }).error;
    expect(await pubsub.post(pushOf(body, {}, { messageId: 'same' }))).toBe(204);
    const [refused] = await pubsub.records();
    const { info, fields } = detailsOf(answer.body);
    const error = { status, reason, remedy: info?.metadata.remedy, retryable: false };
    expect(info).toMatchObject({ reason, metadata: { remedy: expect.stringMatching(/./) } });
    expect(refused).toMatchObject({ error, event: { data: { messageId: 'same', error } } });
    for (const field of fields) expect(refused?.error?.message).toContain(`${field}: `);
  });

  test('records Earth Engine’s refusal and acknowledges the message', async () => {
    const refusing = await startPubsub({ simulator: { refusals: { 'forest-watch': 'notRegistered' } } });
    expect(await refusing.post(pushOf(bodyOf({ requestId: 'refused' })))).toBe(204);
    expect(await refusing.ledger.get('refused')).toMatchObject({
      state: 'REJECTED',
      error: { reason: 'PROJECT_NOT_REGISTERED' },
    });
    await refusing.close();
  });

  test('sends once and leaves the rest to the poller', async () => {
    const busy = await startPubsub({ simulator: { faults: [{ fault: { kind: 'html' } }] } });
    expect(await busy.post(pushOf(bodyOf({ requestId: 'doubtful' })))).toBe(204);
    expect(busy.simulator.requests).toHaveLength(1);
    expect(await busy.ledger.get('doubtful')).toMatchObject({ state: 'QUEUED', doubtful: 'unanswered' });
    await busy.close();
  });

  test('answers 500 without the ledger, so that the message comes again', async () => {
    const asked = pubsub.simulator.requests.length;
    pubsub.outage.on = true;
    const valid = await pubsub.post(pushOf(bodyOf({ requestId: 'later' })));
    const faulty = await pubsub.post(pushOf('{'));
    pubsub.outage.on = false;
    expect([valid, faulty]).toEqual([500, 500]);
    expect(pubsub.simulator.requests.length).toBe(asked);
    expect(await pubsub.post(pushOf(bodyOf({ requestId: 'later' })))).toBe(204);
    expect(await pubsub.ledger.get('later')).toMatchObject({ state: 'PENDING' });
  });

  test('names the account that pushed as the one who asks, and holds it to its rules', async () => {
    const policy = { 'push@example.com': { assets: [assetOf('pushed')] } };
    const ruled = await startPubsub({ settings: { CALLER_POLICY: JSON.stringify(policy) } });
    const claims = Buffer.from('{"email":"push@example.com","email_verified":true}').toString('base64url');
    const headers = { authorization: `Bearer x.${claims}.y` };
    const published = pushOf(bodyOf({ requestId: 'pushed' }, assetOf('pushed/x')), {
      pushaccount: 'admin@example.com',
    });
    await ruled.post(published, headers);
    expect(await ruled.ledger.get('pushed')).toMatchObject({ state: 'PENDING', requestedBy: 'push@example.com' });
    await ruled.post(pushOf(bodyOf({ requestId: 'not-pushed' }, assetOf('elsewhere'))), {
      ...headers,
      ...eventHeaders,
    });
    expect(await ruled.ledger.get('not-pushed')).toBeUndefined();
    expect((await ruled.records())[0]).toMatchObject({ state: 'REJECTED', error: { status: 'PERMISSION_DENIED' } });
    expect(ruled.lines.join('')).not.toContain(claims);
    await ruled.close();
  });

  test('logs no more of a hostile message than its faults', async () => {
    const hostile = { [`x\n{"severity":"ERROR"}`]: 'secret-value', expression: { secretNode: 1 } };
    await pubsub.post(pushOf(hostile, { token: 'secret-attribute' }));
    const lines = pubsub.lines.join('');
    expect(lines).not.toMatch(/secret-value|secret-attribute/);
    for (const line of lines.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('severity');
  });
});
