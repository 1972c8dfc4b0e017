import { describe, expect, test } from '@jest/globals';
import { isExportId, toExportId, toMessageExportId } from '../../../src/exports/record/export-id.ts';
import {
  readToken,
  toEarlierTokens,
  toSend,
  toSentDescription,
  toSentId,
  toToken,
} from '../../../src/exports/record/sent-id.ts';

describe('toExportId()', () => {
  test.each(['a', 'job-1', 'x'.repeat(60)])('leaves %s as it is', (key) => {
    expect(toExportId(key)).toBe(key);
  });

  test.each(['', 'x'.repeat(61), 'msg_2b', 'a b', 'ä', 'a/b', 'a\n'])('turns the key %j into one', (key) => {
    expect(toExportId(key)).toMatch(/^k-[0-9a-f]{40}$/);
    expect(isExportId(toExportId(key))).toBe(true);
  });

  test('keeps different keys apart', () => {
    expect(toExportId('a b')).not.toBe(toExportId('a  b'));
  });
});

describe('toMessageExportId()', () => {
  const message = { data: 'e30=', attributes: { a: '1', b: '2' }, publishTime: '2026-11-02T08:00:00.123Z' };

  test('gives a redelivery the same id, in whatever order its attributes come', () => {
    const again = { ...message, attributes: { b: '2', a: '1' } };
    expect(toMessageExportId(message)).toMatch(/^ps-[0-9a-f]{40}$/);
    expect(toMessageExportId(again)).toBe(toMessageExportId(message));
  });

  test('does not mind what Pub/Sub adds on the way through the dead letters', () => {
    const attributes = { ...message.attributes, CloudPubSubDeadLetterSourceDeliveryCount: '5' };
    expect(toMessageExportId({ ...message, attributes })).toBe(toMessageExportId(message));
  });

  test.each([
    { data: 'e31=' },
    { attributes: { a: '1' } },
    { attributes: { a: '1', b: '3' } },
    { publishTime: '2026-11-02T08:00:00.124Z' },
  ])('tells another message by %j', (change) => {
    expect(toMessageExportId({ ...message, ...change })).not.toBe(toMessageExportId(message));
  });
});

describe('toSentId()', () => {
  test('is the export id for the first submission of the first attempt', () => {
    expect(toSentId('job-1', 1, 1)).toBe('job-1');
  });

  test.each([
    ['job-1', 1, 2],
    ['job-1', 2, 1],
    ['job-a1-s2', 1, 1],
    ['x'.repeat(60), 12, 345],
  ])('of %s, attempt %i, submission %i, is a hash with both numbers', (id, attempt, submission) => {
    const sent = toSentId(id, attempt, submission);
    expect(sent).toMatch(new RegExp(`^[0-9a-f]{40}-a${attempt}-s${submission}$`));
    expect(isExportId(sent)).toBe(true);
  });

  test('never gives two exports the same, not even when one is named like a later submission of the other', () => {
    const later = toSentId('job-1', 1, 2);
    expect(toSentId(later, 1, 1)).not.toBe(later);
  });
});

describe('toSentDescription()', () => {
  test.each([
    ['', 'classifier-export;0123456789'],
    ['maize-2025', 'maize-2025;0123456789'],
    ['x'.repeat(100), `${'x'.repeat(89)};0123456789`],
  ])('of %j ends in the token and fits', (description, sent) => {
    expect(toSentDescription(description, '0123456789')).toBe(sent);
    expect(sent.length).toBeLessThanOrEqual(100);
  });
});

describe('readToken()', () => {
  test('reads back what was sent', () => {
    const { description, requestId } = toSend({
      id: 'job-1',
      attempt: 1,
      submission: 3,
      request: { description: 'a;b' },
    });
    expect(readToken(description)).toBe(toToken(requestId));
  });

  test.each([undefined, '', 'maize', '0123456789', ';012345678', ';0123456789 ', ';0123456789;', ';0123456789x'])(
    'finds none in %j',
    (description) => {
      expect(readToken(description)).toBeUndefined();
    },
  );
});

describe('toEarlierTokens()', () => {
  test('names every submission before the present one', () => {
    const tokens = toEarlierTokens({ id: 'job-1', attempt: 2, submission: 3 });
    expect(tokens).toEqual([toToken(toSentId('job-1', 2, 1)), toToken(toSentId('job-1', 2, 2))]);
  });
});
