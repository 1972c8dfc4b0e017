import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { accepted, call, constant, faults, graph, graphFixture, parseGraph, reference, trained } from '../parse.ts';

const FIXTURES = readdirSync(new URL('../../fixtures/expressions/', import.meta.url)).map((file) =>
  file.replace('.json', ''),
);
const FEATURES = 'expression.values.0.functionInvocationValue.arguments.features';

/** A graph that is in order but for one node, which is what `Classifier.train` is to be trained on. */
function withNode(node: unknown) {
  return graph({ 0: trained(undefined, { features: node }) });
}

/** As many levels of list as make up a graph of `depth`, in an argument of a call that is an argument of train. */
function nestedTo(depth: number): unknown {
  const levels = depth - 9;
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe('a graph', () => {
  test.each(FIXTURES)('written by an official client is well formed: %s', (name) => {
    const parsed = parseGraph(graphFixture(name), { nonExportable: 'warn' });
    expect(faults(parsed)).toEqual({});
  });

  test('is passed on as it came, whether as an object or as text', () => {
    const text = JSON.stringify(graphFixture('python-inline-fc'));
    expect(accepted(parseGraph(JSON.parse(text))).request.graph).toBe(text);
    expect(accepted(parseGraph(text)).request.graph).toBe(text);
  });

  test.each([
    ['legacy form', { type: 'Invocation', arguments: {}, functionName: 'Classifier.smileCart' }, 'legacy'],
    ['readable form', call('Classifier.smileCart'), 'readable'],
    ['whole request', { expression: {}, assetExportOptions: {} }, 'whole export request'],
    ['wrapped expression', { expression: graph({}) }, 'that alone'],
    ['bare call', { functionName: 'Classifier.smileCart', arguments: {} }, 'bare function call'],
    ['operation', { name: 'projects/p/operations/X', metadata: {} }, 'operation'],
  ])('that is a %s is said to be one', (_, expression, hint) => {
    expect(faults(parseGraph(expression))).toEqual({ expression: expect.stringContaining(hint) });
    expect(faults(parseGraph(JSON.stringify(expression)))).toEqual({ expression: expect.stringContaining(hint) });
  });

  test.each([
    ['expression', '{"values":'],
    ['expression', JSON.stringify(JSON.stringify(graph({ 0: trained() })))],
    ['expression', []],
    ['expression', null],
    ['expression.values', {}],
    ['expression.values', { result: '0', values: [] }],
    ['expression.result', { values: { 0: trained() } }],
    ['expression.result', { result: 0, values: { 0: trained() } }],
    ['expression.result', { result: '9', values: { 0: trained() } }],
    ['expression.result', { result: 'toString', values: { 0: trained() } }],
    ['expression.outcome', { result: '0', values: { 0: trained() }, outcome: 1 }],
  ])('is refused at %s when it is %j', (field, expression) => {
    expect(Object.keys(faults(parseGraph(expression)))).toEqual([field]);
  });
});

describe('a node', () => {
  test.each([
    ['', {}],
    ['', null],
    ['', 'text'],
    ['', [constant(1)]],
    ['', { constant: 1 }],
    ['', { constantValue: 1, valueReference: '1' }],
    ['', { constantValue: null, integerValue: '1' }],
    ['.note', { constantValue: 1, note: 'x' }],
    ['.constantValue', { constantValue: Number.POSITIVE_INFINITY }],
    ['.constantValue[1].a', { constantValue: [1, { a: Number.NEGATIVE_INFINITY }] }],
    ['.integerValue', { integerValue: 5 }],
    ['.integerValue', { integerValue: '5.0' }],
    ['.integerValue', { integerValue: '9223372036854775808' }],
    ['.bytesValue', { bytesValue: 'no base64!' }],
    ['.bytesValue', { bytesValue: null }],
    ['.arrayValue', { arrayValue: [constant(1)] }],
    ['.arrayValue.values', { arrayValue: { values: {} } }],
    ['.arrayValue.items', { arrayValue: { items: [] } }],
    ['.arrayValue.values[1]', { arrayValue: { values: [constant(1), {}] } }],
    ['.dictionaryValue.values', { dictionaryValue: { values: [] } }],
    ['.dictionaryValue.values["a b"]', { dictionaryValue: { values: { 'a b': 5 } } }],
    ['.functionDefinitionValue.body', { functionDefinitionValue: { argumentNames: [] } }],
    ['.functionDefinitionValue.body', { functionDefinitionValue: { argumentNames: ['x'], body: constant(1) } }],
    ['.functionDefinitionValue.body', { functionDefinitionValue: { argumentNames: ['x'], body: '7' } }],
    ['.functionDefinitionValue.argumentNames', { functionDefinitionValue: { argumentNames: 'x', body: '1' } }],
    ['.functionDefinitionValue.argumentNames[0]', { functionDefinitionValue: { argumentNames: [1], body: '1' } }],
    [
      '.functionDefinitionValue.argumentNames[1]',
      { functionDefinitionValue: { argumentNames: ['x', 'x'], body: '1' } },
    ],
    ['.functionInvocationValue', { functionInvocationValue: { arguments: {} } }],
    ['.functionInvocationValue', { functionInvocationValue: { functionName: 'a', functionReference: '2' } }],
    ['.functionInvocationValue.functionName', { functionInvocationValue: { functionName: '' } }],
    ['.functionInvocationValue.functionReference', { functionInvocationValue: { functionReference: '1' } }],
    ['.functionInvocationValue.functionReference', { functionInvocationValue: { functionReference: '7' } }],
    ['.functionInvocationValue.arguments', { functionInvocationValue: { functionName: 'a', arguments: [] } }],
    ['.functionInvocationValue.args', { functionInvocationValue: { functionName: 'a', args: {} } }],
    ['.argumentReference', { argumentReference: 1 }],
    ['.argumentReference', { argumentReference: 'x' }],
    ['.valueReference', { valueReference: 1 }],
    ['.valueReference', { valueReference: '7' }],
    ['.valueReference', { valueReference: '__proto__' }],
  ])('is refused at %j when it is %j', (field, node) => {
    const values = {
      0: trained(undefined, { features: node }),
      1: constant(1),
      2: { functionDefinitionValue: { body: '1' } },
    };
    const found = faults(parseGraph(graph(values)));
    expect(Object.keys(found)).toEqual([FEATURES + field]);
    expect(Object.values(found)[0]).toMatch(/^Cannot .+: .+; .+/);
  });

  test.each([
    [{ integerValue: '-9223372036854775808' }],
    [{ arrayValue: {} }],
    [{ dictionaryValue: { values: { '': constant(1) } } }],
    [{ bytesValue: 'AAEC_w==' }],
    [constant(null)],
    [constant({ __proto__: null, deep: [1, 'two', null, { three: 3 }] })],
    [{ functionInvocationValue: { functionName: 'Some.newFunction' } }],
    [{ functionInvocationValue: { functionReference: '1', arguments: { x: constant(1) } } }],
  ])('may be %j', (node) => {
    const values = {
      0: trained(undefined, { features: call('Some.function', { value: node }) }),
      1: { functionDefinitionValue: { argumentNames: ['x'], body: '2' } },
      2: { argumentReference: 'x' },
    };
    expect(faults(parseGraph(graph(values)))).toEqual({});
  });
});

describe('references', () => {
  test.each([
    [
      'a value that refers to itself',
      { 1: { arrayValue: { values: [reference('1')] } } },
      '1.arrayValue.values[0].valueReference',
    ],
    [
      'two values that refer to each other',
      { 1: call('a', { b: reference('2') }), 2: reference('1') },
      '2.valueReference',
    ],
    [
      'a function that calls itself',
      {
        1: { functionInvocationValue: { functionReference: '2' } },
        2: { functionDefinitionValue: { body: '3' } },
        3: { functionInvocationValue: { functionReference: '2' } },
      },
      '3.functionInvocationValue.functionReference',
    ],
    ['a cycle nobody uses', { 1: constant(1), 2: reference('3'), 3: reference('2') }, '3.valueReference'],
  ])('must not make %s', (_, values, field) => {
    const found = faults(parseGraph(graph({ 0: trained(undefined, { features: reference('1') }), ...values })));
    expect(Object.keys(found)).toEqual([`expression.values.${field}`]);
    expect(Object.values(found)[0]).toContain(' → ');
  });

  test('may share a value as often as they like', () => {
    const shared = { arrayValue: { values: [reference('2'), reference('2'), reference('3')] } };
    const values = {
      0: trained(undefined, { features: call('f', { a: reference('1') }) }),
      1: shared,
      2: reference('3'),
      3: constant('x'),
    };
    expect(accepted(parseGraph(graph(values))).warnings).toEqual([]);
  });

  test('to nothing warn of the values that are sent for nothing', () => {
    const { warnings } = accepted(parseGraph(graph({ 0: trained(), 1: constant(1), 2: { argumentReference: 'x' } })));
    expect(warnings).toEqual([{ field: 'expression.values', description: expect.stringContaining('2 of the values') }]);
  });
});

describe('an argumentReference', () => {
  const mapped = (body: string, names: string[] = ['x']) =>
    call('Collection.map', { baseAlgorithm: { functionDefinitionValue: { argumentNames: names, body } } });
  const x = { argumentReference: 'x' };

  test('may stand anywhere below the function that binds it', () => {
    const values = {
      0: trained(undefined, { features: mapped('1') }),
      1: call('f', { a: x, b: reference('2'), c: mapped('3', ['y']) }),
      2: call('g', { a: x }),
      3: call('h', { a: x, b: { argumentReference: 'y' } }),
    };
    expect(faults(parseGraph(graph(values)))).toEqual({});
  });

  test('is refused wherever nothing binds it', () => {
    const values = {
      0: trained(undefined, { features: mapped('1', ['y']) }),
      1: call('f', { a: x, b: x, c: reference('2') }),
      2: x,
    };
    expect(Object.keys(faults(parseGraph(graph(values))))).toEqual([
      'expression.values.1.functionInvocationValue.arguments.a.argumentReference',
      'expression.values.1.functionInvocationValue.arguments.b.argumentReference',
      'expression.values.2.argumentReference',
    ]);
  });

  test('is refused only where nothing binds it', () => {
    const values = {
      0: trained(undefined, { features: call('f', { a: mapped('1'), b: reference('2') }) }),
      1: x,
      2: x,
    };
    expect(Object.keys(faults(parseGraph(graph(values))))).toEqual(['expression.values.2.argumentReference']);
  });

  test('may be one of many, each of a function of its own', () => {
    const names = Array.from({ length: 40 }, (_, index) => `x${index}`);
    const features = { arrayValue: { values: names.map((name) => mapped(name, [name])) } };
    const bodies = Object.fromEntries(names.map((name) => [name, { argumentReference: name }]));
    expect(
      faults(parseGraph(graph({ 0: trained(undefined, { features: call('f', { features }) }), ...bodies }))),
    ).toEqual({});
  });

  test('is refused when one of two ways to it does not bind it', () => {
    const values = {
      0: trained(undefined, { features: call('f', { a: mapped('1'), b: reference('1') }) }),
      1: call('g', { a: x }),
    };
    const field = 'expression.values.1.functionInvocationValue.arguments.a.argumentReference';
    expect(Object.keys(faults(parseGraph(graph(values))))).toEqual([field]);
  });
});

describe('depth', () => {
  test('is counted from the expression itself, as the official clients do', () => {
    expect(accepted(parseGraph(graphFixture('python-deep-chain'))).warnings).toEqual([]);
    expect(faults(parseGraph(withNode(call('f', { a: constant(nestedTo(100)) }))))).toEqual({});
    expect(Object.keys(faults(parseGraph(withNode(call('f', { a: constant(nestedTo(101)) })))))).toHaveLength(1);
  });

  test('beyond 60 is warned of', () => {
    const { warnings } = accepted(parseGraph(withNode(call('f', { a: constant(nestedTo(61)) }))));
    expect(warnings).toEqual([{ field: 'expression', description: expect.stringContaining('61 levels') }]);
    expect(accepted(parseGraph(withNode(call('f', { a: constant(nestedTo(60)) })))).warnings).toEqual([]);
  });
});

test('a negative zero is warned of, for JSON.stringify drops its sign', () => {
  const { warnings } = accepted(parseGraph(withNode(call('f', { a: constant([1, -0]) }))));
  expect(warnings.map(({ field }) => field)).toEqual([
    `${FEATURES}.functionInvocationValue.arguments.a.constantValue[1]`,
  ]);
});
