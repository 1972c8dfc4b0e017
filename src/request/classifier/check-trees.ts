import { placeAt } from '../faults/place.ts';
import type { Violations } from '../faults/violations.ts';
import type { GraphCall, GraphNodes } from '../graph/graph-walk.ts';
import { findArgument, type PlacedNode, resolveNode, toConstant } from '../graph/resolve-node.ts';
import { decisionTreeFault } from './decision-tree.ts';

/** The argument of each function that holds decision trees as text. */
export const TREE_ARGUMENTS: Readonly<Record<string, string>> = {
  'Classifier.decisionTree': 'treeString',
  'Classifier.decisionTreeEnsemble': 'treeStrings',
};

/**
 * Reads the decision trees in a call, as far as they are constants. `read` has the texts and lists already read: what
 * several calls share is read once.
 */
export function checkTrees(
  nodes: GraphNodes,
  { call, read }: { call: GraphCall; read: Set<unknown> },
  violations: Violations,
): void {
  const argument = TREE_ARGUMENTS[call.name];
  const given = argument === undefined ? undefined : findArgument(nodes, call, argument);
  if (given === undefined) return;
  const { arrayValue } = given.node;
  if (arrayValue === undefined) checkTexts(given, read, violations);
  else if (!read.has(arrayValue)) {
    read.add(arrayValue);
    const place = placeAt('values', placeAt('arrayValue', given.place));
    arrayValue.values?.forEach((node, index) => {
      checkTexts(resolveNode(nodes, { node, place: placeAt(index, place) }), read, violations);
    });
  }
}

function checkTexts({ node, place }: PlacedNode, read: Set<unknown>, violations: Violations): void {
  const constant = toConstant(node);
  if (!constant.known || read.has(constant.value)) return;
  const { value } = constant;
  read.add(value);
  const at = placeAt('constantValue', place);
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  texts.forEach((text, index) => {
    const fault = typeof text === 'string' ? decisionTreeFault(text) : undefined;
    if (fault === undefined) return;
    const where = Array.isArray(value) ? placeAt(index, at) : at;
    violations.add(where, () => `Cannot read this decision tree: line ${fault.line}: ${fault.reason}`);
  });
}
