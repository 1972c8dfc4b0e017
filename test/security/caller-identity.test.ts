import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AttackedService, asCaller, bodyFor, PROJECT, startAttackedService } from './attacked-service.ts';

// OWASP API2:2023, broken authentication, with HTTP_AUTH=iam: Cloud Run has let the caller in; whom does it take it for?

const SMALL = { email: 'small@example.com', email_verified: true };
const BIG = { email: 'big@example.com', email_verified: true };
const CALLER_POLICY = JSON.stringify({
  'big@example.com': { maxPriority: 9999 },
  'small@example.com': { assets: [`projects/${PROJECT}/assets/small`] },
  '*': { projects: [] },
});

let service: AttackedService;
beforeAll(async () => {
  service = await startAttackedService({ settings: { CALLER_POLICY } });
});
afterAll(() => service.close());

type Headers = Record<string, string | string[]>;

let asked = 0;
async function askAs(headers: Headers) {
  asked += 1;
  const answer = await service.call('/v1/exports', { json: bodyFor(`large/${asked}`, { priority: 9999 }), headers });
  const { requestedBy } = answer.body as { requestedBy?: string };
  return { status: answer.status, requestedBy };
}

describe('a token', () => {
  test('of one who may → is let through under that name', async () => {
    expect(await askAs(asCaller(BIG))).toEqual({ status: 202, requestedBy: 'big@example.com' });
  });

  const CHECKED = { 'x-serverless-authorization': asCaller(SMALL).authorization };
  test.each<[string, Headers]>([
    ['of somebody else beside the one that Cloud Run checked', { ...CHECKED, ...asCaller(BIG) }],
    ['of nobody named', asCaller({ email: 'stranger@example.com', email_verified: true })],
    ['that was asked for without an e-mail', asCaller({ sub: '1234567890' })],
    ['whose e-mail is not verified', asCaller({ ...BIG, email_verified: false, sub: '1' })],
    ['whose subject is a name of the policy', asCaller({ email: 'x@example.com', sub: 'big@example.com' })],
    ['whose e-mail is a list', asCaller({ email: ['big@example.com'] })],
    ['whose e-mail has other letters', asCaller({ ...BIG, email: 'Big@example.com' })],
    ['whose e-mail goes on after a line break', asCaller({ ...BIG, email: 'big@example.com\n' })],
    ['whose e-mail goes on after 256 characters', asCaller({ ...BIG, email: `big@example.com${' '.repeat(300)}` })],
    ['of the name *', asCaller({ email: '*' })],
    ['of the name __proto__', asCaller({ sub: '__proto__' })],
    ['hidden behind an empty header of Cloud Run’s', { ...asCaller(BIG), 'x-serverless-authorization': '' }],
    [
      'hidden behind an unreadable header of Cloud Run’s',
      { ...asCaller(BIG), 'x-serverless-authorization': 'Bearer x' },
    ],
    [
      'behind two headers of Cloud Run’s',
      { 'x-serverless-authorization': [asCaller(SMALL).authorization, asCaller(BIG).authorization] },
    ],
    [
      'of a name in other headers',
      {
        'x-goog-authenticated-user-email': 'accounts.google.com:big@example.com',
        'x-forwarded-user': 'big@example.com',
      },
    ],
    ['of no one', {}],
  ])('%s → 403, nothing is recorded', async (_, headers) => {
    const before = (await service.records()).length;
    expect(await askAs(headers)).toEqual({ status: 403, requestedBy: undefined });
    expect(await service.records()).toHaveLength(before);
  });
});

describe('a message', () => {
  test.each<[string, Headers, Record<string, string>]>([
    ['whose publisher claims a name in its attributes', asCaller(SMALL), { requestedBy: 'big@example.com' }],
    ['whose headers claim a name', { ...asCaller(SMALL), 'ce-pushaccount': 'big@example.com' }, {}],
    ['that was pushed by nobody known', {}, {}],
  ])('%s → is judged by the account that pushed it', async (_, headers, attributes) => {
    const data = Buffer.from(JSON.stringify(bodyFor(`large/m${asked++}`))).toString('base64');
    const message = { data, attributes, messageId: String(asked) };
    expect(await service.push({ message }, headers)).toMatchObject({ status: 204 });
    const record = (await service.records()).find(({ messageId }) => messageId === String(asked));
    expect(record).toMatchObject({ state: 'REJECTED', error: { status: 'PERMISSION_DENIED' } });
    expect(record?.requestedBy).not.toBe('big@example.com');
  });
});
