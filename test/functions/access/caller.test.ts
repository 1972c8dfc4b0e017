import { describe, expect, test } from '@jest/globals';
import { type CallerCheckOptions, createCallerCheck } from '../../../src/functions/access/caller.ts';
import type { HttpCall } from '../../../src/functions/http/http-call.ts';
import { createLog } from '../../../src/log.ts';

function tokenOf(claims: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.SIGNATURE_REMOVED_BY_GOOGLE`;
}

function callWith(headers: Record<string, string>): HttpCall {
  return {
    method: 'GET',
    path: '/',
    query: new URLSearchParams(),
    headers,
    contentType: undefined,
    body: Buffer.alloc(0),
  };
}

function createCheck(
  config: Partial<CallerCheckOptions['config']>,
  verifyIdToken?: CallerCheckOptions['verifyIdToken'],
) {
  const lines: string[] = [];
  const check = createCallerCheck({
    config: { httpAuth: 'iam', webhookSecrets: [], idTokenEmails: [], ...config },
    now: () => 0,
    log: createLog({ level: 'debug', write: (line) => lines.push(line) }),
    ...(verifyIdToken ? { verifyIdToken } : {}),
  });
  return { check, lines };
}

describe('createCallerCheck() with iam', () => {
  const { check } = createCheck({});
  const bearer = (claims: unknown) => `Bearer ${tokenOf(claims)}`;

  test('reads the e-mail of the token Cloud Run has checked', async () => {
    const authorization = bearer({ email: 'a@example.com', email_verified: true, sub: '1' });
    expect(await check(callWith({ authorization }))).toBe('a@example.com');
  });

  test('takes the header that Cloud Run checks when both are there', async () => {
    const headers = {
      authorization: bearer({ email: 'claimed@example.com' }),
      'x-serverless-authorization': bearer({ email: 'checked@example.com' }),
    };
    expect(await check(callWith(headers))).toBe('checked@example.com');
  });

  test('falls back on the subject without an e-mail that is verified', async () => {
    expect(await check(callWith({ authorization: bearer({ sub: '42' }) }))).toBe('42');
    const unverified = { email: 'a@example.com', email_verified: false, sub: '43' };
    expect(await check(callWith({ authorization: bearer(unverified) }))).toBe('43');
  });

  test.each([
    'Basic YTpi',
    'Bearer',
    'Bearer x',
    'Bearer a.b.c',
    `Bearer a.${Buffer.from('null').toString('base64url')}.c`,
    `Bearer a.${Buffer.from('["email"]').toString('base64url')}.c`,
    `Bearer ${tokenOf({ email: 5, sub: {} })}`,
    `Bearer ${tokenOf({ __proto__: { email: 'a@example.com' } })}`,
  ])('names nobody by %j', async (authorization) => {
    expect(await check(callWith({ authorization }))).toBeUndefined();
  });

  test('cuts a name that is longer than any', async () => {
    const name = await check(callWith({ authorization: bearer({ sub: 'x'.repeat(5000) }) }));
    expect(name).toBe('x'.repeat(256));
  });
});

describe('createCallerCheck() with google-id-token', () => {
  const config = {
    httpAuth: 'google-id-token' as const,
    idTokenAudience: 'https://exports.example.com',
    idTokenEmails: ['robot@example.com'],
  };
  const good = { aud: config.idTokenAudience, email: 'robot@example.com', email_verified: true };

  test('gives the e-mail of a token that holds', async () => {
    const asked: unknown[] = [];
    const { check } = createCheck(config, async (token, audience) => {
      asked.push(token, audience);
      return good;
    });
    expect(await check(callWith({ authorization: 'Bearer abc.def.ghi' }))).toBe('robot@example.com');
    expect(asked).toEqual(['abc.def.ghi', 'https://exports.example.com']);
  });

  test.each([
    ['an e-mail that is not listed', { ...good, email: 'other@example.com' }],
    ['an e-mail that is not verified', { ...good, email_verified: false }],
    ['an e-mail said to be verified in words', { ...good, email_verified: 'true' }],
    ['no e-mail', { aud: good.aud, email_verified: true }],
    ['an e-mail in other letters', { ...good, email: 'Robot@example.com' }],
  ])('forbids %s', async (_, payload) => {
    const { check } = createCheck(config, async () => payload);
    const call = callWith({ authorization: 'Bearer t' });
    await expect(check(call)).rejects.toMatchObject({
      refusal: { status: 'PERMISSION_DENIED', remedy: expect.stringMatching(/ID_TOKEN_EMAILS/) },
    });
  });

  test.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic abc' }],
    ['a token of Cloud Run alone', { 'x-serverless-authorization': 'Bearer t' }],
  ])('refuses %s', async (_, headers) => {
    const { check } = createCheck(config, async () => good);
    await expect(check(callWith(headers))).rejects.toMatchObject({
      refusal: { status: 'UNAUTHENTICATED', headers: { 'www-authenticate': 'Bearer' } },
    });
  });

  test('refuses a token for somebody else, whatever the check lets pass', async () => {
    const { check } = createCheck(config, async () => ({ ...good, aud: 'https://other.example.com' }));
    await expect(check(callWith({ authorization: 'Bearer t' }))).rejects.toMatchObject({
      refusal: { status: 'UNAUTHENTICATED' },
    });
  });

  test('tells neither the caller nor the log what the library said', async () => {
    const { check, lines } = createCheck(config, async (token) => {
      throw new Error(`Wrong recipient in ${token}`);
    });
    const error = await check(callWith({ authorization: 'Bearer very-secret' })).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ refusal: { status: 'UNAUTHENTICATED' } });
    expect(JSON.stringify(error) + lines.join('')).not.toMatch(/very-secret|Wrong recipient/);
    expect(lines).toHaveLength(1);
  });

  test('refuses everybody when nothing can check tokens', async () => {
    const { check } = createCheck(config);
    await expect(check(callWith({ authorization: 'Bearer t' }))).rejects.toMatchObject({
      refusal: { status: 'UNAUTHENTICATED' },
    });
  });
});
