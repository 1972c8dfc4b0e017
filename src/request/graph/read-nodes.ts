import { describeValue } from '../describe-value.ts';
import { isObject, type Json } from '../json-object.ts';
import { type Place, placeAt } from '../place.ts';
import type { Violations } from '../violations.ts';
import type { GraphNodes, GraphValue, Todo, Walk } from './graph-walk.ts';
import { nodeKinds } from './node-kinds.ts';
import { visitConstant } from './visit-constant.ts';

/** How deep a graph's JSON may nest, the expression itself being the first level: Earth Engine refuses what is deeper. */
const MAX_DEPTH = 100;

const WANTED = `exactly one of ${Object.keys(nodeKinds).join(', ')} is wanted`;

/** Most values refer to nothing: a list each would be most of what a wide graph takes. */
const NONE: readonly never[] = [];

/**
 * Looks at every node of `values` once and names every one that is not well formed. It keeps its own stack: neither a
 * deep nor a wide body ends it.
 */
export function readNodes(values: Json, place: Place, violations: Violations): GraphNodes {
  const nodes: GraphNodes = { values: new Map(), classifierCalls: [], depth: 2 };
  const walk: Walk = { todo: [], owner: toValue('', undefined, place), nodes, violations };
  for (const key of Object.keys(values)) {
    walk.owner = toValue(key, values[key], placeAt(key, place));
    nodes.values.set(key, walk.owner);
    visit(walk, { value: values[key], place: walk.owner.place, depth: 3, constant: false });
    for (let next = walk.todo.pop(); next !== undefined; next = walk.todo.pop()) visit(walk, next);
  }
  return nodes;
}

function toValue(key: string, node: unknown, place: Place): GraphValue {
  return { key, node: isObject(node) ? node : {}, place, references: NONE, arguments: NONE };
}

function visit(walk: Walk, todo: Todo): void {
  if (todo.depth > MAX_DEPTH) {
    const remedy = 'lift inner nodes into values of their own, as the official clients do';
    walk.violations.add(
      todo.place,
      () => `Cannot use this part of the graph: it is nested more than ${MAX_DEPTH} levels deep; ${remedy}`,
    );
    return;
  }
  if (todo.depth > walk.nodes.depth) walk.nodes.depth = todo.depth;
  if (todo.constant) visitConstant(walk, todo);
  else visitNode(walk, todo);
}

function visitNode(walk: Walk, todo: Todo): void {
  const { value, place } = todo;
  if (!isObject(value)) {
    walk.violations.add(place, () => `Cannot use this node: it is ${describeValue(value)}; an object with ${WANTED}`);
    return;
  }
  const keys = Object.keys(value);
  let kinds = 0;
  for (const key of keys) {
    const read = Object.hasOwn(nodeKinds, key) ? nodeKinds[key] : undefined;
    if (read === undefined) continue;
    kinds += 1;
    read(walk, value[key], todo);
  }
  if (kinds !== 1 || keys.length !== 1) nameKinds(walk, place, { keys, kinds });
}

function nameKinds(walk: Walk, place: Place, { keys, kinds }: { keys: string[]; kinds: number }): void {
  if (kinds !== 1) {
    const has = keys.length === 0 ? 'nothing' : keys.slice(0, 9).join(', ');
    walk.violations.add(place, () => `Cannot use this node: it has ${has}; ${WANTED}`);
  }
  for (const key of kinds === 0 ? [] : keys) {
    if (Object.hasOwn(nodeKinds, key)) continue;
    walk.violations.add(placeAt(key, place), () => `Cannot use this key: it is no part of a node; ${WANTED}`);
  }
}
