import type { Expression, ValueNode } from '../expression.ts';

/** A node that a recipe is made of: a constant, a list, or a call, its arguments in the order of the function's own. */
export type RecipeNode =
  | { constant: string | number | boolean | null }
  | { list: RecipeNode[] }
  | { call: string; arguments: [name: string, value: RecipeNode][] };

/** A node met, and how often it is used; equal nodes have one entry. */
interface Entry {
  node: RecipeNode;
  children: Entry[];
  uses: number;
}

interface Graph {
  keys: Map<Entry, string>;
  values: Record<string, ValueNode>;
}

/** Official clients stop writing nodes within nodes at this depth, and count three levels for each. */
const DEEPEST_INLINE = 50;
const LEVELS_PER_NODE = 3;

/**
 * Writes nested nodes as the official JavaScript client does, down to the keys: what is used once stands where it is
 * used; what is used more often, unless a number or the like, is a value of its own; a list of constants is a constant.
 */
export function writeGraph(root: RecipeNode): Expression {
  const graph: Graph = { keys: new Map(), values: {} };
  const result = writeValue(graph, toEntry(root, new Map()));
  return { result, values: graph.values };
}

function toEntry(node: RecipeNode, met: Map<string, Entry>): Entry {
  const nodes = 'list' in node ? node.list : 'call' in node ? node.arguments.map(([, value]) => value) : [];
  const entry: Entry = { node, children: [], uses: 0 };
  const content = JSON.stringify(node);
  const known = met.get(content) ?? entry;
  known.uses += 1;
  if (known === entry) {
    met.set(content, entry);
    entry.children = nodes.map((child) => toEntry(child, met));
  }
  return known;
}

function writeValue(graph: Graph, entry: Entry): string {
  const known = graph.keys.get(entry);
  if (known !== undefined) return known;
  const key = String(graph.keys.size);
  graph.keys.set(entry, key);
  graph.values[key] = writeNode(graph, entry, 0);
  return key;
}

function writeUse(graph: Graph, entry: Entry, depth: number): ValueNode {
  const isPlain = 'constant' in entry.node && typeof entry.node.constant !== 'string';
  if (isPlain || (entry.uses === 1 && depth < DEEPEST_INLINE)) return writeNode(graph, entry, depth);
  return { valueReference: writeValue(graph, entry) };
}

function writeNode(graph: Graph, { node, children }: Entry, depth: number): ValueNode {
  if ('constant' in node) return { constantValue: node.constant };
  const below = children.map((child) => writeUse(graph, child, depth + LEVELS_PER_NODE));
  if ('call' in node) {
    const given = node.arguments.map(([name], index) => [name, below[index] ?? {}] as const);
    return { functionInvocationValue: { functionName: node.call, arguments: Object.fromEntries(given) } };
  }
  const isConstant = below.every((child) => Object.hasOwn(child, 'constantValue'));
  return isConstant ? { constantValue: below.map((child) => child.constantValue) } : { arrayValue: { values: below } };
}
