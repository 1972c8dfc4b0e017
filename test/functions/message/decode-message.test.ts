import { describe, expect, test } from '@jest/globals';
import { decodeData, decodeMessage, readPublishTime } from '../../../src/functions/message/decode-message.ts';

const message = {
  data: Buffer.from('{"a":1}').toString('base64'),
  attributes: { project: 'forest-watch' },
  messageId: '42',
  publishTime: '2026-11-02T08:00:00.123Z',
};
const push = { message, subscription: 'projects/p/subscriptions/s' };
const event = { id: '42', specversion: '1.0', type: 'google.cloud.pubsub.topic.v1.messagePublished', source: '//x' };
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('decodeMessage()', () => {
  test.each([
    ['a CloudEvent in binary mode, parsed', { ...event, data: push }],
    ['a CloudEvent in binary mode, as bytes', { ...event, data: bytes(push) }],
    ['a CloudEvent in structured mode, parsed', { ...event, data: push }],
    ['a CloudEvent in structured mode, as bytes', { ...event, data: bytes({ ...event, data: push }) }],
    ['a push, parsed', push],
    ['a push, as bytes', bytes(push)],
    [
      'a push with the names of the emulator',
      { ...push, message: { ...message, message_id: '42', publish_time: 'x' } },
    ],
  ])('reads %s', (_, wrapped) => {
    expect(decodeMessage(wrapped)).toEqual({
      message: { ...message, subscription: push.subscription },
      violations: [],
    });
  });

  test('reads what the framework makes of a push', () => {
    const converted = { ...event, data: { message: { '@type': 'PubsubMessage', ...message } } };
    expect(decodeMessage(converted)).toEqual({ message, violations: [] });
  });

  test('reads a message of attributes only, which the framework does not convert', () => {
    const { data: _, ...rest } = message;
    expect(decodeMessage({ message: { ...rest, data: '' } })).toEqual({
      message: { ...message, data: '' },
      violations: [],
    });
    expect(decodeMessage({ message: rest })).toEqual({ message: { ...message, data: '' }, violations: [] });
  });

  test('reads the names of Pub/Sub’s older form', () => {
    const old = { data: message.data, attributes: {}, message_id: '7', publish_time: '2026-11-02T08:00:00Z' };
    expect(decodeMessage({ message: old }).message).toMatchObject({
      messageId: '7',
      publishTime: '2026-11-02T08:00:00Z',
    });
  });

  test.each([
    ['data that is no text', { data: 5 }, 'message.data'],
    ['data that is an object', { data: { a: 1 } }, 'message.data'],
    ['attributes that are a list', { attributes: ['a'] }, 'message.attributes'],
    ['attributes that are no texts', { attributes: { a: 1, b: 'x' } }, 'message.attributes'],
  ])('names %s', (_, fields, field) => {
    const decoded = decodeMessage({ message: { ...message, ...fields } });
    expect(decoded.violations.map((violation) => violation.field)).toEqual([field]);
    expect(decoded.message.messageId).toBe('42');
  });

  test('leaves out an id that is none of Pub/Sub', () => {
    const { messageId } = decodeMessage({ message: { ...message, messageId: 'x'.repeat(1_025) } }).message;
    expect(messageId).toBeUndefined();
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'x'],
    ['an empty object', {}],
    ['a list', [1]],
    ['no bytes', Buffer.alloc(0)],
    ['bytes that are not JSON', Buffer.from('{')],
    ['bytes that are not UTF-8', Buffer.from([0xff])],
    ['JSON without a message', bytes({ data: { data: { data: { message } } } })],
    ['a message that is no object', { message: 'x' }],
  ])('names %s as no message', (_, wrapped) => {
    const { violations } = decodeMessage(wrapped);
    expect(violations).toEqual([{ field: 'message', description: expect.stringMatching(/^Cannot read the event: /) }]);
  });

  test('tells one event that cannot be read from another by its bytes', () => {
    const first = decodeMessage(Buffer.from('{')).message;
    expect(decodeMessage(Buffer.from('{')).message).toEqual(first);
    expect(decodeMessage(Buffer.from('[')).message).not.toEqual(first);
    expect(decodeMessage({ ...event, data: Buffer.from('{') }).message).toEqual(first);
  });

  test('takes nothing from a prototype', () => {
    const hostile = JSON.parse('{"__proto__":{"message":{"data":"QQ=="}}}');
    expect(decodeMessage(hostile).violations).toHaveLength(1);
    const attributes = JSON.parse('{"__proto__":"x","constructor":"y"}');
    const read = decodeMessage({ message: { ...message, attributes } }).message.attributes;
    expect(Object.entries(read)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });
});

describe('readPublishTime()', () => {
  test('writes one moment in one way', () => {
    expect(readPublishTime({ ...message, publishTime: '2026-11-02T08:00:00.1Z' })).toBe('2026-11-02T08:00:00.100Z');
  });

  test('goes back to the first time of a message that came out of the dead letters', () => {
    const attributes = { CloudPubSubDeadLetterSourceTopicPublishTime: '2026-11-02T08:00:00.123+00:00' };
    const forwarded = { ...message, publishTime: '2026-11-05T09:00:00Z', attributes };
    expect(readPublishTime(forwarded)).toBe(readPublishTime(message));
  });

  test('leaves what is no time as it is', () => {
    expect(readPublishTime({ ...message, publishTime: 'soon' })).toBe('soon');
    expect(readPublishTime({ ...message, publishTime: '' })).toBe('');
  });
});

describe('decodeData()', () => {
  test.each(['', 'YQ==', 'YWI=', 'YWJj', '+/+/'])('decodes %j', (data) => {
    expect(decodeData(data)?.toString('base64')).toBe(data);
  });

  test.each(['YQ', 'YQ=', 'Y Q==', 'YQ==\n', '-_-_', '{"a":1}', 'YR==', 'ü', 'YQ==YQ=='])('refuses %j', (data) => {
    expect(decodeData(data)).toBeUndefined();
  });
});
