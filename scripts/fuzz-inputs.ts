import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { bodyBytes } from './fuzz-bodies.ts';
import type { Target } from './fuzz-server.ts';
import { WEBHOOK_SECRET } from './fuzz-target.ts';
import words from './fuzz-words.json' with { type: 'json' };

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

interface Request {
  to: Target;
  method: string;
  path: string;
  type: string;
  headers: [string, string][];
  body: Buffer;
}

/** One of several kinds of values, each as often as its number says. */
function mixed<Value>(...kinds: [number, fc.Arbitrary<Value>][]): fc.Arbitrary<Value> {
  return fc.oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

function encoded(arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return arbitrary.map((text) => encodeURIComponent(text.toWellFormed()));
}

function joined(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((texts) => texts.join(''));
}

const only = (...texts: string[]) => fc.constantFrom(...texts);

const METHOD = mixed([20, only('POST')], [2, only('GET')], [1, only(...words.methods)]);
/** A run soon has exports of most of these ids, so that they are joined, cancelled and retried. */
const KNOWN_ID = fc.nat(40).map((number) => `fuzz-${number}`);
const ID = mixed([6, KNOWN_ID], [1, encoded(fc.string({ maxLength: 70 }))], [1, only(...words.ids)]);
const OTHER_PROJECT = mixed([1, only(...words.projects)], [1, encoded(fc.string({ maxLength: 30 }))]);
const PROJECT = mixed([6, only('forest-watch')], [2, OTHER_PROJECT]);

const PATH = mixed(
  [10, only('/v1/exports')],
  [4, joined(only('/v1/exports/'), ID, only('', '', ':cancel', ':retry', ':delete'))],
  [4, joined(only('/v1/projects/'), PROJECT, only('/classifier:export'))],
  [2, joined(only('/v1/projects/'), PROJECT, only('/operations/'), ID, only('', '/', ':cancel'))],
  [1, joined(only('/v1/projects/'), PROJECT, only('/operations', '/algorithms', '/image:export'))],
  [2, only(...words.paths)],
  [1, fc.webPath()],
  [1, joined(only('/'), encoded(fc.string({ maxLength: 60 })))],
);
const SUBMITTING_PATH = only('/v1/exports', '/v1/projects/forest-watch/classifier:export');

const PARAMETER_VALUE = mixed(
  [1, only(...words.parameterValues)],
  [1, encoded(fc.string({ maxLength: 40 }))],
  [1, encoded(fc.base64String({ maxLength: 80 }))],
);
const PARAMETERS = fc
  .array(joined(only(...words.parameters), only('='), PARAMETER_VALUE), { minLength: 1, maxLength: 3 })
  .map((all) => all.join('&'));
const QUERY = mixed([4, only('')], [2, joined(only('?'), PARAMETERS)], [1, joined(only('?'), fc.webQueryParameters())]);

/** What may stand in a header by Node's own rules: no control characters, one byte each. */
const HEADER_TEXT = fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').trim());
const HEADER_NAME = mixed([6, only(...words.headers)], [1, fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_|~-]{1,20}$/)]);
const HEADER = fc.tuple(HEADER_NAME, mixed([1, only(...words.headerValues)], [1, HEADER_TEXT]));
const HEADERS = mixed([3, fc.constant<[string, string][]>([])], [2, fc.array(HEADER, { maxLength: 4 })]);
/** These are what makes a request a whole one. */
const FRAMING = /^(?:content-length|transfer-encoding|host|connection)$/i;

const TYPE = mixed([12, only('application/json')], [1, only(...words.contentTypes)]);
const TARGET = mixed<Target>(
  [40, fc.constant('exportsHttp')],
  [24, fc.constant('exportsPubsub')],
  [12, fc.constant('signedHttp')],
  [1, fc.constant('pollOperations')],
);

const REQUEST: fc.Arbitrary<Request> = TARGET.chain((to) =>
  fc.record({
    to: fc.constant(to),
    method: to === 'exportsHttp' ? METHOD : mixed([15, only('POST')], [1, METHOD]),
    path: joined(to === 'signedHttp' ? SUBMITTING_PATH : PATH, QUERY),
    type: TYPE,
    headers: HEADERS,
    body: bodyBytes(to),
  }),
);

/** Whole requests; of those that must be signed most are. */
export const WHOLE_REQUEST: fc.Arbitrary<FuzzInput> = fc
  .tuple(REQUEST, fc.nat(9))
  .map(([request, chance]) => toWhole(request, request.to === 'signedHttp' && chance > 0 ? sign(request.body) : []));

/** Bytes that are no request at all. */
export const GARBAGE: fc.Arbitrary<FuzzInput> = fc
  .tuple(TARGET, fc.uint8Array({ minLength: 1, maxLength: 300 }))
  .map(([to, bytes]) => toUnframed(to, Buffer.from(bytes)));

/** An input of bytes of which nothing is known. */
export function toUnframed(to: Target, bytes: Buffer): FuzzInput {
  return { to, bytes, framed: false, isHead: false, text: () => bytes.toString('latin1') };
}

function toWhole({ to, method, path, type, headers, body }: Request, signature: [string, string][]): FuzzInput {
  const all = [['content-type', type], ...signature, ...headers.filter(([name]) => !FRAMING.test(name))];
  const lines = all.map((pair) => `${pair.join(': ')}\r\n`).join('');
  const first = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${body.length}\r\n`;
  const bytes = Buffer.concat([Buffer.from(`${first}${lines}\r\n`, 'latin1'), body]);
  return { ...toUnframed(to, bytes), framed: true, isHead: method === 'HEAD' };
}

/** As Standard Webhooks says; the same body has the same id, so that it is the same export. */
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
