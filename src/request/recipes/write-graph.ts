import type { Expression, ValueNode } from '../graph/expression.ts';

/** A node that a recipe is made of: a constant, a list, or a call, its arguments in the order of the function's own. */
export type RecipeNode =
  | { constant: string | number | boolean | null }
  | { list: RecipeNode[] }
  | { call: string; arguments: [name: string, value: RecipeNode | RawArgument][] };

/** An argument that the client takes as it is: the id of an asset. */
export interface RawArgument {
  raw: string;
}

/** A node met, and how often it is used; equal nodes have one entry. */
interface Entry {
  node: RecipeNode | Literal;
  children: Entry[];
  uses: number;
}

/** Any other argument that is no call: the client makes an object of it, which counts as a use of what is in it. */
interface Literal {
  literal: RecipeNode;
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
 * used, what is used more often is a value of its own, a list of constants is one constant.
 */
export function writeGraph(root: RecipeNode): Expression {
  const graph: Graph = { keys: new Map(), values: {} };
  const result = writeValue(graph, toEntry(root, new Map()));
  return { result, values: graph.values };
}

function toEntry(node: RecipeNode | Literal, met: Map<string, Entry>): Entry {
  const content = JSON.stringify(node);
  const known = met.get(content);
  const entry = known ?? { node, children: [], uses: 0 };
  entry.uses += 1;
  if (known !== undefined) return known;
  met.set(content, entry);
  entry.children = childrenOf(node).map((child) => toEntry(child, met));
  return entry;
}

function childrenOf(node: RecipeNode | Literal): (RecipeNode | Literal)[] {
  if ('literal' in node) return [node.literal];
  if ('list' in node) return node.list;
  if ('constant' in node) return [];
  return node.arguments.map(([, value]) => {
    if ('raw' in value) return { constant: value.raw };
    return 'call' in value ? value : { literal: value };
  });
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
  if (entry.uses === 1 && depth < DEEPEST_INLINE) return writeNode(graph, entry, depth);
  if ('constant' in entry.node && typeof entry.node.constant !== 'string')
    return { constantValue: entry.node.constant };
  return { valueReference: writeValue(graph, entry) };
}

function writeNode(graph: Graph, { node, children }: Entry, depth: number): ValueNode {
  if ('constant' in node) return { constantValue: node.constant };
  const [literal] = children;
  if ('literal' in node && literal !== undefined) return writeUse(graph, literal, depth);
  const below = children.map((child) => writeUse(graph, child, depth + LEVELS_PER_NODE));
  if ('call' in node) {
    const given = node.arguments.map(([name], index) => [name, below[index] ?? {}] as const);
    return { functionInvocationValue: { functionName: node.call, arguments: Object.fromEntries(given) } };
  }
  const isConstant = below.every((child) => Object.hasOwn(child, 'constantValue'));
  return isConstant ? { constantValue: below.map((child) => child.constantValue) } : { arrayValue: { values: below } };
}
