import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ClientObject, type OfficialClient, startOfficialClient } from '../official-client/start.ts';
import { accepted, DESTINATION, faults, parse } from '../parse.ts';

let ee: OfficialClient;
beforeAll(async () => {
  ee = await startOfficialClient();
});

interface Training {
  table?: string;
  image?: string;
  samples?: string;
  scale?: number;
  classProperty: string;
  inputProperties?: string[];
  outputMode?: string;
  subsampling?: number;
  subsamplingSeed?: number;
}

function recipe(parts: Record<string, unknown>): unknown {
  return { assetExportOptions: DESTINATION, ...parts };
}

function graphOf(parts: Record<string, unknown>): unknown {
  return JSON.parse(accepted(parse(recipe(parts))).request.graph);
}

/** The graph the official client writes for an object, without the client's own order of keys. */
function written(object: ClientObject | undefined): unknown {
  return JSON.parse(object?.serialize() ?? 'null');
}

/** What a user of the official client would write for a recipe. */
function trainWithClient(name: string, given: Record<string, unknown>, training: Training): ClientObject | undefined {
  const { table, image, samples, scale, outputMode, ...rest } = training;
  const made = ee.Classifier[name]?.(given);
  const classifier = outputMode === undefined ? made : made?.setOutputMode(outputMode);
  if (table !== undefined) return classifier?.train({ features: ee.FeatureCollection(table), ...rest });
  const properties = [training.classProperty];
  const features = ee
    .Image(image ?? '')
    .sampleRegions({ collection: ee.FeatureCollection(samples ?? ''), properties, scale });
  return classifier?.train({ features, ...rest });
}

/** The order in which a caller names arguments means nothing. */
function reversed(given: object): object {
  return Object.fromEntries(Object.entries(given).reverse());
}

/** Few different values, so that the client's sharing of equal ones is tried. */
const NAME = fc.constantFrom('B1', 'B2', 'landcover', 'x');
const NUMBER = fc.constantFrom(1, 2, 10);

function anyTraining(): fc.Arbitrary<Training> {
  const common = {
    classProperty: NAME,
    inputProperties: fc.array(NAME, { minLength: 1, maxLength: 4 }),
    outputMode: fc.constantFrom('CLASSIFICATION', 'REGRESSION', 'PROBABILITY'),
    subsampling: fc.constantFrom(1, 0.5),
    subsamplingSeed: NUMBER,
  };
  const requiredKeys = ['classProperty' as const];
  return fc.oneof(
    fc.record({ table: NAME, ...common }, { requiredKeys: [...requiredKeys, 'table'], noNullPrototype: true }),
    fc.record(
      { image: NAME, samples: NAME, scale: NUMBER, ...common },
      { requiredKeys: [...requiredKeys, 'image', 'samples', 'scale'], noNullPrototype: true },
    ),
  );
}

describe('a recipe is the graph that the official client writes', () => {
  test('for a random forest', () => {
    const given = {
      numberOfTrees: NUMBER,
      variablesPerSplit: NUMBER,
      minLeafPopulation: NUMBER,
      bagFraction: fc.constantFrom(0.5, 1),
      maxNodes: NUMBER,
      seed: NUMBER,
    };
    fc.assert(
      fc.property(
        fc.record(given, { requiredKeys: ['numberOfTrees'], noNullPrototype: true }),
        anyTraining(),
        (args, training) => {
          const graph = graphOf({ classifier: { name: 'smileRandomForest', arguments: reversed(args) }, training });
          expect(graph).toEqual(written(trainWithClient('smileRandomForest', args, training)));
        },
      ),
    );
  });

  test('for a CART', () => {
    fc.assert(
      fc.property(
        fc.record({ maxNodes: NUMBER, minLeafPopulation: NUMBER }, { requiredKeys: [], noNullPrototype: true }),
        anyTraining(),
        (args, training) => {
          const graph = graphOf({ classifier: { name: 'smileCart', arguments: args }, training });
          expect(graph).toEqual(written(trainWithClient('smileCart', args, training)));
        },
      ),
    );
  });

  test('for decision trees', () => {
    const [one, other] = ['1) root 9 9 1 *', '1) root 8 8 0 *\n'];
    expect(graphOf({ trees: one })).toEqual(written(ee.Classifier.decisionTree(one)));
    for (const trees of [[one], [one, other], [one, other, one, one]]) {
      const made = written(ee.Classifier.decisionTreeEnsemble(trees));
      expect(graphOf({ trees })).toEqual(made);
      expect(graphOf({ classifier: { name: 'decisionTreeEnsemble', arguments: { treeStrings: trees } } })).toEqual(
        made,
      );
    }
    expect(graphOf({ classifier: { name: 'decisionTree', arguments: { treeString: one } } })).toEqual(
      graphOf({ trees: one }),
    );
  });

  test('and has its digest', () => {
    const training = {
      table: 'projects/my-project/assets/t',
      classProperty: 'landcover',
      inputProperties: ['B2', 'B3'],
    };
    const expression = trainWithClient('smileCart', {}, training)?.serialize();
    const same = accepted(parse(recipe({ expression }))).digest;
    expect(accepted(parse(recipe({ classifier: { name: 'smileCart' }, training }))).digest).toBe(same);
  });
});

describe('a recipe is refused', () => {
  const classifier = { name: 'smileCart', arguments: {} };
  const training = { table: 't', classProperty: 'c', inputProperties: ['a'] };

  test.each<[string[], Record<string, unknown>]>([
    [['classifier.name'], { classifier: { name: 'libsvm' }, training }],
    [['classifier.name'], { classifier: {}, training }],
    [['classifier'], { classifier: 'smileCart', training }],
    [['classifier.argument'], { classifier: { name: 'smileCart', argument: {} }, training }],
    [['classifier.arguments'], { classifier: { name: 'smileCart', arguments: [] }, training }],
    [['classifier.arguments.maxNode'], { classifier: { name: 'smileCart', arguments: { maxNode: 5 } }, training }],
    [['classifier.arguments.maxNodes'], { classifier: { name: 'smileCart', arguments: { maxNodes: '5' } }, training }],
    [
      ['classifier.arguments.__proto__'],
      { classifier: { name: 'smileCart', arguments: JSON.parse('{"__proto__":5}') }, training },
    ],
    [['classifier.arguments.numberOfTrees'], { classifier: { name: 'smileRandomForest' }, training }],
    [
      ['classifier.arguments.treeStrings[1]'],
      { classifier: { name: 'decisionTreeEnsemble', arguments: { treeStrings: ['1) root 9 9 1 *', 'x'] } } },
    ],
    [['training'], { classifier }],
    [['training'], { classifier, training: 5 }],
    [['training'], { classifier, training: { classProperty: 'c' } }],
    [['training'], { classifier, training: { image: 'i', classProperty: 'c' } }],
    [['training'], { classifier: { name: 'decisionTree', arguments: { treeString: '1) root 9 9 1 *' } }, training }],
    [['training', 'expression'], { training }],
    [['training.table'], { classifier, training: { ...training, image: 'i' } }],
    [['training.table'], { classifier, training: { ...training, table: '' } }],
    [['training.classProperty'], { classifier, training: { table: 't' } }],
    [['training.inputProperties'], { classifier, training: { ...training, inputProperties: [] } }],
    [['training.inputProperties'], { classifier, training: { ...training, inputProperties: [5] } }],
    [['training.outputMode'], { classifier, training: { ...training, outputMode: 'RAW' } }],
    [['training.outputMode'], { classifier, training: { ...training, outputMode: 'probability' } }],
    [['training.subsampling'], { classifier, training: { ...training, subsampling: 0 } }],
    [['training.scale'], { classifier, training: { image: 'i', samples: 's', scale: 0, classProperty: 'c' } }],
    [['training.inputProperty'], { classifier, training: { ...training, inputProperty: ['a'] } }],
    [['trees'], { trees: [] }],
    [['trees'], { trees: 5 }],
    [['trees[1]'], { trees: ['1) root 9 9 1 *', '1) root 9 9 1'] }],
    [['trees'], { trees: '1) root' }],
    [['trees'], { trees: '1) root 9 9 1 *', classifier, training }],
    [['classifier'], { expression: { result: '0', values: { 0: { constantValue: 1 } } }, classifier, training }],
  ])('at %j when it is %j', (fields, parts) => {
    const found = faults(parse(recipe(parts)));
    expect(Object.keys(found)).toEqual(expect.arrayContaining(fields));
    for (const description of Object.values(found))
      expect(description).toMatch(/^Cannot .+: .*(wanted|did you mean|leave training out)/s);
  });
});
