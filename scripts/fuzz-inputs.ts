import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { bodyText } from './fuzz-bodies.ts';
import type { Target } from './fuzz-server.ts';
import { WEBHOOK_SECRET } from './fuzz-target.ts';

/** One input: bytes for one of the functions. */
export interface FuzzInput {
  to: Target;
  bytes: Buffer;
  /** Whether the bytes are one whole HTTP request, whatever it says. */
  framed: boolean;
  isHead: boolean;
  /** The bytes, to be read by people. */
  text: () => string;
}

const METHODS = fc.oneof(
  { weight: 12, arbitrary: fc.constant('POST') },
  { weight: 3, arbitrary: fc.constant('GET') },
  { weight: 1, arbitrary: fc.constantFrom('HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'QUERY') },
);

/** Ids of which a run soon has exports, so that they are joined, cancelled and retried. */
const ID = fc.oneof(
  { weight: 6, arbitrary: fc.nat(40).map((n) => `fuzz-${n}`) },
  { weight: 1, arbitrary: fc.string({ maxLength: 70 }).map(encode) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('__proto__', '%00', '%2e%2e', '%', 'a%2Fb', '~', 'ps-0', '%F0%9F%8C%B2', '%ED%A0%80'),
  },
);
const PROJECT = fc.oneof(
  { weight: 6, arbitrary: fc.constant('forest-watch') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'other-project',
      '123456789012',
      'FOREST-WATCH',
      'example.com:forest-watch',
      '..',
      '%66orest-watch',
      '',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }).map(encode) },
);

const PATH = fc.oneof(
  { weight: 10, arbitrary: fc.constant('/v1/exports') },
  {
    weight: 4,
    arbitrary: fc
      .tuple(ID, fc.constantFrom('', '', ':cancel', ':retry', ':delete'))
      .map(([id, verb]) => `/v1/exports/${id}${verb}`),
  },
  { weight: 4, arbitrary: PROJECT.map((project) => `/v1/projects/${project}/classifier:export`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(PROJECT, ID, fc.constantFrom('', '/', ':cancel'))
      .map(([project, id, verb]) => `/v1/projects/${project}/operations/${id}${verb}`),
  },
  { weight: 1, arbitrary: PROJECT.map((project) => `/v1/projects/${project}/operations`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '/',
      '/console.js',
      '/openapi.json',
      '/$discovery/rest',
      '/favicon.ico',
      '/robots.txt',
      '*',
      '//',
      '/v1',
      '/v1/',
      '/v2/exports',
      '/%zz',
    ),
  },
  { weight: 1, arbitrary: fc.webPath() },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }).map((text) => `/${encode(text)}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'http://x/v1/exports',
      'http://[/v1',
      'http://a%zz/v1/exports',
      'HTTP://x',
      'x:y',
      'http://u:p@x/v1/exports?pageSize=1',
    ),
  },
);

const PARAMETER = fc.tuple(
  fc.constantFrom(
    'validateOnly',
    'project',
    'state',
    'workloadTag',
    'label',
    'createdAfter',
    'pageSize',
    'pageToken',
    'alt',
    'key',
    '__proto__',
    'x',
  ),
  fc.oneof(
    fc.constantFrom(
      'true',
      'false',
      '1',
      '500',
      '501',
      '0',
      '-1',
      'QUEUED',
      'SUCCEEDED',
      'forest-watch',
      'a:b',
      ':',
      '2026-01-01T00:00:00Z',
      '9999-99-99T99:99:99Z',
      '',
    ),
    fc.string({ maxLength: 40 }).map(encode),
    fc.base64String({ maxLength: 80 }).map(encode),
  ),
);
const QUERY = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc
      .array(PARAMETER, { minLength: 1, maxLength: 3 })
      .map((all) => `?${all.map((pair) => pair.join('=')).join('&')}`),
  },
  { weight: 1, arbitrary: fc.webQueryParameters().map((query) => `?${query}`) },
);

const VALUE = fc.oneof(
  fc.string({ maxLength: 40 }).map(toHeaderText),
  fc.constantFrom(
    '',
    'x',
    'application/json',
    'null',
    'https://evil.example',
    'cross-site',
    'same-origin',
    'gzip',
    'identity',
    'Bearer x.e30.y',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '100-continue',
    'chunked',
    '0',
    '-1',
    '1e3',
    'keep-alive',
    'Upgrade',
    'h2c',
  ),
);
const HEADER = fc.tuple(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        'authorization',
        'x-serverless-authorization',
        'idempotency-key',
        'webhook-id',
        'webhook-timestamp',
        'webhook-signature',
        'traceparent',
        'origin',
        'sec-fetch-site',
        'sec-fetch-mode',
        'x-original-content-type',
        'content-encoding',
        'expect',
        'upgrade',
        'ce-id',
        'ce-type',
        'ce-source',
        'ce-specversion',
        'ce-pushaccount',
        'ce-data',
        'ce-__proto__',
        'x-cloud-trace-context',
        'function-execution-id',
        'x-http-method-override',
        'accept-encoding',
        'range',
        'if-none-match',
        'te',
        'trailer',
        '__proto__',
        'constructor',
      ),
    },
    { weight: 1, arbitrary: fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_|~-]{1,20}$/) },
  ),
  VALUE,
);
const HEADERS = fc.oneof(
  { weight: 3, arbitrary: fc.constant<[string, string][]>([]) },
  { weight: 2, arbitrary: fc.array(HEADER, { maxLength: 4 }) },
);

const CONTENT_TYPE = fc.oneof(
  { weight: 12, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'application/json; charset=utf-16',
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
      '',
      'APPLICATION/JSON',
      'application/octet-stream',
    ),
  },
);

const TARGET = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Target>('exportsHttp') },
  { weight: 24, arbitrary: fc.constant<Target>('exportsPubsub') },
  { weight: 12, arbitrary: fc.constant<Target>('signedHttp') },
  { weight: 1, arbitrary: fc.constant<Target>('pollOperations') },
);

interface Request {
  to: Target;
  method: string;
  target: string;
  type: string;
  headers: [string, string][];
  body: Buffer;
}

const REQUEST: fc.Arbitrary<Request> = TARGET.chain((to) =>
  fc.record({
    to: fc.constant(to),
    method:
      to === 'exportsHttp'
        ? METHODS
        : fc.oneof({ weight: 15, arbitrary: fc.constant('POST') }, { weight: 1, arbitrary: METHODS }),
    target: fc
      .tuple(
        to === 'signedHttp' ? fc.constantFrom('/v1/exports', '/v1/projects/forest-watch/classifier:export') : PATH,
        QUERY,
      )
      .map((parts) => parts.join('')),
    type: CONTENT_TYPE,
    headers: HEADERS,
    body: bodyText(to),
  }),
);

/** One whole request. */
const FRAMED = fc.tuple(REQUEST, fc.nat(9)).map(([request, chance]) => toInput(request, chance > 0));

/** The same, damaged: bytes changed, cut out, repeated or put in; the rest of the connection is silence. */
const DAMAGE = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'repeat', 'insert', 'truncate', 'chunk'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(20),
  bytes: fc.uint8Array({ maxLength: 20 }),
});
const DAMAGED = fc
  .tuple(FRAMED, fc.array(DAMAGE, { minLength: 1, maxLength: 3 }))
  .map(([input, damages]) => damage(input, damages));
const GARBAGE = fc
  .tuple(TARGET, fc.uint8Array({ minLength: 1, maxLength: 300 }))
  .map(([to, bytes]) => toFuzzInput(to, Buffer.from(bytes), false));

/** Everything that is sent: mostly whole requests, since only those get past Node's own parser. */
export const FUZZ_INPUT: fc.Arbitrary<FuzzInput> = fc.oneof(
  { weight: 94, arbitrary: FRAMED },
  { weight: 5, arbitrary: DAMAGED },
  { weight: 1, arbitrary: GARBAGE },
);

function toInput({ to, method, target, type, headers, body }: Request, isSigned: boolean): FuzzInput {
  const signature = to === 'signedHttp' && isSigned ? sign(body) : [];
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'host: 127.0.0.1',
    `content-type: ${type}`,
    `content-length: ${body.length}`,
    ...[
      ...signature,
      ...headers.filter(([name]) => !/^(content-length|transfer-encoding|host|connection)$/i.test(name)),
    ].map((pair) => pair.join(': ')),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return { ...toFuzzInput(to, Buffer.concat([head, body]), true), isHead: method === 'HEAD' };
}

function toFuzzInput(to: Target, bytes: Buffer, framed: boolean): FuzzInput {
  return { to, bytes, framed, isHead: false, text: () => bytes.toString('latin1') };
}

function sign(body: Buffer): [string, string][] {
  const id = createHmac('sha256', 'id').update(body).digest('hex').slice(0, 8);
  const at = Math.floor(Date.now() / 1000);
  const mac = createHmac('sha256', Buffer.from(WEBHOOK_SECRET, 'base64')).update(`${id}.${at}.`).update(body);
  return [
    ['webhook-id', id],
    ['webhook-timestamp', String(at)],
    ['webhook-signature', `v1,${mac.digest('base64')}`],
  ];
}

type Damage = { kind: string; at: number; length: number; bytes: Uint8Array };

function damage(input: FuzzInput, damages: Damage[]): FuzzInput {
  let bytes = input.bytes;
  for (const { kind, at, length, bytes: other } of damages) {
    const from = Math.floor(at * bytes.length);
    const [before, after] = [bytes.subarray(0, from), bytes.subarray(from)];
    if (kind === 'flip')
      bytes = Buffer.concat([
        before,
        Buffer.from(after.subarray(0, length).map((byte) => byte ^ 0x20)),
        after.subarray(length),
      ]);
    else if (kind === 'cut') bytes = Buffer.concat([before, after.subarray(length)]);
    else if (kind === 'repeat') bytes = Buffer.concat([before, after.subarray(0, length), after]);
    else if (kind === 'insert') bytes = Buffer.concat([before, other, after]);
    else if (kind === 'truncate') bytes = before;
    else
      bytes = Buffer.from(
        bytes.toString('latin1').replace(/content-length: \d+/, 'transfer-encoding: chunked'),
        'latin1',
      );
  }
  return toFuzzInput(input.to, Buffer.from(bytes), false);
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** What may stand in a header by Node's own rules: no control characters, one byte each. */
function toHeaderText(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').trim();
}
