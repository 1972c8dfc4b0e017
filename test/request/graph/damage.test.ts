import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Expression, ValueNode } from '../../../src/request/graph/expression.ts';
import { faults, parseGraph } from '../parse.ts';
import { allNodes, type NamedNode, renumbered, validGraph } from './arbitrary-graph.ts';

/** A valid graph and one of its nodes. */
function graphAndNode(): fc.Arbitrary<{ expression: Expression; at: NamedNode }> {
  const pick = fc.nat();
  return fc.tuple(validGraph(), pick).map(([expression, index]) => {
    const nodes = allNodes(expression).filter(({ field }) => !field.includes('arguments.classifier'));
    return { expression, at: nodes[index % nodes.length] as NamedNode };
  });
}

/** Makes `node`, an object within a graph, what `other` is. */
function overwrite(node: ValueNode, other: object): void {
  for (const key of Object.keys(node)) Reflect.deleteProperty(node, key);
  Object.assign(node, other);
}

describe('a valid graph', () => {
  test('stays valid under other keys', () => {
    fc.assert(
      fc.property(validGraph(), fc.integer({ min: 5, max: 99 }), (expression, start) => {
        expect(faults(parseGraph(expression))).toEqual({});
        expect(faults(parseGraph(renumbered(expression, start)))).toEqual({});
      }),
    );
  });
});

describe('a single damage is found, and named at its place:', () => {
  test('a value that is dropped', () => {
    fc.assert(
      fc.property(validGraph(), fc.constantFrom('1', '2', '3', '4', '5'), (expression, key) => {
        const uses = allNodes(expression).filter(({ node, key: inValue }) => {
          return inValue !== key && (node.valueReference ?? node.functionDefinitionValue?.body) === key;
        });
        Reflect.deleteProperty(expression.values, key);
        const fields = uses.map(({ node, field }) => {
          return `${field}.${node.valueReference === undefined ? 'functionDefinitionValue.body' : 'valueReference'}`;
        });
        expect(new Set(Object.keys(faults(parseGraph(expression))))).toEqual(new Set(fields));
      }),
    );
  });

  test('a second kind', () => {
    fc.assert(
      fc.property(graphAndNode(), ({ expression, at }) => {
        Object.assign(
          at.node,
          Object.hasOwn(at.node, 'constantValue') ? { integerValue: '1' } : { constantValue: null },
        );
        expect(Object.keys(faults(parseGraph(expression)))).toEqual([at.field]);
      }),
    );
  });

  test('a node without a kind', () => {
    fc.assert(
      fc.property(graphAndNode(), fc.constantFrom({}, { constant: 1 }), ({ expression, at }, empty) => {
        overwrite(at.node, empty);
        expect(Object.keys(faults(parseGraph(expression)))).toContain(at.field);
      }),
    );
  });

  test('a cycle that is closed', () => {
    fc.assert(
      fc.property(graphAndNode(), ({ expression, at }) => {
        overwrite(at.node, { valueReference: '0' });
        const found = faults(parseGraph(expression));
        expect(Object.keys(found)).toEqual([`${at.field}.valueReference`]);
        expect(found[`${at.field}.valueReference`]).toContain('"0"');
      }),
    );
  });

  test('an argument that is unbound', () => {
    fc.assert(
      fc.property(validGraph(), fc.constantFrom('x', 'z'), (expression, name) => {
        const nodes = allNodes(expression);
        const uses = nodes.filter(({ node }) => node.argumentReference === name);
        for (const { node } of nodes) {
          const names = node.functionDefinitionValue?.argumentNames;
          if (names?.includes(name)) names[names.indexOf(name)] = 'w';
        }
        const fields = uses.map(({ field }) => `${field}.argumentReference`);
        expect(new Set(Object.keys(faults(parseGraph(expression))))).toEqual(new Set(fields));
      }),
    );
  });

  test('a number that JSON cannot hold', () => {
    fc.assert(
      fc.property(graphAndNode(), ({ expression, at }) => {
        overwrite(at.node, { constantValue: [0, { deep: Number.POSITIVE_INFINITY }] });
        expect(Object.keys(faults(parseGraph(expression)))).toContain(`${at.field}.constantValue[1].deep`);
      }),
    );
  });
});
