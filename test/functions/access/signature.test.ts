import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createSignatureCheck } from '../../../src/functions/access/signature.ts';

const NOW = 1_790_000_000;
const SECRET = Buffer.from('a secret of some length').toString('base64');
const OTHER = Buffer.from('the secret after the next').toString('base64');
const BODY = Buffer.from('{"description":"grün"}');

/** As the specification says it, independently of the package. */
function sign(secret: string, id: string, seconds: number | string, body: Buffer): string {
  const mac = createHmac('sha256', Buffer.from(secret, 'base64'));
  return `v1,${mac.update(`${id}.${seconds}.`).update(body).digest('base64')}`;
}

function headersOf(fields: Record<string, string | undefined> = {}) {
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(NOW),
    'webhook-signature': sign(SECRET, 'msg_1', NOW, BODY),
    ...fields,
  };
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}

const check = createSignatureCheck({ secrets: [SECRET, `whsec_${OTHER}`], now: () => NOW * 1000 });

describe('createSignatureCheck()', () => {
  test('gives the id of what is signed with either secret', () => {
    expect(check(BODY, headersOf())).toBe('msg_1');
    expect(check(BODY, headersOf({ 'webhook-signature': sign(OTHER, 'msg_1', NOW, BODY) }))).toBe('msg_1');
  });

  test('finds the signature among others', () => {
    const signature = `v1,AAAA v1a,BBBB ${sign(SECRET, 'msg_1', NOW, BODY)}`;
    expect(check(BODY, headersOf({ 'webhook-signature': signature }))).toBe('msg_1');
  });

  test.each([-300, 300])('takes a time %d s away, and no more', (away) => {
    const at = (seconds: number) =>
      headersOf({
        'webhook-timestamp': String(seconds),
        'webhook-signature': sign(SECRET, 'msg_1', seconds, BODY),
      });
    expect(check(BODY, at(NOW + away))).toBe('msg_1');
    expect(check(BODY, at(NOW + away + Math.sign(away)))).toBeUndefined();
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('refuses a call without %s', (name) => {
    expect(check(BODY, headersOf({ [name]: undefined }))).toBeUndefined();
    expect(check(BODY, headersOf({ [name]: '' }))).toBeUndefined();
  });

  test('refuses other bytes, another id, another time, another secret', () => {
    const other = Buffer.from('{"description":"grun"}');
    expect(check(other, headersOf())).toBeUndefined();
    expect(check(BODY, headersOf({ 'webhook-id': 'msg_2' }))).toBeUndefined();
    expect(check(BODY, headersOf({ 'webhook-timestamp': String(NOW + 1) }))).toBeUndefined();
    const forged = sign(Buffer.from('guess').toString('base64'), 'msg_1', NOW, BODY);
    expect(check(BODY, headersOf({ 'webhook-signature': forged }))).toBeUndefined();
  });

  test('refuses an id with a dot: the next field could begin there', () => {
    const signature = sign(SECRET, 'msg.1', NOW, BODY);
    expect(check(BODY, headersOf({ 'webhook-id': 'msg.1', 'webhook-signature': signature }))).toBeUndefined();
  });

  test.each([`${NOW}abc`, ` ${NOW}`, `+${NOW}`, `${NOW}.0`, '1e9', '-1', 'NaN', '9'.repeat(13)])(
    'refuses the time %j',
    (timestamp) => {
      const signature = sign(SECRET, 'msg_1', timestamp, BODY);
      const headers = headersOf({ 'webhook-timestamp': timestamp, 'webhook-signature': signature });
      expect(check(BODY, headers)).toBeUndefined();
      expect(check(BODY, { ...headers, 'webhook-signature': sign(SECRET, 'msg_1', NOW, BODY) })).toBeUndefined();
    },
  );

  test('refuses bytes that are not UTF-8, though what they are read as was signed', () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const read = Buffer.from(body.toString());
    expect(check(body, headersOf({ 'webhook-signature': sign(SECRET, 'msg_1', NOW, read) }))).toBeUndefined();
    expect(check(body, headersOf({ 'webhook-signature': sign(SECRET, 'msg_1', NOW, body) }))).toBeUndefined();
  });

  test('refuses no body', () => {
    const empty = Buffer.alloc(0);
    expect(check(empty, headersOf({ 'webhook-signature': sign(SECRET, 'msg_1', NOW, empty) }))).toBeUndefined();
  });

  test.each(['v1', 'v1,', ',', 'v1a,x', sign(SECRET, 'msg_1', NOW, BODY).replace('v1', 'v2')])(
    'refuses the signature %j',
    (signature) => {
      expect(check(BODY, headersOf({ 'webhook-signature': signature }))).toBeUndefined();
    },
  );

  test('refuses everything without a secret', () => {
    const none = createSignatureCheck({ secrets: [], now: () => NOW * 1000 });
    expect(none(BODY, headersOf())).toBeUndefined();
  });

  test('throws at once for a secret that is none, without repeating it', () => {
    const create = () => createSignatureCheck({ secrets: [SECRET, 'no base64 !'], now: () => 0 });
    expect(create).toThrow('Cannot use WEBHOOK_SECRETS: entry 2 is no secret');
    expect(create).not.toThrow('no base64');
  });
});
