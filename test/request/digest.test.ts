import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { digestContent } from '../../src/request/digest.ts';
import type { Expression, ValueNode } from '../../src/request/graph/expression.ts';
import { allNodes, mapNodes, renumbered, validGraph } from './graph/arbitrary-graph.ts';
import {
  accepted,
  call,
  constant,
  graph,
  graphFixture,
  parse,
  parseGraph,
  reference,
  requestFixture,
  trained,
} from './parse.ts';

function digestOf(expression: unknown): string {
  const content = { project: 'p', asset: 'a', overwrite: false, description: '', labels: {} };
  return digestContent({ ...content, expression: structuredClone(expression) as Expression });
}

/** A random change of writing: each changes nothing in what is meant. */
const WRITINGS: Record<string, (expression: Expression) => Expression> = {
  'other keys': (expression) => renumbered(expression, 77),
  'another order of keys': (expression) => mapNodes(expression, reverseKeys),
  'values nobody uses': ({ values, result }) => ({
    result,
    values: { ...values, 98: constant('unused'), 99: reference('98') },
  }),
  'explicit nulls': (expression) => mapNodes(expression, addNull),
  'references to references': ({ values, result }) => ({
    result: '50',
    values: {
      ...mapNodes({ values, result }, throughAnother).values,
      50: reference(result),
      51: reference('1'),
      52: reference('2'),
      53: reference('3'),
    },
  }),
  'other names of arguments': (expression) => mapNodes(expression, renameArguments),
  'nothing shared': ({ values, result }) => ({
    result,
    values: mapNodes({ values, result }, (node) => unfold(node, values)).values,
  }),
  'every node a value of its own': liftAll,
};

function reverseKeys(node: ValueNode): ValueNode {
  const reverse = <Item>(members: Record<string, Item> = {}) => Object.fromEntries(Object.entries(members).reverse());
  const { functionInvocationValue: called, dictionaryValue: dictionary } = node;
  if (called)
    return {
      functionInvocationValue: { arguments: reverse(called.arguments), functionName: called.functionName ?? '' },
    };
  if (dictionary) return { dictionaryValue: { values: reverse(dictionary.values) } };
  const { constantValue: value } = node;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? constant(reverse(value as Record<string, unknown>)) : node;
}

/** As the JavaScript client writes an argument that is given as null; of `Classifier.*` it would have to be a known one. */
function addNull(node: ValueNode): ValueNode {
  const { functionInvocationValue: called } = node;
  if (!called || called.functionName?.startsWith('Classifier.')) return node;
  const given = { aNull: constant(null), ...called.arguments, zNull: constant(null) };
  return { functionInvocationValue: { ...called, arguments: given } };
}

function throughAnother(node: ValueNode): ValueNode {
  const { valueReference: key } = node;
  return key === '1' || key === '2' || key === '3' ? reference(`5${key}`) : node;
}

function renameArguments(node: ValueNode): ValueNode {
  const { argumentReference: name, functionDefinitionValue: definition } = node;
  const names: Record<string, string> = { x: 'z', y: 'a', z: 'x' };
  if (name !== undefined) return { argumentReference: names[name] ?? name };
  if (!definition) return node;
  return {
    functionDefinitionValue: {
      ...definition,
      argumentNames: (definition.argumentNames ?? []).map((old) => names[old] ?? old),
    },
  };
}

function unfold(node: ValueNode, values: Expression['values']): ValueNode {
  const target = node.valueReference === undefined ? undefined : values[node.valueReference];
  if (target === undefined) return node;
  const copy = mapNodes({ result: 'target', values: { target } }, (below) => unfold(below, values));
  return Object.values(copy.values)[0] ?? node;
}

function liftAll({ values, result }: Expression): Expression {
  const lifted: Record<string, ValueNode> = {};
  const { values: tops } = mapNodes({ values, result }, (node) => {
    const key = `lifted${Object.keys(lifted).length}`;
    lifted[key] = node;
    return reference(key);
  });
  return { result, values: { ...tops, ...lifted } };
}

describe('the digest', () => {
  test('of a request is c1 and a SHA-256', () => {
    expect(accepted(parseGraph(graph({ 0: trained() }))).digest).toMatch(/^c1:[0-9a-f]{64}$/);
  });

  test.each(Object.keys(WRITINGS))('is the same with %s', (name) => {
    const write = WRITINGS[name] ?? ((expression) => expression);
    fc.assert(
      fc.property(validGraph(), (expression) => {
        const other = write(expression);
        accepted(parseGraph(other));
        expect(digestOf(other)).toBe(digestOf(expression));
      }),
    );
  });

  test('is another when any leaf is', () => {
    fc.assert(
      fc.property(validGraph(), fc.nat(), (expression, index) => {
        const before = digestOf(expression);
        const leaves = allNodes(expression).filter(
          ({ node }) => Object.hasOwn(node, 'constantValue') || node.integerValue || node.bytesValue,
        );
        const leaf = leaves[index % leaves.length]?.node ?? {};
        for (const key of Object.keys(leaf)) Reflect.deleteProperty(leaf, key);
        Object.assign(leaf, constant('something that no graph has'));
        expect(digestOf(expression)).not.toBe(before);
      }),
    );
  });

  test('is the same for a classifier as JavaScript and as Python write it', () => {
    const [python, javascript] = ['python-rf-trained-table', 'javascript-rf-trained-table'].map(graphFixture);
    expect(digestOf(python)).toBe(digestOf(javascript));
    const [longer, other] = ['python-sampleRegions-pipeline', 'javascript-sampleRegions-pipeline'].map(graphFixture);
    expect(digestOf(longer)).toBe(digestOf(other));
    const [sent, sentToo] = ['py-rf50', 'js-rf50'].map((name) => accepted(parse(requestFixture(name))).digest);
    expect(sent).toBe(sentToo);
  });

  test.each<[string, ValueNode, ValueNode]>([
    ['a null in a list', { arrayValue: { values: [constant(null)] } }, { arrayValue: { values: [] } }],
    [
      'a null in a dictionary',
      { dictionaryValue: { values: { a: constant(null) } } },
      { dictionaryValue: { values: {} } },
    ],
    ['a null in a constant', constant({ a: null }), constant({})],
    ['a text and a number', constant('1'), constant(1)],
    ['a text and a null', constant('null'), constant(null)],
    ['bytes and a text', { bytesValue: 'AAAA' }, constant('AAAA')],
    ['an empty list and an empty dictionary', { arrayValue: {} }, { dictionaryValue: {} }],
    ['a list and a dictionary', constant(['a']), constant({ 0: 'a' })],
    ['an order of items', constant([1, 2]), constant([2, 1])],
    ['where a text ends', constant(['a,b', 'c']), constant(['a', 'b,c'])],
    ['a text with the look of two', constant(['a,1"b']), constant(['a', 'b'])],
    ['another text with the look of two', constant(['a,"b']), constant(['a', 'b'])],
    ['a key with the look of two', constant({ 'a:1"x,b': 'y' }), constant({ a: 'x', b: 'y' })],
    ['where a key ends', constant({ a: 'b:c' }), constant({ 'a:b': 'c' })],
    ['the name of an argument', call('f', { ab: constant(1) }), call('f', { a: constant(1) })],
    ['the name of a function', call('f', {}), call('g', {})],
    ['half a character', constant('\ud800'), constant('\udfff')],
    ['a large integer', { integerValue: '9007199254740993' }, { integerValue: '9007199254740992' }],
  ])('tells %s apart', (_, one, other) => {
    const wrap = (node: ValueNode) => graph({ 0: trained(undefined, { features: call('f', { node }) }) });
    expect(digestOf(wrap(one))).not.toBe(digestOf(wrap(other)));
  });

  test.each<[string, string[], ValueNode, ValueNode]>([
    ['which argument is used', ['x', 'y'], { argumentReference: 'x' }, { argumentReference: 'y' }],
    [
      'which is used where',
      ['x', 'y'],
      call('f', { a: { argumentReference: 'x' }, b: { argumentReference: 'y' } }),
      call('f', { a: { argumentReference: 'y' }, b: { argumentReference: 'x' } }),
    ],
    [
      'one argument used twice from two',
      ['x', 'y'],
      call('f', { a: { argumentReference: 'x' }, b: { argumentReference: 'x' } }),
      call('f', { a: { argumentReference: 'x' }, b: { argumentReference: 'y' } }),
    ],
  ])('tells apart %s', (_, argumentNames, one, other) => {
    const wrap = (body: ValueNode) => graph({ 0: { functionDefinitionValue: { argumentNames, body: '1' } }, 1: body });
    expect(digestOf(wrap(one))).not.toBe(digestOf(wrap(other)));
  });

  test('tells apart which of two functions an argument belongs to', () => {
    const nested = (used: string) =>
      graph({
        0: { functionDefinitionValue: { argumentNames: ['outer'], body: '1' } },
        1: call('f', { a: { functionDefinitionValue: { argumentNames: ['inner'], body: '2' } } }),
        2: { argumentReference: used },
      });
    expect(digestOf(nested('outer'))).not.toBe(digestOf(nested('inner')));
  });

  test('does not see what an argument is called that another hides', () => {
    const nested = (outer: string) =>
      graph({
        0: { functionDefinitionValue: { argumentNames: [outer], body: '1' } },
        1: call('f', { a: { functionDefinitionValue: { argumentNames: ['inner'], body: '2' } } }),
        2: { argumentReference: 'inner' },
      });
    expect(digestOf(nested('inner'))).toBe(digestOf(nested('outer')));
  });

  test('takes numbers by their value', () => {
    const wrap = (text: string) => JSON.parse(`{"result":"0","values":{"0":{"arrayValue":{"values":[${text}]}}}}`);
    expect(digestOf(wrap('{"constantValue":1577836800000.0}'))).toBe(digestOf(wrap('{"constantValue":1.5778368e12}')));
    expect(digestOf(wrap('{"integerValue":"007"}'))).toBe(digestOf(wrap('{"constantValue":7}')));
  });

  test('of a graph that unfolds to more than can be written is the same for every writing', () => {
    const doubling = (leaf: unknown, names: (level: number) => string) => {
      const values: Record<string, unknown> = { [names(60)]: leaf };
      for (let level = 0; level < 60; level++) {
        values[names(level)] = { arrayValue: { values: [reference(names(level + 1)), reference(names(level + 1))] } };
      }
      return { result: names(0), values };
    };
    const digest = digestOf(doubling(constant('x'), String));
    expect(digestOf(doubling(constant('x'), (level) => `n${level * 7}`))).toBe(digest);
    expect(digestOf(doubling(constant('y'), String))).not.toBe(digest);
  });
});

describe('the digest of a request', () => {
  const body = {
    expression: graph({ 0: trained() }),
    assetExportOptions: { earthEngineDestination: { name: 'projects/my-project/assets/model' } },
  };
  const digest = accepted(parse(body)).digest;

  test.each([
    [{ project: 'another-project' }],
    [{ assetExportOptions: { earthEngineDestination: { name: 'projects/my-project/assets/other' } } }],
    [{ assetExportOptions: { earthEngineDestination: { name: 'projects/my-project/assets/model', overwrite: true } } }],
    [{ description: 'text' }],
    [{ workloadTag: 'tag' }],
    [{ priority: 101 }],
    [{ labels: { a: 'b' } }],
  ])('is another with %j', (changes) => {
    expect(accepted(parse({ ...body, ...changes })).digest).not.toBe(digest);
  });

  test.each([
    [{ project: 'default-project' }],
    [{ description: '' }],
    [{ priority: 100 }],
    [{ priority: { value: 100 } }],
    [{ labels: {} }],
    [{ requestId: 'some-id' }],
    [{ expression: JSON.stringify(body.expression) }],
    [
      {
        assetExportOptions: { earthEngineDestination: { name: 'projects/my-project/assets/model', overwrite: false } },
      },
    ],
  ])('is the same with %j', (changes) => {
    expect(accepted(parse({ ...body, ...changes })).digest).toBe(digest);
  });
});
