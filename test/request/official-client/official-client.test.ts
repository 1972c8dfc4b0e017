import { beforeAll, describe, expect, test } from '@jest/globals';
import { CLASSIFIER_FUNCTIONS, classifierFacts } from '../../../src/request/classifier/classifier-facts.ts';
import { accepted, faults, parseGraph } from '../parse.ts';
import { type ClientObject, type OfficialClient, startOfficialClient } from './start.ts';

const CONSTRUCTORS = CLASSIFIER_FUNCTIONS.filter((name) => classifierFacts(name)?.role === 'constructor');

/** An argument of each type that no function has anything against. */
const SAMPLES: Record<string, unknown> = {
  Integer: 3,
  Long: 3,
  Float: 0.5,
  Boolean: true,
  String: 'text',
  'List<String>': ['a', 'b'],
  'List<List<Float>>': [[0.1, 0.2]],
};

let ee: OfficialClient;
beforeAll(async () => {
  ee = await startOfficialClient();
});

/** Every argument of a constructor, or only those it needs. */
function argumentsOf(name: string, all: boolean): Record<string, unknown> {
  const known = Object.entries(classifierFacts(name)?.arguments ?? {});
  const wanted = known.filter(([, { required }]) => all || required);
  const given = wanted.map(([key, { type, oneOf }]) => [key, oneOf?.[0] ?? SAMPLES[type]]);
  const trees = { treeString: '1) root 9 9 1 *', treeStrings: ['1) root 9 9 1 *', '1) root 9 9 0 *'] };
  return {
    ...Object.fromEntries(given),
    ...Object.fromEntries(Object.entries(trees).filter(([key]) => given.some(([name]) => name === key))),
  };
}

function construct(name: string, given: Record<string, unknown>): ClientObject | undefined {
  return ee.Classifier[name.replace('Classifier.', '')]?.(given);
}

function train(classifier: ClientObject | undefined): ClientObject | undefined {
  const features = ee.FeatureCollection('projects/my-project/assets/training');
  return classifier?.train({ features, classProperty: 'landcover', inputProperties: ['B2', 'B3'] });
}

describe.each(CONSTRUCTORS)('%s, built by the official client,', (name) => {
  const facts = classifierFacts(name);
  const isGood = facts?.exportable === true || name === 'Classifier.load';

  test.each([true, false])('is accepted or refused as its kind says (all arguments: %j)', (all) => {
    const object = train(construct(name, argumentsOf(name, all)));
    // The client has no method for what Earth Engine keeps for old scripts only.
    if (object === undefined) return expect(facts?.exportable).toBe(false);
    const found = faults(parseGraph(object.serialize()));
    const field = 'expression.values.0.functionInvocationValue.arguments.classifier';
    expect(Object.keys(found)).toEqual(isGood ? [] : [field]);
    expect(faults(parseGraph(object.serialize(), { nonExportable: 'warn' }))).toEqual({});
  });

  test('is warned of untrained unless it needs no training', () => {
    const object = construct(name, argumentsOf(name, false));
    if (object === undefined || !isGood) return expect(isGood).toBe(false);
    const { warnings } = accepted(parseGraph(object.serialize()));
    expect(warnings.some(({ description }) => description.includes('not trained'))).toBe(!facts?.trained);
  });
});

test('what the official client explains of a classifier is no classifier', () => {
  const explained = train(construct('Classifier.smileCart', {}))?.explain().serialize();
  expect(faults(parseGraph(explained))).toEqual({ 'expression.values.0': expect.stringContaining('Dictionary') });
});

test('the readable form of the official client is said to be that', () => {
  const readable = ee.Serializer.toReadableCloudApiJSON(train(construct('Classifier.smileCart', {})));
  expect(faults(parseGraph(readable))).toEqual({ expression: expect.stringContaining('readable form') });
});

test('the legacy form of the official client is said to be that', () => {
  const legacy = train(construct('Classifier.smileCart', {}))?.serialize(true);
  expect(faults(parseGraph(legacy))).toEqual({ expression: expect.stringContaining('legacy form') });
});

test('a chain as deep as the official client writes it is accepted without a warning', () => {
  let features = ee.FeatureCollection('t');
  for (let level = 0; level < 60; level++) features = features.filter(ee.Filter.equals(`a${level}`, level));
  const object = construct('Classifier.smileCart', {})?.train({ features, classProperty: 'c', inputProperties: ['a'] });
  expect(accepted(parseGraph(object?.serialize())).warnings).toEqual([]);
});

test('a function mapped by the official client is in scope', () => {
  const features = ee.FeatureCollection('t').map((item) => item.set('double', 2));
  const object = construct('Classifier.smileCart', {})?.train({
    features,
    classProperty: 'c',
    inputProperties: ['double'],
  });
  expect(faults(parseGraph(object?.serialize()))).toEqual({});
});
