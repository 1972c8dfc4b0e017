import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock, TooLateError } from '../../src/clock.ts';
import { createIdTokenCheck } from '../../src/google-auth/id-token-check.ts';
import { type Arrival, createStillClock, sendJson, startWire, type Wire } from '../earth-engine/wire.ts';

const ACCOUNT = 'exporter@my-project.iam.gserviceaccount.com';

describe('createIdTokenCheck()', () => {
  const AUDIENCE = 'https://exports.example';
  const google = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://accounts.google.com',
    aud: AUDIENCE,
    sub: '1234567890',
    email: ACCOUNT,
    email_verified: true,
    iat: now,
    exp: now + 3_600,
  };
  let certs: Wire & { arrivals: Arrival[] };
  let check: ReturnType<typeof createIdTokenCheck>;

  beforeAll(async () => {
    const pem = google.publicKey.export({ type: 'spki', format: 'pem' });
    certs = await startWire((_, response) =>
      sendJson(response, 200, { 'key-1': pem }, { 'cache-control': 'max-age=3600' }),
    );
    check = createIdTokenCheck({ certsUrl: `${certs.url}/certs`, clock: systemClock });
  });
  afterAll(() => certs.close());

  function encode(value: object): string {
    return Buffer.from(JSON.stringify(value)).toString('base64url');
  }

  function sign(
    payload: object,
    header: object = { alg: 'RS256', kid: 'key-1', typ: 'JWT' },
    key: KeyObject = google.privateKey,
  ) {
    const signed = `${encode(header)}.${encode(payload)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
  }

  test('gives what a token of Google says, and asks for its keys once', async () => {
    const payloads = [await check(sign(claims), AUDIENCE), await check(sign(claims), AUDIENCE)];
    expect(payloads).toEqual([claims, claims]);
    expect(certs.arrivals).toHaveLength(1);
  });

  test.each<[string, () => string]>([
    ['of another audience', () => sign({ ...claims, aud: 'https://other.example' })],
    ['of another issuer', () => sign({ ...claims, iss: 'https://evil.example' })],
    ['that is over', () => sign({ ...claims, iat: now - 7_200, exp: now - 3_600 })],
    ['of the future', () => sign({ ...claims, iat: now + 3_600, exp: now + 7_200 })],
    ['without an end', () => sign({ ...claims, exp: undefined })],
    ['signed by another', () => sign(claims, undefined, other.privateKey)],
    ['of an unknown key', () => sign(claims, { alg: 'RS256', kid: 'key-2' })],
    ['without a key', () => sign(claims, { alg: 'RS256' })],
    ['without a signature', () => `${encode({ alg: 'none', kid: 'key-1' })}.${encode(claims)}.`],
    [
      'changed afterwards',
      () => sign(claims).replace(/\.[^.]+\./, `.${encode({ ...claims, email: 'evil@evil.example' })}.`),
    ],
    ['that is none', () => 'hunter2'],
    ['of nothing', () => ''],
  ])('refuses a token %s', async (_, create) => {
    await expect(check(create(), AUDIENCE)).rejects.toThrow();
  });

  test('waits no longer than ten seconds for the keys of Google', async () => {
    const clock = createStillClock();
    const silent = await startWire(() => clock.fire());
    const checking = createIdTokenCheck({ certsUrl: silent.url, clock })(sign(claims), AUDIENCE);
    expect(clock.pending()).toEqual([10_000]);
    await expect(checking).rejects.toThrow(TooLateError);
    await silent.close();
  });

  test('refuses to check for no audience, which any token would pass', async () => {
    await expect(check(sign(claims), '')).rejects.toThrow('without an audience any would do');
  });
});
