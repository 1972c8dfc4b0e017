import { quoteShort } from '../faults/describe-value.ts';
import type { Violations } from '../faults/violations.ts';
import type { GraphNodes, GraphReference, GraphValue } from './graph-walk.ts';

interface Search {
  nodes: GraphNodes;
  violations: Violations;
  /** From a root down to the value being looked at, each with the reference to follow next. */
  way: { value: GraphValue; next: number }[];
  /** Values left, so that each comes after all it refers to. */
  order: GraphValue[];
}

/**
 * Checks that every reference leads to a value and that none closes a cycle. Answers the values that `result` makes
 * use of, each after all it refers to.
 */
export function followReferences(
  nodes: GraphNodes,
  result: GraphValue | undefined,
  violations: Violations,
): GraphValue[] {
  for (const value of nodes.values.values()) {
    for (const reference of value.references) resolve(nodes, reference, violations);
  }
  const search: Search = { nodes, violations, way: [], order: [] };
  if (result !== undefined) descend(search, result);
  const used = search.order.slice();
  for (const value of nodes.values.values()) descend(search, value);
  return used;
}

function resolve(nodes: GraphNodes, { kind, to, place }: GraphReference, violations: Violations): void {
  const target = nodes.values.get(to);
  if (target === undefined) {
    violations.add(
      place,
      () =>
        `Cannot follow this ${kind}: ${quoteShort(to)} is no key of the expression's values; ${keysOf(nodes)} wanted`,
    );
  } else if (kind === 'functionReference' && isPlainValue(target)) {
    const has = Object.keys(target.node)[0];
    violations.add(
      place,
      () => `Cannot call the value ${quoteShort(to)}: it is a ${has}; a functionDefinitionValue is wanted`,
    );
  }
}

function keysOf(nodes: GraphNodes): string {
  const keys = [...nodes.values.keys()].slice(0, 8).map((key) => quoteShort(key, 20));
  return nodes.values.size > keys.length ? `one such as ${keys.join(', ')} is` : `one of ${keys.join(', ')} is`;
}

function isPlainValue({ node }: GraphValue): boolean {
  const kinds = ['constantValue', 'integerValue', 'bytesValue', 'arrayValue', 'dictionaryValue'];
  return kinds.some((kind) => Object.hasOwn(node, kind));
}

function descend(search: Search, root: GraphValue): void {
  if (root.followed === undefined) enter(search, root);
  for (let at = search.way.at(-1); at !== undefined; at = search.way.at(-1)) {
    const reference = at.value.references[at.next++];
    const target = reference && search.nodes.values.get(reference.to);
    if (reference === undefined) leave(search, at.value);
    else if (target?.followed === 'open') nameCycle(search, reference, target);
    else if (target !== undefined && target.followed === undefined) enter(search, target);
  }
}

function enter(search: Search, value: GraphValue): void {
  value.followed = 'open';
  search.way.push({ value, next: 0 });
}

function leave(search: Search, value: GraphValue): void {
  value.followed = 'done';
  search.way.pop();
  search.order.push(value);
  const { valueReference } = value.node;
  const target = valueReference === undefined ? undefined : search.nodes.values.get(valueReference);
  if (target !== undefined) value.standsFor = target.standsFor ?? target;
}

function nameCycle({ way, violations }: Search, reference: GraphReference, target: GraphValue): void {
  violations.add(reference.place, () => {
    const keys = way
      .slice(way.findIndex(({ value }) => value === target))
      .map(({ value }) => quoteShort(value.key, 20));
    const shown = keys.length > 10 ? [...keys.slice(0, 9), `… ${keys.length - 9} more`] : keys;
    const cycle = [...shown, quoteShort(target.key, 20)].join(' → ');
    return `Cannot evaluate the graph: this ${reference.kind} closes the cycle ${cycle}; a graph without cycles is wanted`;
  });
}
