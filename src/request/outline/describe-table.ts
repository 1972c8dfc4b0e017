import { idArgumentOf } from '../graph/asset-references.ts';
import type { GraphNodes } from '../graph/graph-walk.ts';
import { findArgument, type PlacedNode } from '../graph/resolve-node.ts';
import { cutText, describeNode, nameOf } from './describe-node.ts';

/** Where a function has what it works on, in this order: of `Image.sampleRegions` the places count, not the image. */
const SOURCES = ['collection', 'collection1', 'image', 'input', 'image1'];
const MOST_STEPS = 2;
const LONGEST_ASSET = 120;

/**
 * A table in a few words, from what makes it back to what it is made of: `projects/p/assets/t`, or `Image.sampleRegions
 * of Collection.filter of … of projects/p/assets/t`.
 */
export function describeTable(nodes: GraphNodes, table: PlacedNode): string {
  const steps: string[] = [];
  let count = 0;
  let at = table;
  for (let next = findSource(nodes, at); next !== undefined; next = findSource(nodes, at)) {
    if (count < MOST_STEPS) steps.push(nameOf(at.node.functionInvocationValue?.functionName));
    count += 1;
    at = next;
  }
  if (count > MOST_STEPS) steps.push('…');
  return [...steps, describeOrigin(nodes, at)].join(' of ');
}

function findSource(nodes: GraphNodes, call: PlacedNode): PlacedNode | undefined {
  for (const name of SOURCES) {
    const source = findArgument(nodes, call, name);
    if (source !== undefined) return source;
  }
  return undefined;
}

function describeOrigin(nodes: GraphNodes, origin: PlacedNode): string {
  const name = origin.node.functionInvocationValue?.functionName;
  const argument = idArgumentOf(name ?? '');
  const id = argument && findArgument(nodes, origin, argument)?.node.constantValue;
  if (typeof id === 'string') return cutText(id, LONGEST_ASSET);
  const features = findArgument(nodes, origin, 'features')?.node.arrayValue?.values;
  if (features !== undefined) return `${features.length} feature${features.length === 1 ? '' : 's'} in the request`;
  return name === undefined ? describeNode(nodes, origin) : nameOf(name);
}
