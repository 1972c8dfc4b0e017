import type { GraphNodes } from '../graph/graph-walk.ts';
import { type PlacedNode, resolveNode, toConstant } from '../graph/resolve-node.ts';
import { describeNode } from './describe-node.ts';

interface Counts {
  trees: number;
  nodes: number;
}

const NODE = /^[ \t]*(\d+)\)/gm;

/** Decision trees in a few words: `100 trees of 4213 nodes`. Those that only the evaluation yields are not counted. */
export function describeTrees(nodes: GraphNodes, given: PlacedNode): string {
  const { values } = given.node.arrayValue ?? {};
  const texts = values?.map((node) => resolveNode(nodes, { node, place: given.place }).node) ?? [given.node];
  const total: Counts = { trees: 0, nodes: 0 };
  // What a list holds many times is read once.
  const known = new Map<unknown, Counts>();
  for (const node of texts) {
    const constant = toConstant(node);
    if (!constant.known) return describeNode(nodes, given);
    for (const text of Array.isArray(constant.value) ? constant.value : [constant.value]) {
      const counts = known.get(text) ?? countNodes(text);
      known.set(text, counts);
      total.trees += counts.trees;
      total.nodes += counts.nodes;
    }
  }
  return `${count(total.trees, 'tree')} of ${count(total.nodes, 'node')}`;
}

/** Node 1 is the root, of which every tree has one. */
function countNodes(text: unknown): Counts {
  const counts = { trees: 0, nodes: 0 };
  if (typeof text !== 'string') return counts;
  for (const [, number] of text.matchAll(NODE)) {
    counts.nodes += 1;
    if (number === '1') counts.trees += 1;
  }
  return counts;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
