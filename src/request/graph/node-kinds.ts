import { describeValue, quoteShort } from '../faults/describe-value.ts';
import { type Place, placeAt } from '../faults/place.ts';
import { isObject, type Json } from '../json/json-object.ts';
import { noteLevels } from './enter-level.ts';
import type { GraphReference, Walk } from './graph-walk.ts';
import { addList, addObject, addScalar } from './json-bytes.ts';
import { isOddNumber, nameNumber } from './visit-constant.ts';

/** What is below a node, left until all faults of the node itself are named: its nodes, or a list or object in a constant. */
export type Below = unknown[] | Json;

/** A kind of node. */
export interface NodeKind {
  /** Names what is wrong with a node at `place`, and answers what is below it. */
  read: (walk: Walk, value: unknown, place: Place) => Below | undefined;
  /** The keys between a node and those below it; undefined where what is below is no node. */
  way?: readonly string[];
}

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

/** A kind whose value is an object: its key, and the keys that the object may have. */
interface ObjectKind {
  key: string;
  keys: readonly string[];
}

const ARRAY: ObjectKind = { key: 'arrayValue', keys: ['values'] };
const DICTIONARY: ObjectKind = { key: 'dictionaryValue', keys: ['values'] };
const DEFINITION: ObjectKind = { key: 'functionDefinitionValue', keys: ['argumentNames', 'body'] };
const CALL: ObjectKind = { key: 'functionInvocationValue', keys: ['functionName', 'functionReference', 'arguments'] };

const kinds: Record<string, NodeKind> = {
  constantValue: { read: readConstant },
  integerValue: { read: readInteger },
  bytesValue: { read: readBytes },
  arrayValue: { read: readArray, way: ['arrayValue', 'values'] },
  dictionaryValue: { read: readDictionary, way: ['dictionaryValue', 'values'] },
  functionDefinitionValue: { read: readDefinition },
  functionInvocationValue: { read: readCall, way: ['functionInvocationValue', 'arguments'] },
  argumentReference: { read: readArgument },
  valueReference: { read: (walk, value, place) => refer(walk, value, { kind: 'valueReference', above: place }) },
};

/** What each kind of node may hold, by its key. */
export const nodeKinds: ReadonlyMap<string, NodeKind> = new Map(Object.entries(kinds));

function readConstant(walk: Walk, value: unknown, place: Place): Below | undefined {
  if (typeof value === 'object' && value !== null) return value as Below;
  if (value === undefined) return expected(walk, placeAt('constantValue', place), value, 'any JSON value');
  if (typeof value === 'number' && isOddNumber(value)) nameNumber(walk, value, placeAt('constantValue', place));
  return addScalar(walk.bytes, value);
}

function readInteger(walk: Walk, value: unknown, place: Place): undefined {
  if (typeof value === 'string' && INTEGER.test(value) && isInt64(BigInt(value))) return addScalar(walk.bytes, value);
  return expected(walk, placeAt('integerValue', place), value, 'a 64-bit integer as text, e.g. "5",');
}

function readBytes(walk: Walk, value: unknown, place: Place): undefined {
  if (typeof value === 'string' && BASE64.test(value)) return addScalar(walk.bytes, value);
  return expected(walk, placeAt('bytesValue', place), value, 'base64 text');
}

function readArray(walk: Walk, value: unknown, place: Place): Below | undefined {
  if (!checkObject(walk, value, place, ARRAY)) return undefined;
  const { values } = value;
  if (values === undefined) return undefined;
  if (!Array.isArray(values)) return expected(walk, placeAt('values', place, [ARRAY.key]), values, 'a list of nodes');
  noteLevels(walk, 2);
  return values;
}

function readDictionary(walk: Walk, value: unknown, place: Place): Below | undefined {
  if (!checkObject(walk, value, place, DICTIONARY)) return undefined;
  const { values } = value;
  if (values === undefined || isMembers(walk, values)) return values;
  return expected(walk, placeAt('values', place, [DICTIONARY.key]), values, 'an object of nodes');
}

function readDefinition(walk: Walk, value: unknown, place: Place): undefined {
  if (!checkObject(walk, value, place, DEFINITION)) return undefined;
  noteLevels(walk, 2);
  const at = placeAt(DEFINITION.key, place);
  const binds = readArgumentNames(walk, value['argumentNames'], placeAt('argumentNames', at));
  return refer(walk, value['body'], { kind: 'body', above: at, binds });
}

function readCall(walk: Walk, value: unknown, place: Place): Below | undefined {
  if (!checkObject(walk, value, place, CALL)) return undefined;
  readFunction(walk, value, place);
  const { arguments: given } = value;
  if (given === undefined || isMembers(walk, given)) return given;
  return expected(walk, placeAt('arguments', place, [CALL.key]), given, 'an object of nodes');
}

function readArgument(walk: Walk, value: unknown, place: Place): undefined {
  const at = placeAt('argumentReference', place);
  if (typeof value !== 'string') return expected(walk, at, value, 'the name of an argument');
  walk.owner.arguments = append(walk.owner.arguments, { name: value, place: at });
  return addScalar(walk.bytes, value);
}

function readFunction(walk: Walk, call: Json, place: Place): void {
  const { functionName: name, functionReference: reference } = call;
  if ((name === undefined) === (reference === undefined)) {
    const has = name === undefined ? 'neither' : 'both';
    const wanted = 'exactly one is wanted';
    walk.violations.add(
      placeAt(CALL.key, place),
      () => `Cannot call this function: it has ${has} functionName and functionReference; ${wanted}`,
    );
  }
  if (reference !== undefined) refer(walk, reference, { kind: 'functionReference', above: placeAt(CALL.key, place) });
  if (typeof name === 'string' && name !== '') {
    addScalar(walk.bytes, name);
    const isClassifier = name.startsWith('Classifier.');
    if (isClassifier) walk.nodes.classifierCalls.push({ name, node: { functionInvocationValue: call }, place });
  } else if (name !== undefined)
    expected(walk, placeAt('functionName', place, [CALL.key]), name, 'the name of a function');
}

function isMembers(walk: Walk, nodes: unknown): nodes is Json {
  if (!isObject(nodes)) return false;
  noteLevels(walk, 2);
  return true;
}

function readArgumentNames(walk: Walk, names: unknown, place: Place): string[] {
  if (names === undefined) return [];
  if (!Array.isArray(names)) {
    expected(walk, place, names, 'a list of names');
    return [];
  }
  addList(walk.bytes, names.length);
  const seen = new Set<string>();
  names.forEach((name: unknown, index) => {
    const at = placeAt(index, place);
    if (typeof name !== 'string' || name === '') expected(walk, at, name, 'the name of an argument');
    else if (seen.has(name))
      walk.violations.add(
        at,
        () => `Cannot use this name: ${quoteShort(name)} is taken; a name of its own for each argument is wanted`,
      );
    else {
      seen.add(name);
      addScalar(walk.bytes, name);
    }
  });
  return [...seen];
}

function refer(walk: Walk, to: unknown, { kind, above, binds = NO_NAMES }: ReferenceFrom): undefined {
  const place = placeAt(kind, above);
  if (typeof to !== 'string') return expected(walk, place, to, "the key of one of the expression's values, as text,");
  walk.owner.references = append(walk.owner.references, { kind, to, place, binds });
  return addScalar(walk.bytes, to);
}

/** Starts a list of its own for the first item: the empty one is shared. */
function append<Item>(list: readonly Item[], item: Item): readonly Item[] {
  if (list.length === 0) return [item];
  (list as Item[]).push(item);
  return list;
}

/** Places are made for faults alone: most objects have none. */
function checkObject(walk: Walk, value: unknown, place: Place, { key, keys }: ObjectKind): value is Json {
  if (!isObject(value)) {
    expected(walk, placeAt(key, place), value, `an object with ${keys.join(', ')}`);
    return false;
  }
  const names = Object.keys(value);
  addObject(walk.bytes, names);
  for (const name of names) {
    if (keys.includes(name)) continue;
    walk.violations.add(
      placeAt(name, place, [key]),
      () => `Cannot use this key: it is unknown here; ${keys.join(', ')} may be given`,
    );
  }
  return true;
}

function expected(walk: Walk, place: Place, value: unknown, wanted: string): undefined {
  walk.violations.add(place, () => `Cannot use ${place.key}: it is ${describeValue(value)}; ${wanted} is wanted`);
}

function isInt64(value: bigint): boolean {
  return value >= -INTEGER_LIMIT && value < INTEGER_LIMIT;
}
