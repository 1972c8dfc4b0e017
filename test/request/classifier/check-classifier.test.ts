import { describe, expect, test } from '@jest/globals';
import { accepted, call, constant, faults, graph, graphFixture, parseGraph, reference, trained } from '../parse.ts';

const ROOT = 'expression.values.0';
const CLASSIFIER = `${ROOT}.functionInvocationValue.arguments.classifier`;
const FOREST = call('Classifier.smileRandomForest', { numberOfTrees: constant(10) });

function setOutputMode(classifier: unknown, mode: string) {
  return call('Classifier.setOutputMode', { classifier, mode: constant(mode) });
}

function warned(expression: unknown): Record<string, string> {
  const { warnings } = accepted(parseGraph(expression));
  return Object.fromEntries(warnings.map(({ field, description }) => [field, description]));
}

describe('the result', () => {
  test.each([
    ['python-gtb', CLASSIFIER],
    ['python-svm', CLASSIFIER],
  ])('may not be a kind that is not exportable: %s', (name, field) => {
    expect(faults(parseGraph(graphFixture(name)))).toEqual({ [field]: expect.stringContaining('smileRandomForest') });
    const { warnings } = accepted(parseGraph(graphFixture(name), { nonExportable: 'warn' }));
    expect(warnings.map((warning) => warning.field)).toEqual([field]);
  });

  test.each([
    ['is a constant', constant(5), ROOT],
    ['is null', constant(null), ROOT],
    ['is a list', { arrayValue: { values: [] } }, ROOT],
    ['is a function', { functionDefinitionValue: { body: '1' } }, ROOT],
    ['is an image', call('Image.load', { id: constant('a') }), ROOT],
    ['is what a classifier tells of itself', call('Classifier.explain', { classifier: trained() }), ROOT],
    ['leads to a constant', reference('1'), 'expression.values.1'],
    ['leads to a constant by a long way', reference('3'), 'expression.values.1'],
    [
      'is the constant a function answers',
      { functionInvocationValue: { functionReference: '2' } },
      'expression.values.1',
    ],
  ])('is refused when it %s', (_, result, field) => {
    const values = {
      0: result,
      1: constant('x'),
      2: { functionDefinitionValue: { body: '1' } },
      3: reference('4'),
      4: reference('1'),
    };
    expect(faults(parseGraph(graph(values)))).toEqual({ [field]: expect.stringContaining('a Classifier is wanted') });
  });

  test.each([
    ['a dictionary', call('Dictionary.get', { dictionary: constant({}), key: constant('a') })],
    ['a condition', call('If', { condition: constant(1), trueCase: FOREST, falseCase: FOREST })],
    ['a function unknown here', call('Some.newFunction')],
    ['a function of the graph', { functionInvocationValue: { functionReference: '2', arguments: {} } }],
  ])('passes when only the evaluation can tell: it comes from %s', (_, result) => {
    const values = {
      0: result,
      1: { argumentReference: 'x' },
      2: { functionDefinitionValue: { argumentNames: ['x'], body: '1' } },
    };
    expect(faults(parseGraph(graph(values)))).toEqual({});
  });

  test('is found behind references and functions of the graph', () => {
    const values = {
      0: reference('1'),
      1: { functionInvocationValue: { functionReference: '2' } },
      2: { functionDefinitionValue: { body: '3' } },
      3: trained(reference('4')),
      4: call('Classifier.smileKNN'),
    };
    expect(Object.keys(faults(parseGraph(graph(values))))).toEqual(['expression.values.4']);
  });

  test('may be of a function that is not known yet only when that is allowed', () => {
    const expression = graph({ 0: trained(call('Classifier.smileRandomForrest', { numberOfTrees: constant(1) })) });
    expect(faults(parseGraph(expression))).toEqual({
      [CLASSIFIER]: expect.stringContaining('did you mean Classifier.smileRandomForest?'),
    });
    const { warnings } = accepted(parseGraph(expression, { nonExportable: 'warn' }));
    expect(warnings.map(({ field }) => field)).toEqual([CLASSIFIER, CLASSIFIER]);
  });
});

describe('a classifier is warned of', () => {
  test('when it is not trained', () => {
    expect(warned(graph({ 0: FOREST }))).toEqual({ [ROOT]: expect.stringContaining('not trained') });
    expect(warned(graph({ 0: setOutputMode(FOREST, 'RAW') }))).toEqual({
      [CLASSIFIER]: expect.stringContaining('not trained'),
    });
  });

  test('when it is loaded from an asset', () => {
    expect(warned(graphFixture('python-load'))).toEqual({ [ROOT]: expect.stringContaining('copying that asset') });
  });

  test('when its output mode is set after the training', () => {
    const late = graph({ 0: setOutputMode(trained(FOREST), 'PROBABILITY') });
    expect(warned(late)).toEqual({ [ROOT]: expect.stringContaining('before Classifier.train') });
    expect(warned(graphFixture('python-setOutputMode'))).toEqual({});
  });

  test('when a trained one is in order, not at all', () => {
    expect(warned(graph({ 0: trained(FOREST) }))).toEqual({});
    expect(warned(graphFixture('python-decisionTree'))).toEqual({});
  });
});

describe('the arguments of a Classifier function', () => {
  const forest = (given: Record<string, unknown>) =>
    parseGraph(graph({ 0: trained(call('Classifier.smileRandomForest', given)) }));
  const inForest = (name: string) => `${CLASSIFIER}.functionInvocationValue.arguments.${name}`;

  test.each([
    ['numberOfTrees', {}],
    ['numberOfTrees', { numberOfTrees: constant(null) }],
    ['numberOfTrees', { numberOfTrees: constant('10') }],
    ['numberOfTrees', { numberOfTrees: constant(10.5) }],
    ['numberOfTrees', { numberOfTrees: constant(0) }],
    ['numberOfTrees', { numberOfTrees: constant([10]) }],
    ['numberOfTrees', { numberOfTrees: { arrayValue: { values: [] } } }],
    ['numberOfTrees', { numberOfTrees: { dictionaryValue: {} } }],
    ['numberOfTrees', { numberOfTrees: call('Image.load', { id: constant('a') }) }],
    ['variablesPerSplit', { numberOfTrees: constant(1), variablesPerSplit: constant(0) }],
    ['bagFraction', { numberOfTrees: constant(1), bagFraction: constant(1.5) }],
    ['bagFraction', { numberOfTrees: constant(1), bagFraction: constant(0) }],
    ['bagFraction', { numberOfTrees: constant(1), bagFraction: constant(true) }],
    ['numberOfTree', { numberOfTrees: constant(1), numberOfTree: constant(1) }],
  ])('are refused at %s when they are %j', (name, given) => {
    const found = faults(forest(given));
    expect(Object.keys(found)).toEqual([inForest(name)]);
    expect(found[inForest(name)]).toMatch(/^Cannot .+: .+; .+/);
  });

  test.each([
    [{ numberOfTrees: constant(10), variablesPerSplit: constant(null), seed: constant(-1) }],
    [{ numberOfTrees: { integerValue: '10' }, bagFraction: constant(1) }],
    [{ numberOfTrees: call('Number.add', { left: constant(1), right: constant(2) }) }],
    [{ numberOfTrees: call('Dictionary.get', { dictionary: constant({}), key: constant('n') }) }],
    [{ numberOfTrees: reference('1') }],
  ])('may be %j', (given) => {
    const values = { 0: trained(call('Classifier.smileRandomForest', given)), 1: constant(10) };
    expect(faults(parseGraph(graph(values)))).toEqual({});
  });

  test.each([
    ['features', { features: constant('projects/p/assets/t') }],
    ['features', { features: call('Image.load', { id: constant('a') }) }],
    ['classifier', { classifier: constant('smileCart') }],
    ['classifier', { classifier: call('Classifier.mode', { classifier: FOREST }) }],
    ['classProperty', { classProperty: constant(1) }],
    ['inputProperties', { inputProperties: constant('B1') }],
    ['inputProperties', { inputProperties: constant(['B1', 2]) }],
    ['subsampling', { subsampling: constant(0) }],
  ])('of train are refused at %s when they are %j', (name, changes) => {
    const found = faults(parseGraph(graph({ 0: trained(FOREST, changes) })));
    expect(Object.keys(found)).toEqual([`${ROOT}.functionInvocationValue.arguments.${name}`]);
  });

  test.each([
    [{ features: call('Image.sampleRegions', {}) }],
    [{ features: call('ImageCollection.load', { id: constant('a') }) }],
    [{ features: call('Collection.first') }],
    [{ inputProperties: call('Image.bandNames') }],
    [{ inputProperties: { arrayValue: { values: [constant('B1'), reference('1')] } } }],
  ])('of train may be %j', (changes) => {
    expect(faults(parseGraph(graph({ 0: trained(FOREST, changes), 1: constant('B2') })))).toEqual({});
  });

  test('are checked in every call of the graph, a shared value once', () => {
    const values = {
      0: trained(FOREST, {
        features: call('FeatureCollection.classify', {
          classifier: trained(call('Classifier.libsvm', { kernelType: constant('CUBE') })),
        }),
      }),
      1: call('Classifier.smileCart', { maxNodes: reference('2'), minLeafPopulation: reference('2') }),
      2: constant('many'),
    };
    expect(Object.keys(faults(parseGraph(graph(values))))).toEqual([
      `${ROOT}.functionInvocationValue.arguments.features.functionInvocationValue.arguments.classifier.functionInvocationValue.arguments.classifier.functionInvocationValue.arguments.kernelType`,
      'expression.values.2',
    ]);
  });
});

describe('an output mode', () => {
  const mode = (classifier: unknown, name: string) => {
    return faults(parseGraph(graph({ 0: trained(setOutputMode(classifier, name)) }), { nonExportable: 'warn' }));
  };
  const field = `${CLASSIFIER}.functionInvocationValue.arguments.mode`;
  const cart = call('Classifier.smileCart');
  const svm = (svmType: unknown) => call('Classifier.libsvm', { svmType });

  test.each([
    [FOREST, 'RAW_REGRESSION'],
    [cart, 'MULTIPROBABILITY'],
    [svm(constant('NU_SVR')), 'REGRESSION'],
    [call('Classifier.libsvm'), 'PROBABILITY'],
    [svm(call('Dictionary.get')), 'REGRESSION'],
    [call('Classifier.load', { id: constant('a') }), 'RAW'],
    [call('Some.function'), 'RAW'],
  ])('of %j may be %s', (classifier, name) => {
    expect(mode(classifier, name)).toEqual({});
  });

  test.each([
    [cart, 'RAW'],
    [call('Classifier.smileKNN'), 'REGRESSION'],
    [svm(constant('NU_SVR')), 'CLASSIFICATION'],
    [call('Classifier.libsvm'), 'REGRESSION'],
    [FOREST, 'PROBABILITIES'],
  ])('of %j may not be %s', (classifier, name) => {
    expect(mode(classifier, name)).toEqual({ [field]: expect.stringContaining('wanted') });
  });
});

describe('decision trees in a graph', () => {
  const bad = '1) root 9 9 9\n2) B1 < 5 9 9 1 *';

  test('are read, and the line and the reason told', () => {
    const found = faults(parseGraph(graph({ 0: call('Classifier.decisionTree', { treeString: constant(bad) }) })));
    const field = `${ROOT}.functionInvocationValue.arguments.treeString.constantValue`;
    expect(found).toEqual({ [field]: expect.stringMatching(/line 2: .*node 3/) });
  });

  test('are each found in their list, however it is written', () => {
    const good = '1) root 9 9 1 *';
    const values = {
      0: call('Classifier.decisionTreeEnsemble', {
        treeStrings: { arrayValue: { values: [constant(good), reference('1'), call('String')] } },
      }),
      1: constant(bad),
    };
    expect(Object.keys(faults(parseGraph(graph(values))))).toEqual(['expression.values.1.constantValue']);
    const list = call('Classifier.decisionTreeEnsemble', { treeStrings: constant([good, bad, good]) });
    const field = `${ROOT}.functionInvocationValue.arguments.treeStrings.constantValue[1]`;
    expect(Object.keys(faults(parseGraph(graph({ 0: list }))))).toEqual([field]);
  });
});
