import { describeValue, quoteShort } from '../describe-value.ts';
import { isObject, type Json } from '../json-object.ts';
import { type Place, placeAt } from '../place.ts';
import type { GraphReference, Todo, Walk } from './graph-walk.ts';
import { checkNumber } from './visit-constant.ts';

type ReadKind = (walk: Walk, value: unknown, todo: Todo) => void;

/** A reference as it is found: its kind, the place it is in, and the names it binds. */
interface ReferenceFrom {
  kind: GraphReference['kind'];
  above: Place;
  binds?: readonly string[];
}

const NO_NAMES: readonly string[] = [];
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const INTEGER = /^-?\d{1,19}$/;
const INTEGER_LIMIT = 2n ** 63n;

/** What each kind of node may hold: names what is wrong with it, and leaves the nodes below it for later on the walk. */
export const nodeKinds: Record<string, ReadKind> = {
  constantValue(walk, value, { place, depth }) {
    if (typeof value === 'object' && value !== null) {
      walk.todo.push({ value, place: placeAt('constantValue', place), depth: depth + 1, constant: true });
    } else if (typeof value === 'number') checkNumber(walk, value, () => placeAt('constantValue', place));
    else if (value === undefined) expected(walk, placeAt('constantValue', place), value, 'any JSON value');
  },
  integerValue(walk, value, { place }) {
    if (typeof value === 'string' && INTEGER.test(value) && isInt64(BigInt(value))) return;
    expected(walk, placeAt('integerValue', place), value, 'a 64-bit integer as text, e.g. "5",');
  },
  bytesValue(walk, value, { place }) {
    if (typeof value === 'string' && BASE64.test(value)) return;
    expected(walk, placeAt('bytesValue', place), value, 'base64 text');
  },
  arrayValue(walk, value, { place, depth }) {
    const at = placeAt('arrayValue', place);
    if (!checkObject(walk, value, at, ['values'])) return;
    const { values } = value;
    if (values === undefined) return;
    const below = placeAt('values', at);
    if (!Array.isArray(values)) {
      expected(walk, below, values, 'a list of nodes');
      return;
    }
    deepen(walk, depth + 2);
    for (let index = values.length - 1; index >= 0; index--) {
      walk.todo.push({ value: values[index], place: placeAt(index, below), depth: depth + 3, constant: false });
    }
  },
  dictionaryValue(walk, value, { place, depth }) {
    const at = placeAt('dictionaryValue', place);
    if (checkObject(walk, value, at, ['values'])) pushNodes(walk, value, { key: 'values', place: at, depth });
  },
  functionDefinitionValue(walk, value, { place, depth }) {
    const at = placeAt('functionDefinitionValue', place);
    if (!checkObject(walk, value, at, ['argumentNames', 'body'])) return;
    deepen(walk, depth + 2);
    const binds = readArgumentNames(walk, value['argumentNames'], placeAt('argumentNames', at));
    refer(walk, value['body'], { kind: 'body', above: at, binds });
  },
  functionInvocationValue(walk, value, { place, depth }) {
    const at = placeAt('functionInvocationValue', place);
    if (!checkObject(walk, value, at, ['functionName', 'functionReference', 'arguments'])) return;
    readFunction(walk, value, { at, place });
    pushNodes(walk, value, { key: 'arguments', place: at, depth });
  },
  argumentReference(walk, value, { place }) {
    const at = placeAt('argumentReference', place);
    if (typeof value === 'string') walk.owner.arguments = append(walk.owner.arguments, { name: value, place: at });
    else expected(walk, at, value, 'the name of an argument');
  },
  valueReference(walk, value, { place }) {
    refer(walk, value, { kind: 'valueReference', above: place });
  },
};

function readFunction(walk: Walk, call: Json, { at, place }: { at: Place; place: Place }): void {
  const { functionName: name, functionReference: reference } = call;
  if ((name === undefined) === (reference === undefined)) {
    const has = name === undefined ? 'neither' : 'both';
    const wanted = 'exactly one is wanted';
    walk.violations.add(
      at,
      () => `Cannot call this function: it has ${has} functionName and functionReference; ${wanted}`,
    );
  }
  if (reference !== undefined) {
    refer(walk, reference, { kind: 'functionReference', above: at });
  }
  if (typeof name === 'string' && name !== '') {
    const isClassifier = name.startsWith('Classifier.');
    if (isClassifier) walk.nodes.classifierCalls.push({ name, node: { functionInvocationValue: call }, place });
  } else if (name !== undefined) expected(walk, placeAt('functionName', at), name, 'the name of a function');
}

function pushNodes(
  walk: Walk,
  holder: Json,
  { key, place, depth }: { key: string; place: Place; depth: number },
): void {
  const nodes = holder[key];
  if (nodes === undefined) return;
  const below = placeAt(key, place);
  if (!isObject(nodes)) {
    expected(walk, below, nodes, 'an object of nodes');
    return;
  }
  deepen(walk, depth + 2);
  const names = Object.keys(nodes);
  for (let index = names.length - 1; index >= 0; index--) {
    const name = names[index] ?? '';
    walk.todo.push({ value: nodes[name], place: placeAt(name, below), depth: depth + 3, constant: false });
  }
}

function readArgumentNames(walk: Walk, names: unknown, place: Place): string[] {
  if (names === undefined) return [];
  if (!Array.isArray(names)) {
    expected(walk, place, names, 'a list of names');
    return [];
  }
  const seen = new Set<string>();
  names.forEach((name: unknown, index) => {
    const at = placeAt(index, place);
    if (typeof name !== 'string' || name === '') expected(walk, at, name, 'the name of an argument');
    else if (seen.has(name))
      walk.violations.add(
        at,
        () => `Cannot use this name: ${quoteShort(name)} is taken; a name of its own for each argument is wanted`,
      );
    else seen.add(name);
  });
  return [...seen];
}

function refer(walk: Walk, to: unknown, { kind, above, binds = NO_NAMES }: ReferenceFrom): void {
  const place = placeAt(kind, above);
  if (typeof to === 'string') walk.owner.references = append(walk.owner.references, { kind, to, place, binds });
  else expected(walk, place, to, "the key of one of the expression's values, as text,");
}

/** Starts a list of its own for the first item: the empty one is shared. */
function append<Item>(list: readonly Item[], item: Item): readonly Item[] {
  if (list.length === 0) return [item];
  (list as Item[]).push(item);
  return list;
}

function checkObject(walk: Walk, value: unknown, place: Place, keys: string[]): value is Json {
  if (!isObject(value)) {
    expected(walk, place, value, `an object with ${keys.join(', ')}`);
    return false;
  }
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    walk.violations.add(
      placeAt(key, place),
      () => `Cannot use this key: it is unknown here; ${keys.join(', ')} may be given`,
    );
  }
  return true;
}

function expected(walk: Walk, place: Place, value: unknown, wanted: string): void {
  walk.violations.add(place, () => `Cannot use ${place.key}: it is ${describeValue(value)}; ${wanted} is wanted`);
}

function deepen(walk: Walk, depth: number): void {
  if (depth > walk.nodes.depth) walk.nodes.depth = depth;
}

function isInt64(value: bigint): boolean {
  return value >= -INTEGER_LIMIT && value < INTEGER_LIMIT;
}
