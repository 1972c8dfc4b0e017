import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Target } from './fuzz-server.ts';
import words from './fuzz-words.json' with { type: 'json' };

type Json = Record<string, unknown>;

const EXPRESSIONS = join(import.meta.dirname, '../test/fixtures/expressions');
const LONGEST_EXPRESSION = 10_000;
/** Graphs that official clients made. */
const GRAPHS: unknown[] = readdirSync(EXPRESSIONS)
  .sort()
  .map((name) => readFileSync(join(EXPRESSIONS, name), 'utf8'))
  .filter((text) => text.length < LONGEST_EXPRESSION)
  .map((text) => (JSON.parse(text) as { expression: unknown }).expression);

/** What makes a request another one than its number says, and with the same id a conflict. */
const OTHER = fc.constantFrom<Json>(
  { priority: 200 },
  { labels: { a: 'b' } },
  { description: 'fuzzed' },
  { workloadTag: 'tag' },
  { project: 'forest-watch' },
  { createParents: true },
  { requestId: undefined },
);

const VALID: fc.Arbitrary<Json> = fc
  .tuple(fc.nat(40), fc.nat(3), OTHER, fc.boolean())
  .map(([number, chance, other, isText]) => toValidBody(number, chance === 0 ? other : {}, isText));

const RECIPE: fc.Arbitrary<Json> = fc.record({
  classifier: fc.constantFrom<unknown>(...words.recipeClassifiers),
  training: fc.constantFrom<unknown>(...words.recipeTrainings),
  trees: fc.constantFrom<unknown>(...words.recipeTrees),
  assetExportOptions: fc.constant({ earthEngineDestination: { name: 'projects/forest-watch/assets/r' } }),
});

/** Values that have broken other services. */
const ODD = fc.oneof(
  fc.constantFrom<unknown>(...words.oddValues, '\ud800', -0, 2 ** 60),
  fc.string({ maxLength: 30, unit: 'binary' }),
  fc.double(),
  fc.jsonValue({ maxDepth: 2 }),
);

/** One change somewhere in a JSON value: the way there, and what is done. */
const CHANGE = fc.record({
  steps: fc.array(fc.nat(50), { minLength: 1, maxLength: 8 }),
  kind: fc.constantFrom('set', 'add', 'remove', 'wrap'),
  key: fc.oneof(fc.constantFrom(...words.keys), fc.string({ maxLength: 10 })),
  value: ODD,
});
type Change = { steps: number[]; kind: string; key: string; value: unknown };

const CHANGED = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: VALID }, { weight: 1, arbitrary: RECIPE }),
    fc.array(CHANGE, { maxLength: 3 }),
  )
  .map(([body, changes]) => changes.reduce<unknown>(change, structuredClone(body)));
const USUAL = fc.oneof({ weight: 6, arbitrary: CHANGED.map(toText) }, { weight: 2, arbitrary: VALID.map(toText) });

function repeated(texts: string[], times: number[], wrap = (text: string) => text): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.constantFrom(...times))
    .map(([text, count]) => wrap(text.repeat(count)));
}

const STRANGE = fc.oneof(
  fc.constantFrom(...words.strangeTexts),
  fc.json({ maxDepth: 3 }),
  fc.string({ maxLength: 100, unit: 'binary' }),
  repeated(['[', '{"a":', '{"expression":'], [10, 100, 1_000, 20_000]),
  repeated(['"k":1,'], [50, 5_000], (text) => `{${text}"k":1}`),
  repeated(['x'], [100, 100_000], (text) => toText({ requestId: text })),
  repeated(['9'], [1_000, 100_000], (text) => `{"priority":${text}}`),
);
const LARGE = repeated(
  ['x', '[', '1,', '{"a":1},'],
  [125_000, 1_250_000, 1_400_000],
  (text) => `{"expression":[${text}]}`,
);

const DAMAGED = fc.tuple(USUAL, fc.nat(), fc.string({ maxLength: 5, unit: 'binary' })).map(([text, at, other]) => {
  const from = at % (text.length + 1);
  return text.slice(0, from) + other + text.slice(from + (at % 7));
});

const EXPORT_TEXT = fc.oneof(
  { weight: 60, arbitrary: USUAL },
  { weight: 12, arbitrary: STRANGE },
  { weight: 8, arbitrary: DAMAGED },
);

const ATTRIBUTES = fc.oneof(
  fc.constantFrom<unknown>(...words.attributes),
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
  .map(({ text, kind, ...fields }) => {
    const data = kind === 'unencoded' ? text : Buffer.from(text).toString('base64');
    return toText(wrap({ ...fields, data }, kind));
  });

/** The body of a request to one of the functions. */
export function bodyBytes(to: Target): fc.Arbitrary<Buffer> {
  const push = fc.oneof({ weight: 6, arbitrary: PUSH }, { weight: 1, arbitrary: EXPORT_TEXT });
  const text = fc.oneof(
    { weight: 5_000, arbitrary: to === 'exportsPubsub' ? push : EXPORT_TEXT },
    { weight: 1, arbitrary: LARGE },
  );
  const bytes = fc.uint8Array({ maxLength: 200 });
  return fc.oneof(
    { weight: 50, arbitrary: text.map((each) => Buffer.from(each)) },
    { weight: 1, arbitrary: bytes.map((each) => Buffer.from(each)) },
  );
}

function toText(value: unknown): string {
  return String(JSON.stringify(value));
}

/** The same for the same number, so that a second one joins the first. */
function toValidBody(number: number, other: Json, isText: boolean): Json {
  const graph = GRAPHS[number % GRAPHS.length];
  const destination = { name: `projects/forest-watch/assets/a${number}`, overwrite: number % 2 === 0 };
  return {
    expression: isText ? JSON.stringify(graph) : graph,
    assetExportOptions: { earthEngineDestination: destination },
    requestId: `fuzz-${number}`,
    ...other,
  };
}

/** The wrappings in which a message may come, and some in which it may not. */
function wrap(message: Json, kind: string): unknown {
  const push = { message, subscription: 'projects/p/subscriptions/s' };
  const { messageId } = message;
  if (kind === 'bare') return message;
  if (kind === 'event') return { id: messageId, specversion: '1.0', type: 't', source: 's', data: push };
  if (kind !== 'background') return push;
  return { context: { eventId: messageId, eventType: 'google.pubsub.topic.publish', resource: {} }, data: message };
}

/** Walks down as far as there is something, and changes what it comes to. */
function change(root: unknown, { steps, kind, key, value: given }: Change): unknown {
  const value = structuredClone(given);
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
  // The length of a list takes no value but a number of its own.
  else if (!(Array.isArray(parent) && kind === 'add' && key === 'length'))
    Object.defineProperty(parent, kind === 'add' ? key : last, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return root;
}
