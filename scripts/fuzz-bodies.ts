import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Target } from './fuzz-server.ts';

type Json = Record<string, unknown>;

const EXPRESSIONS = join(import.meta.dirname, '../test/fixtures/expressions');
const LONGEST_EXPRESSION = 10_000;
/** Graphs that official clients made. */
const GRAPHS: unknown[] = readdirSync(EXPRESSIONS)
  .map((name) => readFileSync(join(EXPRESSIONS, name), 'utf8'))
  .filter((text) => text.length < LONGEST_EXPRESSION)
  .map((text) => (JSON.parse(text) as { expression: unknown }).expression);

const KEYS = [
  'expression',
  'assetExportOptions',
  'earthEngineDestination',
  'name',
  'overwrite',
  'description',
  'requestId',
  'project',
  'priority',
  'labels',
  'workloadTag',
  'createParents',
  'classifier',
  'training',
  'trees',
  'result',
  'values',
  'functionInvocationValue',
  'functionName',
  'arguments',
  'constantValue',
  'valueReference',
  'functionDefinitionValue',
  'dictionaryValue',
  'arrayValue',
  'argumentReference',
  'message',
  'data',
  'attributes',
  'messageId',
  'publishTime',
  'subscription',
  'attempt',
  '__proto__',
  'constructor',
  'toString',
  '',
];

/** Values that have broken other services. */
const ODD = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -0,
    -1,
    1.5,
    1e308,
    2 ** 60,
    '',
    ' ',
    '0',
    'null',
    '__proto__',
    '\u0000',
    '\ud800',
    '\u202e',
    '\uFEFF',
    '🌲'.repeat(30),
    'a'.repeat(200),
    [],
    {},
    [[]],
    [null],
    'projects/forest-watch/assets/x',
    'projects/forest-watch/assets/../x',
    '2026-01-01T00:00:00Z',
    'Infinity',
    '%s%n',
    '{{7*7}}',
    "' OR 1=1",
    '../../etc/passwd',
    '<script>',
  ),
  fc.string({ maxLength: 30, unit: 'binary' }),
  fc.double(),
  fc.jsonValue({ maxDepth: 2 }),
);

const VALID: fc.Arbitrary<Json> = fc
  .record({
    expression: fc.constantFrom(...GRAPHS, ...GRAPHS.map((graph) => JSON.stringify(graph))),
    asset: fc.nat(50).map((n) => `projects/forest-watch/assets/a${n}`),
    id: fc.nat(40),
    more: fc.constantFrom<Json>(
      {},
      {},
      { priority: 200 },
      { labels: { a: 'b' } },
      { description: 'fuzzed' },
      { workloadTag: 'tag' },
      { project: 'forest-watch' },
      { createParents: true },
    ),
    overwrite: fc.boolean(),
    named: fc.nat(9),
  })
  .map(({ expression, asset, id, more, overwrite, named }) => ({
    expression,
    assetExportOptions: { earthEngineDestination: { name: asset, overwrite } },
    ...(named > 0 ? { requestId: `fuzz-${id}` } : {}),
    ...more,
  }));

const RECIPE: fc.Arbitrary<Json> = fc
  .record({
    classifier: fc.constantFrom<unknown>(
      { name: 'smileRandomForest', arguments: { numberOfTrees: 10 } },
      { name: 'smileCart' },
      {},
      'smileCart',
      null,
    ),
    training: fc.constantFrom<unknown>(
      { table: 'projects/forest-watch/assets/t', classProperty: 'class', inputProperties: ['a', 'b'] },
      {},
      null,
    ),
    trees: fc.constantFrom<unknown>(undefined, '1) root 9 9 1 *\n', ['1) root 9 9 1 *\n'], '', 7),
  })
  .map((fields) => ({
    ...fields,
    assetExportOptions: { earthEngineDestination: { name: 'projects/forest-watch/assets/r' } },
  }));

/** One change somewhere in a JSON value: which place, and what is done there, by chance. */
const CHANGE = fc.record({
  steps: fc.array(fc.nat(50), { minLength: 1, maxLength: 8 }),
  kind: fc.constantFrom('set', 'add', 'remove', 'wrap'),
  key: fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 10 })),
  value: ODD,
});

const CHANGED = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: VALID }, { weight: 1, arbitrary: RECIPE }),
    fc.array(CHANGE, { maxLength: 3 }),
  )
  .map(([base, changes]) => changes.reduce<unknown>(change, structuredClone(base)));

const MOST_COMMON = fc.oneof(
  { weight: 6, arbitrary: CHANGED.map(toText) },
  { weight: 1, arbitrary: VALID.map(toText) },
);

const STRANGE = fc.oneof(
  fc.constantFrom(
    '',
    '{}',
    '[]',
    'null',
    '0',
    '"x"',
    '{"attempt":1}',
    '{"attempt":1e99}',
    '{"__proto__":{"attempt":1}}',
    ' ',
    '{',
    '[1,',
    '{"a":1}{"b":2}',
    '\uFEFF{}',
  ),
  fc.json({ maxDepth: 3 }),
  fc.string({ maxLength: 100, unit: 'binary' }),
  fc
    .tuple(fc.constantFrom('[', '{"a":', '{"expression":', '['), fc.constantFrom(10, 100, 1_000, 20_000))
    .map(([text, times]) => text.repeat(times)),
  fc
    .constantFrom(50, 500, 5_000)
    .map((times) => `{${Array.from({ length: times }, (_, index) => `"k${index}":${index}`).join(',')}}`),
  fc.constantFrom(100, 100_000).map((times) => JSON.stringify({ requestId: 'x'.repeat(times) })),
  fc.constantFrom(1e3, 1e5).map((digits) => `{"priority":${'9'.repeat(digits)}}`),
);

const LARGE = fc
  .tuple(fc.constantFrom('x', '[', '1,', '{"a":1},'), fc.constantFrom(1_000_000, 9_999_999, 10_500_000, 12_000_000))
  .map(([text, length]) => `{"expression":[${text.repeat(length / text.length)}]}`);

const EXPORT_TEXT = fc.oneof(
  { weight: 60, arbitrary: MOST_COMMON },
  { weight: 12, arbitrary: STRANGE },
  { weight: 8, arbitrary: fc.tuple(MOST_COMMON, fc.nat(), fc.string({ maxLength: 5, unit: 'binary' })).map(splice) },
);

const ATTRIBUTES = fc.oneof(
  fc.constantFrom<unknown>(
    {},
    undefined,
    null,
    { requestId: 'fuzz-1' },
    { project: 'forest-watch' },
    { project: 'other-project' },
    { requestId: '' },
    { googclient_traceparent: 'x' },
    [],
    'x',
    { a: 1 },
  ),
  fc.dictionary(fc.string({ maxLength: 10 }), fc.oneof(fc.string({ maxLength: 20 }), ODD), { maxKeys: 3 }),
);

const PUSH = fc
  .record({
    text: EXPORT_TEXT,
    attributes: ATTRIBUTES,
    messageId: fc.oneof(fc.nat(1_000).map(String), ODD),
    publishTime: fc.oneof(fc.constant('2026-11-02T08:00:00Z'), ODD),
    kind: fc.constantFrom('push', 'push', 'push', 'event', 'background', 'bare', 'unencoded'),
  })
  .map(({ text, attributes, messageId, publishTime, kind }) => {
    const data = kind === 'unencoded' ? text : Buffer.from(text).toString('base64');
    const message = { data, attributes, messageId, publishTime };
    const push = { message, subscription: 'projects/p/subscriptions/s' };
    if (kind === 'event') return toText({ id: messageId, specversion: '1.0', type: 't', source: 's', data: push });
    if (kind === 'background')
      return toText({
        context: { eventId: messageId, eventType: 'google.pubsub.topic.publish', resource: {} },
        data: message,
      });
    return toText(kind === 'bare' ? message : push);
  });

/** The body of a request to one of the functions. */
export function bodyText(to: Target): fc.Arbitrary<Buffer> {
  const usual =
    to === 'exportsPubsub'
      ? fc.oneof({ weight: 6, arbitrary: PUSH }, { weight: 1, arbitrary: EXPORT_TEXT })
      : EXPORT_TEXT;
  const text = fc.oneof({ weight: 5_000, arbitrary: usual }, { weight: 1, arbitrary: LARGE });
  return fc.oneof(
    { weight: 50, arbitrary: text.map((each) => Buffer.from(each)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  );
}

function toText(value: unknown): string {
  return String(JSON.stringify(value));
}

function splice([text, at, other]: [string, number, string]): string {
  const from = at % (text.length + 1);
  return text.slice(0, from) + other + text.slice(from + (at % 7));
}

type Change = { steps: number[]; kind: string; key: string; value: unknown };

/** Walks down by chance as far as there is something, and changes what it comes to. */
function change(root: unknown, { steps, kind, key, value }: Change): unknown {
  let parent: Json | undefined;
  let last = '';
  let at = root;
  for (const step of steps) {
    const keys = typeof at === 'object' && at !== null ? Object.keys(at) : [];
    if (keys.length === 0) break;
    parent = at as Json;
    last = keys[step % keys.length] ?? '';
    at = parent[last];
  }
  if (!parent) return value;
  if (kind === 'remove') delete parent[last];
  else if (kind === 'wrap') parent[last] = { [key]: at };
  else
    Object.defineProperty(parent, kind === 'add' ? key : last, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return root;
}
