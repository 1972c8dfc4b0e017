import { quoteShort } from './describe-value.ts';
import type { GraphNodes, GraphReference, GraphValue } from './graph-walk.ts';
import type { Violations } from './violations.ts';

interface Search {
  nodes: GraphNodes;
  violations: Violations;
  /** Values entered and left again, and those only entered: the way down to the present one. */
  done: Set<GraphValue>;
  open: Set<GraphValue>;
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
  for (const value of nodes.values.values())
    for (const reference of value.references) resolve(nodes, reference, violations);
  const search: Search = { nodes, violations, done: new Set(), open: new Set(), order: [] };
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
  if (search.done.has(root)) return;
  const way = [{ value: root, next: 0 }];
  search.open.add(root);
  for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
    const reference = at.value.references[at.next++];
    if (reference === undefined) {
      search.open.delete(at.value);
      search.done.add(at.value);
      search.order.push(at.value);
      standIn(search.nodes, at.value);
      way.pop();
      continue;
    }
    const target = search.nodes.values.get(reference.to);
    if (target === undefined || search.done.has(target)) continue;
    if (search.open.has(target)) nameCycle(search, reference, target);
    else {
      search.open.add(target);
      way.push({ value: target, next: 0 });
    }
  }
}

/** Notes what a value that is only a reference stands for, so that nobody has to go through a chain of them again. */
function standIn(nodes: GraphNodes, value: GraphValue): void {
  const target = value.node.valueReference === undefined ? undefined : nodes.values.get(value.node.valueReference);
  if (target !== undefined) value.standsFor = target.standsFor ?? target;
}

function nameCycle(search: Search, reference: GraphReference, target: GraphValue): void {
  search.violations.add(reference.place, () => {
    const open = [...search.open];
    const keys = open.slice(open.indexOf(target)).map(({ key }) => quoteShort(key, 20));
    const shown = keys.length > 10 ? [...keys.slice(0, 9), `… ${keys.length - 9} more`] : keys;
    const way = [...shown, quoteShort(target.key, 20)].join(' → ');
    return `Cannot evaluate the graph: this ${reference.kind} closes the cycle ${way}; a graph without cycles is wanted`;
  });
}
