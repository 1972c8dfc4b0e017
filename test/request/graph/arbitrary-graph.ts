import fc from 'fast-check';
import { type Place, placeAt, toField } from '../../../src/request/faults/place.ts';
import { childNodes, type Expression, type ValueNode } from '../../../src/request/graph/expression.ts';
import { call, constant, reference, trained } from '../parse.ts';

const NAMES = ['Image.add', 'List.get', 'f'];

/** Nodes that may stand where anything may. `below` are keys of values that may be referred to, `bound` the arguments. */
function anyNode(below: string[], bound: string[]): fc.Arbitrary<ValueNode> {
  const { node } = fc.letrec<{ node: ValueNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.jsonValue({ maxDepth: 2 }).map((value) => constant(value)),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ integerValue: String(value) })),
      fc.base64String().map((value) => ({ bytesValue: value })),
      ...(below.length === 0 ? [] : [fc.constantFrom(...below).map(reference)]),
      ...(bound.length === 0 ? [] : [fc.constantFrom(...bound).map((name) => ({ argumentReference: name }))]),
      fc.array(tie('node'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
      fc.dictionary(fc.string(), tie('node'), { maxKeys: 3 }).map((values) => ({ dictionaryValue: { values } })),
      fc
        .tuple(fc.constantFrom(...NAMES), fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('node')))
        .map(([name, given]) => call(name, given)),
    ),
  }));
  return node;
}

/**
 * A valid graph, all of its values in use: 0 is a trained classifier, 1 to 3 are what it is trained on, each referring
 * to later ones; 4 is the body of a function that binds x and y, 5 that of one within it that binds z.
 */
export function validGraph(): fc.Arbitrary<Expression> {
  const parts = fc.record({
    one: anyNode(['2', '3'], []),
    two: anyNode(['3'], []),
    three: anyNode([], []),
    four: anyNode(['3'], ['x', 'y']),
    five: anyNode(['3'], ['x', 'z']),
  });
  return parts.map(({ one, two, three, four, five }) => {
    const outer = { functionDefinitionValue: { argumentNames: ['x', 'y'], body: '4' } };
    const inner = { functionDefinitionValue: { argumentNames: ['z'], body: '5' } };
    const values = {
      0: trained(undefined, { features: call('Collection.map', { collection: reference('1'), baseAlgorithm: outer }) }),
      1: call('f', { given: one, next: reference('2') }),
      2: { arrayValue: { values: [two, reference('3')] } },
      3: { arrayValue: { values: [three] } },
      4: call('g', { given: four, inner, last: { argumentReference: 'x' } }),
      5: call('h', { given: five, last: { argumentReference: 'z' } }),
    };
    return structuredClone({ result: '0', values });
  });
}

/** A node of a graph and the field that names it. */
export interface NamedNode {
  node: ValueNode;
  field: string;
  /** The key of the value it is in. */
  key: string;
}

/** Every node of a graph, those in nodes too. */
export function allNodes({ values }: Expression): NamedNode[] {
  return Object.entries(values).flatMap(([key, node]) => {
    const place = placeAt(key, placeAt('values', placeAt('expression')));
    return nodesIn(node, place).map((found) => ({ ...found, key }));
  });
}

function nodesIn(node: ValueNode, place: Place): { node: ValueNode; field: string }[] {
  const below = childNodes(node).flatMap((child) => {
    return nodesIn(
      child.node,
      child.keys.reduce<Place>((above, key) => placeAt(key, above), place),
    );
  });
  return [{ node, field: toField(place) }, ...below];
}

/** A graph made anew, each node as `change` answers it; nodes in a node have been changed before it. */
export function mapNodes({ values, result }: Expression, change: (node: ValueNode) => ValueNode): Expression {
  const changed = Object.entries(values).map(([key, node]) => [key, mapNode(node, change)]);
  return { result, values: Object.fromEntries(changed) };
}

function mapNode(node: ValueNode, change: (node: ValueNode) => ValueNode): ValueNode {
  const below = (members: Record<string, ValueNode> = {}) => {
    return Object.fromEntries(Object.entries(members).map(([name, child]) => [name, mapNode(child, change)]));
  };
  const { functionInvocationValue: called, arrayValue: list, dictionaryValue: dictionary } = node;
  if (called) return change({ functionInvocationValue: { ...called, arguments: below(called.arguments) } });
  if (list) return change({ arrayValue: { values: (list.values ?? []).map((child) => mapNode(child, change)) } });
  if (dictionary) return change({ dictionaryValue: { values: below(dictionary.values) } });
  return change(node);
}

/** The graph with its values under other keys, in reverse order. */
export function renumbered({ values, result }: Expression, start: number): Expression {
  const keys = new Map(Object.keys(values).map((key, index) => [key, String(start - index)]));
  const rename = (key: string) => keys.get(key) ?? key;
  const renamed = mapNodes({ values, result }, (node) => {
    const { valueReference, functionDefinitionValue: definition } = node;
    if (valueReference !== undefined) return { valueReference: rename(valueReference) };
    return definition ? { functionDefinitionValue: { ...definition, body: rename(definition.body) } } : node;
  });
  const entries = Object.entries(renamed.values).map(([key, node]) => [rename(key), node]);
  return { values: Object.fromEntries(entries), result: rename(result) };
}
