import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.ts';
import { createIdTokenCheck } from '../../src/google-auth/id-token-check.ts';
import { type AttackedService, bodyFor, startAttackedService } from './attacked-service.ts';
import { createSigningKey, encode, macToken, signToken, startKeyServer } from './id-tokens.ts';

// OWASP API2:2023, broken authentication, with HTTP_AUTH=google-id-token: the function stands on the open internet.

const AUDIENCE = 'https://exports-abc123-ew.a.run.app';
const EMAIL = 'robot@forest-watch.iam.gserviceaccount.com';
const SETTINGS = { HTTP_AUTH: 'google-id-token', ID_TOKEN_AUDIENCE: AUDIENCE, ID_TOKEN_EMAILS: EMAIL };
const HOUR = 3_600;

const google = createSigningKey('google-1');
const stranger = createSigningKey('google-1');

function claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    ...{ iss: 'https://accounts.google.com', aud: AUDIENCE, sub: '1', email: EMAIL, email_verified: true },
    ...{ iat: now - 10, exp: now + HOUR },
  };
  return Object.fromEntries(Object.entries({ ...usual, ...changes }).filter(([, value]) => value !== undefined));
}

function from(secondsFromNow: number): number {
  return Math.floor(Date.now() / 1000) + secondsFromNow;
}

/** The parts of a good token. */
function parts(): [string, string, string] {
  return signToken(google, claims()).split('.') as [string, string, string];
}

let keys: Awaited<ReturnType<typeof startKeyServer>>;
let service: AttackedService;

beforeAll(async () => {
  keys = await startKeyServer([google]);
  service = await startAttackedService({
    settings: SETTINGS,
    parts: { verifyIdToken: createIdTokenCheck({ certsUrl: keys.url, clock: systemClock }) },
  });
});
afterAll(async () => {
  await service.close();
  await keys.close();
});

function submit(headers: Record<string, string | string[]>) {
  return service.call('/v1/exports', { json: bodyFor('x', { requestId: 'let-in' }), headers });
}

describe('an ID token', () => {
  const UNAUTHENTICATED: [attack: string, token: () => string][] = [
    ['with alg none and no signature', () => `${encode({ alg: 'none' })}.${encode(claims())}.`],
    [
      'with alg None and the kid of a real key',
      () => `${encode({ alg: 'None', kid: google.id })}.${encode(claims())}.`,
    ],
    [
      'with alg none and a real signature of another',
      () => `${encode({ alg: 'none', kid: google.id })}.${parts()[1]}.${parts()[2]}`,
    ],
    ['made with HS256 and the public key for a secret', () => macToken(google.publicPem, claims(), { kid: google.id })],
    ['made with HS256 and an empty secret', () => macToken('', claims(), { kid: google.id })],
    ['with alg ES256 and a signature of RSA', () => signToken(google, claims(), { alg: 'ES256' })],
    ['signed by a stranger under Google’s kid', () => signToken(stranger, claims())],
    ['with a kid nobody knows', () => signToken(stranger, claims(), { kid: 'mine' })],
    ['without a kid', () => signToken(google, claims(), { kid: undefined })],
    ['with the kid __proto__', () => signToken(stranger, claims(), { kid: '__proto__' })],
    ['with the kid constructor', () => signToken(stranger, claims(), { kid: 'constructor' })],
    ['with a kid that is a list', () => signToken(stranger, claims(), { kid: ['google-1', 'x'] })],
    ['that brings its own key (jwk)', () => signToken(stranger, claims(), { kid: 'mine', jwk: { kty: 'RSA' } })],
    [
      'that says where its key is (jku, x5u)',
      () => signToken(stranger, claims(), { kid: 'mine', jku: keys.url, x5u: keys.url }),
    ],
    ['for another audience', () => signToken(google, claims({ aud: 'https://other.a.run.app' }))],
    ['for an audience that begins like ours', () => signToken(google, claims({ aud: `${AUDIENCE}/` }))],
    ['for a list of audiences with ours among them', () => signToken(google, claims({ aud: [AUDIENCE, 'x'] }))],
    ['for a list of our audience alone', () => signToken(google, claims({ aud: [AUDIENCE] }))],
    ['for no audience', () => signToken(google, claims({ aud: undefined }))],
    ['of another issuer', () => signToken(google, claims({ iss: 'https://accounts.google.com.evil.example' }))],
    ['of no issuer', () => signToken(google, claims({ iss: undefined }))],
    ['that has expired', () => signToken(google, claims({ iat: from(-2 * HOUR), exp: from(-HOUR) }))],
    ['that expired six minutes ago', () => signToken(google, claims({ exp: from(-360) }))],
    ['from the future', () => signToken(google, claims({ iat: from(HOUR), exp: from(2 * HOUR) }))],
    ['that lasts for years', () => signToken(google, claims({ exp: from(1000 * 24 * HOUR) }))],
    ['without an end', () => signToken(google, claims({ exp: undefined }))],
    ['without a beginning', () => signToken(google, claims({ iat: undefined }))],
    ['with an end in words', () => signToken(google, claims({ exp: 'never' }))],
    [
      'changed after it was signed',
      () => `${parts()[0]}.${encode(claims({ email: 'other@example.com' }))}.${parts()[2]}`,
    ],
    [
      'with the signature of another token',
      () => `${parts()[0]}.${parts()[1]}.${signToken(google, claims({ sub: '2' })).split('.')[2]}`,
    ],
    ['with its signature cut short', () => `${parts()[0]}.${parts()[1]}.${parts()[2].slice(0, 100)}`],
    ['without its signature', () => `${parts()[0]}.${parts()[1]}.`],
    ['of two parts', () => `${parts()[0]}.${parts()[1]}`],
    ['of four parts', () => `${parts().join('.')}.x`],
    ['whose head is no JSON', () => `${encode('{')}.${parts()[1]}.${parts()[2]}`],
    ['whose head is null', () => `${encode('null')}.${parts()[1]}.${parts()[2]}`],
    ['that says nothing', () => signToken(google, null)],
    ['that is a list', () => signToken(google, [claims()])],
    ['that is an access token', () => 'ya29.a0AfH6SMBx-not-an-id-token'],
    ['that is empty', () => ''],
  ];

  test.each(UNAUTHENTICATED)('%s → 401 in the same words as none', async (_, token) => {
    const none = await submit({});
    const answer = await submit({ authorization: `Bearer ${token()}` });
    expect([none.status, answer.status]).toEqual([401, 401]);
    expect(answer.text).toBe(none.text);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(await service.records()).toEqual([]);
  });

  test.each([
    ['of an account that is not listed', { email: 'other@forest-watch.iam.gserviceaccount.com' }],
    ['of a listed e-mail that is not verified', { email_verified: false }],
    ['that says "true" in words', { email_verified: 'true' }],
    ['that does not say whether it is verified', { email_verified: undefined }],
    ['without an e-mail, of a listed subject', { email: undefined, sub: EMAIL }],
    ['of the same e-mail in capitals', { email: EMAIL.toUpperCase() }],
    ['of the e-mail and a space', { email: `${EMAIL} ` }],
    ['of a list with the e-mail in it', { email: [EMAIL] }],
    ['of an e-mail that ends like it', { email: `x${EMAIL}` }],
  ])('%s → 403', async (_, changes) => {
    expect(await submit({ authorization: `Bearer ${signToken(google, claims(changes))}` })).toMatchObject({
      status: 403,
    });
    expect(await service.records()).toEqual([]);
  });
});

describe('a good ID token', () => {
  const good = () => signToken(google, claims());

  test.each([
    [
      'in X-Serverless-Authorization, which is Cloud Run’s business',
      () => ({ 'x-serverless-authorization': `Bearer ${good()}` }),
    ],
    ['after another scheme', () => ({ authorization: `Basic ${good()}` })],
    ['without a scheme', () => ({ authorization: good() })],
    ['behind a bad one in a second header', () => ({ authorization: ['Bearer bad', `Bearer ${good()}`] })],
    ['behind a bad one in the same header', () => ({ authorization: `Bearer bad, Bearer ${good()}` })],
    ['in a cookie', () => ({ cookie: `authorization=Bearer ${good()}` })],
    ['in Proxy-Authorization', () => ({ 'proxy-authorization': `Bearer ${good()}` })],
  ])('%s → 401', async (_, headers: () => Record<string, string | string[]>) => {
    expect(await submit(headers())).toMatchObject({ status: 401 });
  });

  test('in the URL → 401', async () => {
    for (const name of ['access_token', 'oauth_token', 'key', 'id_token']) {
      expect(await service.call(`/v1/exports?${name}=${good()}`)).toMatchObject({ status: 401 });
    }
  });

  test('→ is let in, and is who asked', async () => {
    expect(await submit({ authorization: `Bearer ${good()}` })).toMatchObject({
      status: 202,
      body: { requestedBy: EMAIL },
    });
  });

  test('beside a forged header of Cloud Run’s → its own e-mail is who asked', async () => {
    const forged = { 'x-serverless-authorization': `Bearer a.${encode({ email: 'admin@example.com' })}.c` };
    const json = bodyFor('y', { requestId: 'asked-by' });
    await service.call('/v1/exports', { json, headers: { ...forged, authorization: `Bearer ${good()}` } });
    expect(await service.ledger.get('asked-by')).toMatchObject({ requestedBy: EMAIL });
  });
});

test('thousands of bad tokens → Google is asked for its keys no more often', async () => {
  const before = keys.state.asked;
  const bad = Array.from({ length: 300 }, (_, index) =>
    signToken(stranger, claims({ sub: String(index) }), { kid: `k${index}` }),
  );
  for (const token of bad) expect(await submit({ authorization: `Bearer ${token}` })).toMatchObject({ status: 401 });
  expect(keys.state.asked).toBe(before);
});

test.each([
  ['are away', 404, 'not found'],
  ['are a page of HTML', 200, '<html>'],
  ['are an empty object', 200, '{}'],
  ['are a list', 200, '[]'],
  ['are null', 200, 'null'],
])('when Google’s keys %s → nobody is let in', async (_, status, body) => {
  const broken = await startKeyServer([]);
  Object.assign(broken.state, { status, body });
  const closed = await startAttackedService({
    settings: SETTINGS,
    parts: { verifyIdToken: createIdTokenCheck({ certsUrl: broken.url, clock: systemClock }) },
  });
  const headers = { authorization: `Bearer ${signToken(google, claims())}` };
  expect(await closed.call('/v1/exports', { json: bodyFor('x'), headers })).toMatchObject({ status: 401 });
  expect(broken.state.asked).toBeGreaterThan(0);
  expect(await closed.records()).toEqual([]);
  await closed.close();
  await broken.close();
});

test('a log that is read by others → no token and no part of one is in it', () => {
  const logged = service.lines.join('');
  expect(logged).toContain('ID token was refused');
  expect(logged).not.toMatch(/eyJ|ya29|SIGNATURE|stranger|other@|accounts\.google\.com/);
});
