import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLog, type Log, type LogFields, type LogLevel } from '../src/log.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function createLines(options: { level?: LogLevel; projectId?: string } = {}) {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', write: (line) => lines.push(line), ...options });
  return { lines, log };
}

/** The one entry that this writes. */
function write(use: (log: Log) => void, options: Parameters<typeof createLines>[0] = {}): Record<string, unknown> {
  const { lines, log } = createLines(options);
  use(log);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{[^\n]*\}\n$/);
  return JSON.parse(lines[0] ?? '');
}

function writeFields(fields: LogFields): Record<string, unknown> {
  return write((log) => log.info('Something happened', fields));
}

describe('createLog() writes one JSON object a line', () => {
  test.each(['debug', 'info', 'warning', 'error'] as const)('with its severity: %s', (level) => {
    const entry = write((log) => log[level]('Something happened', { exportId: 'a', attempt: 1 }));
    expect(entry).toEqual({
      severity: level.toUpperCase(),
      message: 'Something happened',
      exportId: 'a',
      attempt: 1,
    });
  });

  test('of its level and above', () => {
    const { lines, log } = createLines({ level: 'warning' });
    for (const level of ['debug', 'info', 'warning', 'error'] as const) log[level](level);
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(['warning', 'error']);
  });

  test.each<[string, unknown, unknown]>([
    ['line breaks', 'a\nb\r\nc', 'a\nb\r\nc'],
    ['a whole line of its own', '"}\n{"severity":"EMERGENCY"}', '"}\n{"severity":"EMERGENCY"}'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
    ['a large number', 12345678901234567890n, '12345678901234567890'],
    ['no number', Number.NaN, 'NaN'],
    ['an infinite number', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['null', null, null],
    ['a function', () => 'secret', '[function]'],
    ['a symbol', Symbol('secret'), '[symbol]'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a date that is none', new Date(Number.NaN), 'null'],
    ['a list', [1, 'a', [true]], [1, 'a', [true]]],
    ['an object', { a: { b: { c: 1 } } }, { a: { b: { c: 1 } } }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['an object that would write itself', { toJSON: () => 'secret', a: 1 }, { toJSON: '[function]', a: 1 }],
    ['a map', new Map([['a', 1]]), {}],
  ])('whatever a field holds: %s', (_, value, expected) => {
    expect(writeFields({ value })['value']).toEqual(expected);
  });

  test('of what holds itself, as deep as it goes', () => {
    const circle: Record<string, unknown> = { name: 'circle' };
    circle['self'] = circle;
    const list: unknown[] = [];
    list.push(list);
    const entry = writeFields({ circle, list });
    expect(JSON.stringify(entry['circle'])).toMatch(/^(\{"name":"circle","self":){5}"\[too deep\]"\}{5}$/);
    expect(entry['list']).toEqual([[[[['[too deep]']]]]]);
  });

  test('of what cannot be read', () => {
    const broken = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    );
    const getter = {
      get bad() {
        throw new Error('no');
      },
      good: 1,
    };
    expect(writeFields({ broken, getter })).toMatchObject({
      broken: '[unreadable]',
      getter: { bad: '[unreadable]', good: 1 },
    });
    expect(write((log) => log.info('x', broken))).toEqual({ severity: 'INFO', message: 'x', fields: '[unreadable]' });
    const cause = new Proxy(new Error('x'), {
      get: () => {
        throw new Error('no');
      },
    });
    expect(write((log) => log.error('x', { cause }))['cause']).toEqual({});
  });

  test('where no field stands in the place of another', () => {
    const fields = JSON.parse(
      '{"severity":"DEBUG","message":"other","time":"1","@type":"t","__proto__":{"a":1},"constructor":2}',
    );
    const entry = writeFields({ ...fields, 'logging.googleapis.com/trace': 'projects/other/traces/1' });
    expect(entry).toMatchObject({
      severity: 'INFO',
      message: 'Something happened',
      'field.severity': 'DEBUG',
      'field.message': 'other',
      'field.time': '1',
      'field.@type': 't',
      'field.logging.googleapis.com/trace': 'projects/other/traces/1',
      constructor: 2,
    });
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });

  test('no longer than Cloud Logging takes, whatever it is given', () => {
    const long = '\u0000'.repeat(1_000_000);
    const wide = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [`${index}${long.slice(0, 500)}`, long]),
    );
    const { lines, log } = createLines();
    const cause = new Error(long);
    log.error(long, { long, wide, list: Array.from({ length: 10_000 }, () => wide), cause });
    expect(Buffer.byteLength(lines[0] ?? '')).toBeLessThan(256 * 1024);
    expect(JSON.parse(lines[0] ?? '').message).toHaveLength(2_001);
  });

  test('of no more values than anybody reads', () => {
    const list = Array.from({ length: 10_000 }, (_, index) => index);
    const wide = Object.fromEntries(list.map((index) => [`k${index}`, index]));
    const { lines, log } = createLines();
    log.info('x', { list, more: list });
    log.info('x', { wide, more: wide });
    log.info('x', { deep: list.map(() => [1, 2, { wide }]) });
    for (const line of lines) expect(line.match(/\d+/g)?.length).toBeLessThanOrEqual(1_000);
    expect(JSON.parse(lines[0] ?? '').list).toHaveLength(499);
    expect(lines[2]).toContain('[too much]');
    expect(lines[2]?.length).toBeLessThan(20_000);
  });

  test('for any fields at all', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSet: true,
    });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.dictionary(fc.string(), anything), (message, fields) => {
        const entry = write((log) => log.warning(message, fields));
        expect(entry['severity']).toBe('WARNING');
        expect(entry['message']).toBe(message.toWellFormed());
      }),
      { numRuns: 300 },
    );
  });
});

describe('createLog() tells of a cause', () => {
  test('by its stack, where Error Reporting looks for it', () => {
    const cause = new TypeError('It broke');
    expect(write((log) => log.error('x', { cause }))).toEqual({
      severity: 'ERROR',
      message: 'x',
      stack_trace: cause.stack,
    });
  });

  test('and of what caused it', () => {
    const cause = new Error('outer', { cause: new Error('inner', { cause: 'text' }) });
    const stack = String(write((log) => log.error('x', { cause }))['stack_trace']);
    expect(stack).toMatch(/^Error: outer\n[\s\S]*\nCaused by: Error: inner\n/);
  });

  test('that causes itself', () => {
    const cause = new Error('circle');
    cause.cause = cause;
    expect(String(write((log) => log.error('x', { cause }))['stack_trace']).match(/Caused by/g)).toHaveLength(4);
  });

  test.each<[unknown, unknown]>([
    ['text', 'text'],
    [{ code: 5 }, { code: 5 }],
    [null, null],
    [Symbol('x'), '[symbol]'],
  ])('that is no error: %p', (cause, expected) => {
    expect(write((log) => log.error('x', { cause }))['cause']).toEqual(expected);
  });

  test('in a field of another name, as text', () => {
    expect(writeFields({ error: new Error('It broke') })['error']).toMatch(/^Error: It broke\n/);
  });
});

describe('createLog() joins a trace', () => {
  const options = { projectId: 'my-project' };

  test('by the names of Cloud Logging', () => {
    expect(write((log) => log.info('x', { traceparent: TRACEPARENT }), options)).toMatchObject({
      'logging.googleapis.com/trace': 'projects/my-project/traces/0af7651916cd43dd8448eb211c80319c',
      'logging.googleapis.com/spanId': 'b7ad6b7169203331',
      'logging.googleapis.com/trace_sampled': true,
    });
  });

  test.each([
    ['00', false],
    ['01', true],
    ['02', false],
    ['03', true],
  ])('that is sampled or not: %s', (flags, sampled) => {
    const traceparent = TRACEPARENT.replace(/01$/, flags);
    const entry = write((log) => log.info('x', { traceparent }), options);
    expect(entry['logging.googleapis.com/trace_sampled']).toBe(sampled);
  });

  test.each([
    'no trace',
    `${TRACEPARENT}-more`,
    TRACEPARENT.toUpperCase(),
    TRACEPARENT.replace(/^00/, 'ff'),
    TRACEPARENT.replace(/-[0-9a-f]{32}-/, `-${'0'.repeat(32)}-`),
    TRACEPARENT.replace(/-[0-9a-f]{16}-/, `-${'0'.repeat(16)}-`),
    7,
  ])('unless it is none: %p', (traceparent) => {
    const entry = write((log) => log.info('x', { traceparent }), options);
    expect(Object.keys(entry).filter((name) => name.startsWith('logging'))).toEqual([]);
  });

  test('unless nobody says whose traces they are', () => {
    expect(writeFields({ traceparent: TRACEPARENT })).toEqual({
      severity: 'INFO',
      message: 'Something happened',
      traceparent: TRACEPARENT,
    });
  });
});

describe('createLog() keeps secrets', () => {
  test.each([
    'token',
    'accessToken',
    'id_token',
    'x-serverless-authorization',
    'Authorization',
    'webhook-signature',
    'clientSecret',
    'WEBHOOK_SECRETS',
    'expression',
    'password',
    'credentials',
    'set-cookie',
  ])('by the name of the field: %s', (name) => {
    const entry = writeFields({ [name]: 'hunter2', nested: { deep: [{ [name]: { value: 'hunter2' } }] } });
    expect(JSON.stringify(entry)).not.toContain('hunter2');
    expect(entry[name]).toBe('[redacted]');
  });

  test.each([
    ['an access token', 'Request failed: Bearer ya29.a0AfH6SMBx-yz_123 was refused'],
    ['an opaque token', 'Request failed: Bearer hunter2/abc.def-123= was refused'],
    ['an access token alone', 'token ya29.c.b0AXv0zTOhunter2 was refused'],
    ['an ID token', 'Wrong recipient: eyJhbGciOiJSUzI1NiJ9.eyJodW50ZXIyIjoxfQ.c2ln-bmF0dXJl'],
    ['a webhook secret', 'no match for whsec_aHVudGVyMmh1bnRlcjJodW50ZXIy'],
  ])('in text too: %s', (_, text) => {
    const secret = /(hunter2\/|ya29\.|eyJ|whsec_)[\w.+/=-]+/.exec(text)?.[0] ?? '';
    const { lines, log } = createLines();
    log.error(text, { text, list: [text], cause: new Error(text) });
    expect(lines[0]).not.toContain(secret);
    expect(lines[0]?.match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(4);
  });
});
