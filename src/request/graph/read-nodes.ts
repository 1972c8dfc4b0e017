import { describeValue } from '../faults/describe-value.ts';
import { type Place, placeAt } from '../faults/place.ts';
import type { Violations } from '../faults/violations.ts';
import { isObject, type Json } from '../json/json-object.ts';
import { enterLevel } from './enter-level.ts';
import type { GraphNodes, GraphValue, Walk } from './graph-walk.ts';
import { addList, addObject, type JsonBytes } from './json-bytes.ts';
import { type Below, type NodeKind, nodeKinds } from './node-kinds.ts';
import { visitConstant } from './visit-constant.ts';

const WANTED = `exactly one of ${[...nodeKinds.keys()].join(', ')} is wanted`;

/** Bytes of `{"":}`. */
const BESIDE_KEY = 5;

/** Most values refer to nothing: a list each would be most of what a wide graph takes. */
const NONE: readonly never[] = [];

/** Looks at every node of `values` once and names every one that is not well formed. */
export function readNodes(values: Json, place: Place, violations: Violations): GraphNodes {
  const nodes: GraphNodes = { values: new Map(), classifierCalls: [], depth: 2, bytes: 0, numberLists: new Map() };
  const bytes: JsonBytes = { total: 0, names: new Map() };
  const walk: Walk = { owner: toValue('', undefined, place), depth: 3, nodes, bytes, violations };
  const keys = Object.keys(values);
  addObject(bytes, keys);
  for (const key of keys) {
    walk.owner = toValue(key, values[key], placeAt(key, place));
    nodes.values.set(key, walk.owner);
    visitNode(walk, values[key], walk.owner.place);
  }
  nodes.bytes = bytes.total;
  return nodes;
}

function toValue(key: string, node: unknown, place: Place): GraphValue {
  return { key, node: isObject(node) ? node : {}, place, references: NONE, arguments: NONE };
}

/** Recurses, which `enterLevel` bounds: in a stack of its own every node waiting would be kept, at twice the time. */
function visitNode(walk: Walk, value: unknown, place: Place): void {
  if (!enterLevel(walk, place)) return;
  if (!isObject(value)) {
    walk.violations.add(place, () => `Cannot use this node: it is ${describeValue(value)}; an object with ${WANTED}`);
    return;
  }
  const key = onlyKey(value);
  const kind = key === undefined ? undefined : nodeKinds.get(key);
  if (key === undefined || kind === undefined) visitOddNode(walk, value, place);
  else {
    walk.bytes.total += key.length + BESIDE_KEY;
    visitBelow(walk, kind, kind.read(walk, value[key], place), place);
  }
}

/** The one key of an object, where it has no other: a list of its keys would be a quarter of what the walk makes. */
function onlyKey(value: Json): string | undefined {
  let only: string | undefined;
  for (const key in value) {
    if (only !== undefined) return undefined;
    only = key;
  }
  return only;
}

/** A node that has not one known key: whatever of it can be read is. */
function visitOddNode(walk: Walk, value: Json, place: Place): void {
  const keys = Object.keys(value);
  addObject(walk.bytes, keys);
  const below: { kind: NodeKind; found: Below | undefined }[] = [];
  for (const key of keys) {
    const kind = nodeKinds.get(key);
    if (kind !== undefined) below.push({ kind, found: kind.read(walk, value[key], place) });
  }
  nameKinds(walk, place, { keys, kinds: below.length });
  for (const { kind, found } of below.reverse()) visitBelow(walk, kind, found, place);
}

function visitBelow(walk: Walk, { way }: NodeKind, found: Below | undefined, place: Place): void {
  if (found === undefined) return;
  if (way === undefined) {
    walk.depth += 1;
    visitConstant(walk, found, placeAt('constantValue', place));
    walk.depth -= 1;
    return;
  }
  walk.depth += 3;
  if (Array.isArray(found)) {
    addList(walk.bytes, found.length);
    for (let index = 0; index < found.length; index++) visitNode(walk, found[index], placeAt(index, place, way));
  } else {
    const names = Object.keys(found);
    addObject(walk.bytes, names);
    for (const name of names) visitNode(walk, found[name], placeAt(name, place, way));
  }
  walk.depth -= 3;
}

function nameKinds(walk: Walk, place: Place, { keys, kinds }: { keys: string[]; kinds: number }): void {
  if (kinds !== 1) {
    const has = keys.length === 0 ? 'nothing' : keys.slice(0, 9).join(', ');
    walk.violations.add(place, () => `Cannot use this node: it has ${has}; ${WANTED}`);
  }
  for (const key of kinds === 0 ? [] : keys) {
    if (nodeKinds.has(key)) continue;
    walk.violations.add(placeAt(key, place), () => `Cannot use this key: it is no part of a node; ${WANTED}`);
  }
}
