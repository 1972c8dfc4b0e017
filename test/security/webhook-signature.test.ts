import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type AttackedService, bodyFor, PROJECT, startAttackedService } from './attacked-service.ts';

// OWASP API2:2023, broken authentication, with HTTP_AUTH=signature: webhooks from the open internet.

const OLD = Buffer.from('the secret that is being taken out').toString('base64');
const NEW = Buffer.from('the secret that is being brought in').toString('base64');
const BODY = JSON.stringify(bodyFor('signed'));

let service: AttackedService;
beforeAll(async () => {
  service = await startAttackedService({
    settings: { HTTP_AUTH: 'signature', WEBHOOK_SECRETS: `${OLD},whsec_${NEW}` },
    simulator: { startDelayMs: 3_600_000 },
  });
});
afterAll(() => service.close());
afterEach(() => {
  service.time.aheadMs = 0;
});

const now = () => Math.floor(service.clock.now() / 1000);

function mac(content: string, secret = OLD): string {
  return createHmac('sha256', Buffer.from(secret, 'base64')).update(content).digest('base64');
}

type Headers = Record<string, string | string[]>;

/** The headers of a signed call, as the specification says it, with some of them changed afterwards. */
function signed(id: string, changes: Headers = {}, { body = BODY, secret = OLD, at = now() } = {}): Headers {
  const signature = `v1,${mac(`${id}.${at}.${body}`, secret)}`;
  const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(at) };
  return { ...headers, 'webhook-signature': signature, ...changes };
}

function post(headers: Headers, body: string | Buffer = BODY, path = '/v1/exports') {
  return service.call(path, { method: 'POST', headers, body });
}

const count = async () => (await service.records()).length;

describe('a signed call', () => {
  test('sent again within five minutes → the same export, and no second', async () => {
    const headers = signed('once');
    expect(await post(headers)).toMatchObject({ status: 202, body: { id: 'once' } });
    service.time.aheadMs = 299_000;
    expect(await post(headers)).toMatchObject({ status: 200, body: { id: 'once' } });
    expect(service.simulator.model.operations(PROJECT)).toHaveLength(1);
  });

  test('sent again after five minutes → 401', async () => {
    const headers = signed('late');
    service.time.aheadMs = 302_000;
    expect(await post(headers)).toMatchObject({ status: 401 });
    expect(await service.ledger.get('late')).toBeUndefined();
  });

  test('dated ahead, to be of use for longer → 401', async () => {
    expect(await post(signed('ahead', {}, { at: now() + 600 }))).toMatchObject({ status: 401 });
  });

  test('sent again under another key that nobody signed → the same export, and no second', async () => {
    const before = await count();
    const headers = signed('keyed');
    expect(await post(headers)).toMatchObject({ status: 202, body: { id: 'keyed' } });
    const again = await post({ ...headers, 'idempotency-key': 'another' });
    expect([again.status, again.body]).toMatchObject([200, { id: 'keyed' }]);
    expect(await count()).toBe(before + 1);
  });

  test('sent again to the other route that submits → the same export, and no second', async () => {
    const before = await count();
    const headers = signed('rerouted');
    expect(await post(headers)).toMatchObject({ status: 202 });
    expect(await post(headers, BODY, `/v1/projects/${PROJECT}/classifier:export`)).toMatchObject({ status: 200 });
    expect(await post(headers, BODY, '/v1/exports?validateOnly=false')).toMatchObject({ status: 200 });
    expect(await count()).toBe(before + 1);
  });

  test('with its trace, encoding or length forged on the way → the export is what was signed', async () => {
    expect(await post(signed('traced', { traceparent: 'evil', 'x-goog-user-project': 'other-project' }))).toMatchObject(
      {
        status: 202,
        body: { project: PROJECT },
      },
    );
  });
});

describe('a call', () => {
  const OTHER = JSON.stringify(bodyFor('stolen'));
  const signatureOf = (headers: Headers) => String(headers['webhook-signature']).slice(3);

  const BAD: [attack: string, call: () => [Headers, (string | Buffer)?]][] = [
    ['without any of the three headers', () => [{ 'content-type': 'application/json' }]],
    ['without an id', () => [dropped('webhook-id')]],
    ['without a time', () => [dropped('webhook-timestamp')]],
    ['without a signature', () => [dropped('webhook-signature')]],
    ['with an empty id', () => [signed('', { 'webhook-id': '' })]],
    ['with an empty signature', () => [signed('a', { 'webhook-signature': '' })]],
    ['with another body', () => [signed('a'), OTHER]],
    ['with a space more', () => [signed('a'), `${BODY} `]],
    [
      'with the same JSON in another order',
      () => [signed('a'), JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(BODY)).reverse()))],
    ],
    ['with no body', () => [signed('a', {}, { body: '' }), '']],
    ['with a body that is not UTF-8', () => [signed('a', {}, { body: '\uFFFD' }), Buffer.from([0xff])]],
    ['with another id', () => [signed('a', { 'webhook-id': 'b' })]],
    ['with another time', () => [signed('a', { 'webhook-timestamp': String(now() + 1) })]],
    ['with an id that takes in the time', () => [{ ...signed(`a.${now()}`), 'webhook-id': `a.${now()}` }]],
    ['with a dot in its id', () => [signed('a.b')]],
    ['with a space in its id', () => [signed('a b')]],
    ['with two ids', () => [signed('a', { 'webhook-id': ['a', 'b'] })]],
    ['with two times', () => [signed('a', { 'webhook-timestamp': [String(now()), String(now())] })]],
    ['with a time that begins well', () => [signed('a', { 'webhook-timestamp': `${now()}abc` })]],
    ['with a time in milliseconds', () => [signed('a', {}, { at: now() * 1000 })]],
    ['with a negative time', () => [signed('a', {}, { at: -1 })]],
    ['with a time that is none', () => [signed('a', { 'webhook-timestamp': 'NaN' })]],
    ['signed with a secret of its own', () => [signed('a', {}, { secret: Buffer.from('guessed').toString('base64') })]],
    ['signed with no secret', () => [signed('a', {}, { secret: '' })]],
    ['signed with the text of the secret', () => [signed('a', {}, { secret: Buffer.from(OLD).toString('base64') })]],
    [
      'whose signature is of version v1a',
      () => [signed('a', { 'webhook-signature': `v1a,${signatureOf(signed('a'))}` })],
    ],
    [
      'whose signature is of version v2',
      () => [signed('a', { 'webhook-signature': `v2,${signatureOf(signed('a'))}` })],
    ],
    ['whose signature has no version', () => [signed('a', { 'webhook-signature': signatureOf(signed('a')) })]],
    [
      'whose signature is in hex',
      () => [
        signed('a', { 'webhook-signature': `v1,${Buffer.from(signatureOf(signed('a')), 'base64').toString('hex')}` }),
      ],
    ],
    [
      'whose signature lacks its padding',
      () => [signed('a', { 'webhook-signature': `v1,${signatureOf(signed('a')).replace('=', '')}` })],
    ],
    [
      'whose signature is cut short',
      () => [signed('a', { 'webhook-signature': `v1,${signatureOf(signed('a')).slice(0, 8)}` })],
    ],
    [
      'whose signatures have commas between them',
      () => [signed('a', { 'webhook-signature': `v1,AAAA,v1,${signatureOf(signed('a'))}` })],
    ],
    ['with a thousand wrong signatures', () => [signed('a', { 'webhook-signature': 'v1,AAAA '.repeat(1_000) })]],
    ['with an ID token instead', () => [{ 'content-type': 'application/json', authorization: 'Bearer a.b.c' }]],
  ];

  function dropped(name: string): Headers {
    const { [name]: _, ...rest } = signed('a');
    return rest;
  }

  test.each(BAD)('%s → 401 in the same words as any other', async (_, make) => {
    const before = await count();
    const none = await post({ 'content-type': 'application/json' });
    const answer = await post(...make());
    expect([answer.status, answer.text]).toEqual([401, none.text]);
    expect(answer.headers['www-authenticate']).toBe('Webhook');
    expect(await count()).toBe(before);
  });

  test.each([
    ['of another type', { 'content-type': 'text/plain' }, BODY],
    ['of no type', { 'content-type': [] }, BODY],
    ['that is packed', { 'content-encoding': 'gzip' }, gzipSync(BODY)],
    ['that says it is packed', { 'content-encoding': 'deflate' }, BODY],
  ])('with a body %s → 415 before anything is checked', async (_, changes: Headers, body) => {
    expect(await post(signed('a', changes), body)).toMatchObject({ status: 415 });
  });
});

describe('secrets that are being changed', () => {
  test('→ both hold, one alone no longer once it is taken out', async () => {
    expect(await post(signed('by-old', {}, { secret: OLD }))).toMatchObject({ status: 202 });
    expect(await post(signed('by-new', {}, { secret: NEW }))).toMatchObject({ status: 202 });
    const both = `v1,${mac(`by-both.${now()}.${BODY}`, OLD)} v1,${mac(`by-both.${now()}.${BODY}`, NEW)}`;
    expect(await post(signed('by-both', { 'webhook-signature': both }))).toMatchObject({ status: 202 });
    const later = await startAttackedService({ settings: { HTTP_AUTH: 'signature', WEBHOOK_SECRETS: NEW } });
    const send = (secret: string) =>
      later.call('/v1/exports', { method: 'POST', headers: signed('after', {}, { secret }), body: BODY });
    expect(await send(OLD)).toMatchObject({ status: 401 });
    expect(await send(NEW)).toMatchObject({ status: 202 });
    await later.close();
  });
});

test('a signed call with an id that is the account number of a caller with more rights → the rules of everybody', async () => {
  const CALLER_POLICY = JSON.stringify({ '107691503500061501513': { maxPriority: 9999 }, '*': { maxPriority: 100 } });
  const settings = { HTTP_AUTH: 'signature', WEBHOOK_SECRETS: OLD, CALLER_POLICY };
  const ruled = await startAttackedService({ settings });
  const body = JSON.stringify(bodyFor('ruled', { priority: 101 }));
  const headers = signed('107691503500061501513', {}, { body });
  const answer = await ruled.call('/v1/exports', { method: 'POST', headers, body });
  await ruled.close();
  expect(answer.status).toBe(403);
});

test('a log that is read by others → no secret and no signature is in it', () => {
  const logged = service.lines.join('');
  expect(logged).toContain('Call was refused');
  for (const secret of [OLD, NEW, 'v1,', 'webhook-signature']) expect(logged).not.toContain(secret);
});
