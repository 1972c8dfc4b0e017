import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type AttackedService,
  bodyFor,
  IN_THE_GRAPH,
  PROJECT,
  pushOf,
  startAttackedService,
} from './attacked-service.ts';

// OWASP API3:2023, broken object property level authorization: setting what is not the caller's to set, reading what is
// not the caller's to read.

let service: AttackedService;
beforeAll(async () => {
  service = await startAttackedService();
});
afterAll(() => service.close());

describe('a body that sets', () => {
  test.each<[string, Record<string, unknown>]>([
    ['the state', { state: 'SUCCEEDED' }],
    ['the operation', { operation: `projects/${PROJECT}/operations/X` }],
    ['who asked', { requestedBy: 'admin@example.com' }],
    ['the attempt', { attempt: 9 }],
    ['the digest', { digest: 'c1:0' }],
    ['the description that is sent', { sentDescription: 'x' }],
    ['the event', { event: { id: 'x' } }],
    ['when it is deleted', { expireAt: 0 }],
    ['its place in the queue', { admitRank: 0 }],
    ['the version', { version: '1' }],
    ['Earth Engine’s workers', { maxWorkers: 1000 }],
    ['the price', { batchEecuUsageSeconds: 0 }],
    ['a priority out of bounds', { priority: 10_000 }],
    ['a negative priority', { priority: -1 }],
    ['a priority in words', { priority: '9999' }],
    ['a priority in a wrapping with more', { priority: { value: 1, extra: 1 } }],
    ['an id of other characters', { requestId: '../../x' }],
    ['an id too long', { requestId: 'x'.repeat(61) }],
    ['a label of a number', { labels: { a: 1 } }],
    ['a label with a line break', { labels: { a: 'b\r\nset-cookie: x' } }],
    ['a label of an odd name', { labels: { 'a\nb': 'c' } }],
    ['65 labels', { labels: Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, 'v'])) }],
  ])('%s → 400, nothing is recorded', async (_, fields) => {
    const { status } = await service.call('/v1/exports', { json: bodyFor('set', fields) });
    expect(status).toBe(400);
    expect(await service.records()).toEqual([]);
  });
});

describe('a prototype', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];

  /** A key of this name as JSON has it: the object literal of JavaScript could not. */
  const withKey = (json: object, name: string, value = '{"polluted":true}') =>
    JSON.stringify(json).replace(/^{/, `{"${name}":${value},`);

  const PLACES: [string, (name: string) => string][] = [
    ['a body', (name) => withKey(bodyFor('p'), name)],
    [
      'its destination',
      (name) => JSON.stringify(bodyFor('p')).replace('{"name"', `{"${name}":{"polluted":true},"name"`),
    ],
    [
      'the graph',
      (name) => JSON.stringify(bodyFor('p')).replace('"values":{', `"values":{"${name}":{"polluted":true},`),
    ],
    [
      'a call’s arguments',
      (name) => JSON.stringify(bodyFor('p')).replace('"arguments":{', `"arguments":{"${name}":{"constantValue":1},`),
    ],
    ['the labels', (name) => JSON.stringify(bodyFor('p')).replace(/}$/, `,"labels":{"${name}":{"polluted":true}}}`)],
  ];
  const CASES = PLACES.flatMap(([place, make]) => NAMES.map((name) => [name, place, make(name)] as const));

  test.each(CASES)('%s in %s → harmless', async (_, __, body) => {
    for (const path of ['/v1/exports', `/v1/projects/${PROJECT}/classifier:export`]) {
      const headers = { 'content-type': 'application/json' };
      expect((await service.call(path, { method: 'POST', headers, body })).status).toBeLessThan(500);
    }
    expect((await service.push(pushOf(body))).status).toBe(204);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect({}).not.toHaveProperty('polluted');
  });

  test.each(NAMES)('%s as id, query and attribute → harmless', async (name) => {
    expect((await service.call(`/v1/exports/${name}`)).status).toBe(404);
    expect((await service.call(`/v1/exports/${name}:retry`, { json: { attempt: 1 } })).status).toBe(404);
    expect((await service.call(`/v1/exports?${name}=1`)).status).toBe(400);
    expect((await service.call(`/v1/exports?label=${name}:x&project=${name}`)).status).toBe(200);
    expect((await service.call(`/v1/projects/${name}/operations`)).status).toBe(403);
    const attributes = JSON.parse(`{"${name}":"x","project":"${name}"}`);
    expect((await service.push(pushOf(bodyFor('p'), attributes))).status).toBe(204);
    expect({}).not.toHaveProperty('polluted');
  });

  test.each(['{"__proto__":{"attempt":1}}', '{"attempt":1,"__proto__":{}}', '{"constructor":1,"attempt":1}'])(
    '%s for the body of a retry → 400',
    async (body) => {
      const headers = { 'content-type': 'application/json' };
      expect((await service.call('/v1/exports/x:retry', { method: 'POST', headers, body })).status).toBe(400);
    },
  );
});

describe('what is read', () => {
  const PUBLIC = [
    ...[
      'id',
      'project',
      'state',
      'request',
      'digest',
      'outline',
      'warnings',
      'operation',
      'sentDescription',
      'attempt',
      'attempts',
    ],
    ...['createTime', 'submitTime', 'startTime', 'endTime', 'progress', 'stages', 'batchEecuUsageSeconds'],
    ...['destinationUris', 'error', 'labels', 'messageId', 'requestedBy', 'originalKey', 'cancelRequestTime', 'event'],
    ...['publishTime', 'expireTime'],
  ];

  test('of an export, at any time of its life → nothing of the graph and nothing of the service’s own', async () => {
    const texts: string[] = [];
    async function read(): Promise<void> {
      const answer = await service.call('/v1/exports/read');
      expect(Object.keys(answer.body as object).filter((name) => !PUBLIC.includes(name))).toEqual([]);
      texts.push(answer.text, (await service.call('/v1/exports')).text);
      texts.push((await service.call(`/v1/projects/${PROJECT}/operations`)).text);
    }
    const sent = await service.call('/v1/exports', { json: bodyFor('read', { requestId: 'read' }) });
    expect(sent.status).toBe(202);
    texts.push(sent.text);
    await read();
    for (let ticks = 0; ticks < 3; ticks += 1) {
      await service.tick();
      await read();
      service.time.aheadMs += 120_000;
    }
    expect(texts.at(-3)).toContain('"SUCCEEDED"');
    for (const text of texts) expect(text).not.toContain(IN_THE_GRAPH);
    expect(JSON.stringify(service.events)).not.toContain(IN_THE_GRAPH);
    expect(service.events.length).toBeGreaterThan(0);
  });

  test('in a refusal → the graph is not repeated', async () => {
    const broken = JSON.stringify(bodyFor('x')).replace('"treeString"', '"noSuchArgument"');
    const headers = { 'content-type': 'application/json' };
    const { status, text } = await service.call('/v1/exports', { method: 'POST', headers, body: broken });
    expect(status).toBe(400);
    expect(text).not.toContain(IN_THE_GRAPH);
    const cut = await service.call('/v1/exports', { method: 'POST', headers, body: broken.slice(0, -3) });
    expect([cut.status, cut.text]).toEqual([400, expect.not.stringContaining(IN_THE_GRAPH)]);
  });
});
