import { type Place, placeAt } from '../faults/place.ts';
import type { ValueNode } from './expression.ts';
import type { GraphNodes } from './graph-walk.ts';

/** A node that is no reference, and where it stands. */
export interface PlacedNode {
  node: ValueNode;
  place: Place;
}

/** What a node comes to without evaluating anything: a constant, or unknown. */
export type Constant = { known: true; value: unknown } | { known: false };

/** What `node` stands for: itself, or what its valueReference leads to. The graph must be valid. */
export function resolveNode(nodes: GraphNodes, { node, place }: PlacedNode): PlacedNode {
  const value = node.valueReference === undefined ? undefined : nodes.values.get(node.valueReference);
  if (value === undefined) return { node, place };
  const { node: found, place: at } = value.standsFor ?? value;
  return { node: found, place: at };
}

/** The argument `name` of a call, resolved; undefined when it is not given, or given as null. */
export function findArgument(nodes: GraphNodes, { node, place }: PlacedNode, name: string): PlacedNode | undefined {
  const given = node.functionInvocationValue?.arguments;
  const argument = given !== undefined && Object.hasOwn(given, name) ? given[name] : undefined;
  if (argument === undefined) return undefined;
  const found = resolveNode(nodes, { node: argument, place: argumentPlace(place, name) });
  return Object.hasOwn(found.node, 'constantValue') && found.node.constantValue === null ? undefined : found;
}

/** Where the argument `name` of the call at `place` stands. */
export function argumentPlace(place: Place, name: string): Place {
  return placeAt(name, placeAt('arguments', placeAt('functionInvocationValue', place)));
}

/** The constant that a resolved node is. */
export function toConstant(node: ValueNode): Constant {
  if (Object.hasOwn(node, 'constantValue')) return { known: true, value: node.constantValue };
  if (node.integerValue !== undefined) return { known: true, value: Number(node.integerValue) };
  return { known: false };
}
