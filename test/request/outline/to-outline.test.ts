import { describe, expect, test } from '@jest/globals';
import type { Outline } from '../../../src/request/export-request.ts';
import {
  accepted,
  call,
  constant,
  DESTINATION,
  graph,
  graphFixture,
  parse,
  parseGraph,
  reference,
  trained,
} from '../parse.ts';
import wanted from './fixture-outlines.json' with { type: 'json' };

function outlineOf(expression: unknown): Outline | undefined {
  return accepted(parseGraph(expression, { nonExportable: 'warn' })).outline;
}

function lines(list: Outline['arguments'] = []): Record<string, string> {
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

function wordsOf(value: unknown): string | undefined {
  return lines(outlineOf(graph({ 0: trained(call('Classifier.some', { given: value })) }))?.arguments)['given'];
}

function tableOf(features: unknown): string | undefined {
  return lines(outlineOf(graph({ 0: trained(undefined, { features }) }))?.training)['features'];
}

const TABLE = 'projects/my-project/assets/training';
const table = call('Collection.loadTable', { tableId: constant(TABLE) });

describe('the outline of a request', () => {
  test.each(Object.entries(wanted))('tells what an official client wrote: %s', (name, outline) => {
    expect(outlineOf(graphFixture(name))).toEqual(outline);
  });

  test('is that of its graph where it is a recipe', () => {
    const classifier = { name: 'smileRandomForest', arguments: { numberOfTrees: 20, seed: null } };
    const training = { table: TABLE, classProperty: 'class', inputProperties: ['B2', 'B3'], outputMode: 'PROBABILITY' };
    expect(accepted(parse({ classifier, training, assetExportOptions: DESTINATION })).outline).toEqual({
      classifier: 'smileRandomForest',
      outputMode: 'PROBABILITY',
      arguments: [{ name: 'numberOfTrees', value: '20' }],
      training: [
        { name: 'features', value: TABLE },
        { name: 'classProperty', value: 'class' },
        { name: 'inputProperties', value: 'B2, B3' },
      ],
    });
    const trees = ['1) root 9 9 1\n2) a < 1 5 5 0 *\n3) a >= 1 4 4 1 *\n', '1) root 9 9 1 *'];
    expect(accepted(parse({ trees, assetExportOptions: DESTINATION })).outline).toEqual({
      classifier: 'decisionTreeEnsemble',
      arguments: [{ name: 'treeStrings', value: '2 trees of 4 nodes' }],
    });
  });

  test('counts trees wherever they stand, those of a shared text as often as they are used', () => {
    const treeStrings = { arrayValue: { values: [reference('1'), reference('1'), constant('1) root 1 1 1 *')] } };
    const values = { 0: call('Classifier.decisionTreeEnsemble', { treeStrings }), 1: constant('1) root 9 9 1 *\n') };
    expect(lines(outlineOf(graph(values))?.arguments)).toEqual({ treeStrings: '3 trees of 3 nodes' });
    const computed = call('Classifier.decisionTreeEnsemble', { treeStrings: call('Some.trees') });
    expect(lines(outlineOf(graph({ 0: computed }))?.arguments)).toEqual({ treeStrings: 'computed by Some.trees' });
  });

  test.each([
    [constant(0.5), '0.5'],
    [constant(true), 'true'],
    [constant('linear'), 'linear'],
    [{ integerValue: '9007199254740993' }, '9007199254740993'],
    [constant([1, 2, 'x']), '1, 2, x'],
    [constant([]), 'a list of 0'],
    [constant([[1], [2]]), 'a list of 2'],
    [constant(Array.from({ length: 20 }, (_, index) => index)), '0, 1, 2, 3, 4, 5, 6, 7 (20 in all)'],
    [constant({ a: 1 }), 'an object'],
    [{ arrayValue: { values: [constant('a'), call('Some.thing')] } }, 'a list of 2'],
    [{ dictionaryValue: { values: {} } }, 'a dictionary'],
    [{ bytesValue: 'AAAA' }, 'bytes'],
    [call('List.sequence'), 'computed by List.sequence'],
    [constant(null), undefined],
    [constant('two\nlines\u0000\u001b[2J'), 'two lines [2J'],
  ])('puts %j into words: %s', (value, words) => {
    expect(wordsOf(value)).toBe(words);
  });

  test.each([
    [table, TABLE],
    [call('Collection.filter', { collection: table }), `Collection.filter of ${TABLE}`],
    [call('Image.sample', { image: call('Image.load', { id: constant('a/b') }) }), 'Image.sample of a/b'],
    [call('Collection', { features: { arrayValue: { values: [call('Feature')] } } }), '1 feature in the request'],
    [call('Collection.loadTable', { tableId: call('Some.id') }), 'Collection.loadTable'],
    [call('Some.table'), 'Some.table'],
  ])('says what a table is: %#', (features, words) => {
    expect(tableOf(features)).toBe(words);
  });

  test('goes through functions of the graph, and is absent where only the evaluation can tell', () => {
    const made = { functionInvocationValue: { functionReference: '1', arguments: {} } };
    const definition = (body: string) => ({ functionDefinitionValue: { argumentNames: ['a'], body } });
    const values = { 0: made, 1: definition('2'), 2: trained() };
    expect(outlineOf(graph(values))?.classifier).toBe('smileCart');
    expect(outlineOf(graph({ ...values, 2: { argumentReference: 'a' } }))).toBeUndefined();
  });
});

describe('the outline of a large or hostile graph', () => {
  const WIDEST = '💩'.repeat(300);

  function expectSmall(expression: unknown): Outline {
    const outline = outlineOf(expression);
    const { arguments: given = [], training = [] } = outline ?? {};
    expect(Buffer.byteLength(JSON.stringify(outline))).toBeLessThan(2048);
    expect(given.length + training.length + 2).toBeLessThanOrEqual(20);
    for (const { name, value } of [...given, ...training]) expect(`${name} ${value}`.isWellFormed()).toBe(true);
    return outline as Outline;
  }

  test('stays small, and counts what is left out', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`${index}${WIDEST}`, constant(WIDEST)]));
    const features = call('Collection.loadTable', { tableId: constant(WIDEST) });
    const changes = { features, classProperty: constant(WIDEST), inputProperties: constant([WIDEST, WIDEST, WIDEST]) };
    const outline = expectSmall(graph({ 0: trained(call(`Classifier.${WIDEST}`, many), changes) }));
    expect(outline.training?.[0]?.name).toBe('features');
    expect(outline.arguments.at(-1)).toEqual({ name: '…', value: expect.stringMatching(/^4\d\d more$|^500 more$/) });
  });

  test('names few of many short arguments', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`a${index}`, constant(index)]));
    const outline = expectSmall(graph({ 0: trained(call('Classifier.some', many)) }));
    expect(outline.arguments.slice(10)).toEqual([
      { name: 'a10', value: '10' },
      { name: '…', value: '19 more' },
    ]);
  });

  test('takes odd names for names', () => {
    const given = JSON.parse('{"__proto__":{"constantValue":1},"constructor":{"constantValue":2}}');
    const outline = expectSmall(graph({ 0: trained(call('constructor', given)) }));
    expect(outline).toMatchObject({ classifier: 'constructor' });
    expect(outline.arguments.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
  });

  test('goes back through a table of 20,000 steps', () => {
    const count = 20_000;
    const values: Record<string, unknown> = { 0: trained(undefined, { features: reference('1') }) };
    for (let index = 1; index < count; index += 1)
      values[index] = call('Collection.filter', { collection: reference(String(index + 1)) });
    values[count] = table;
    const outline = expectSmall(graph(values));
    expect(lines(outline.training)['features']).toBe(`Collection.filter of Collection.filter of … of ${TABLE}`);
  });
});
