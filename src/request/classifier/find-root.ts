import type { ValueNode } from '../graph/expression.ts';
import type { GraphNodes } from '../graph/graph-walk.ts';
import { findArgument, type PlacedNode, resolveNode } from '../graph/resolve-node.ts';
import { classifierFacts } from './classifier-facts.ts';

/** Where a classifier comes from: the node that makes it, and what happened to it since. */
export interface ClassifierRoot extends PlacedNode {
  trained: boolean;
  /** A `setOutputMode` that came only after the training. */
  lateMode?: PlacedNode;
}

/** Roots found so far, by the node asked about; without them a long chain would be gone through once for each link. */
export type Roots = Map<ValueNode, ClassifierRoot>;

/** Goes back from a classifier through `train`, `setOutputMode` and functions of the graph to the node that makes it. */
export function findRoot(nodes: GraphNodes, from: PlacedNode, roots: Roots): ClassifierRoot {
  const passed: PlacedNode[] = [];
  let at = resolveNode(nodes, from);
  while (!roots.has(at.node)) {
    const next = stepBack(nodes, at);
    if (next === undefined) roots.set(at.node, { ...at, trained: false });
    else {
      passed.push(at);
      at = next;
    }
  }
  let root = roots.get(at.node) ?? { ...at, trained: false };
  for (const link of passed.reverse()) {
    const name = link.node.functionInvocationValue?.functionName;
    if (name === 'Classifier.train') root = { ...root, trained: true };
    if (name === 'Classifier.setOutputMode' && root.trained) root = { ...root, lateMode: link };
    roots.set(link.node, root);
  }
  return root;
}

/** The node one step before a classifier's: what was trained or set, or what the function gives that is called. */
export function stepBack(nodes: GraphNodes, from: PlacedNode): PlacedNode | undefined {
  const name = from.node.functionInvocationValue?.functionName;
  if (name === undefined) return stepInto(nodes, from);
  return classifierFacts(name)?.role === 'transform' ? findArgument(nodes, from, 'classifier') : undefined;
}

/** The body of the function that a node calls, where that is one of the graph's own. */
export function stepInto(nodes: GraphNodes, { node }: PlacedNode): PlacedNode | undefined {
  const callee = node.functionInvocationValue?.functionReference;
  const body = callee === undefined ? undefined : nodes.values.get(callee)?.node.functionDefinitionValue?.body;
  const value = body === undefined ? undefined : nodes.values.get(body);
  return value && resolveNode(nodes, value);
}
