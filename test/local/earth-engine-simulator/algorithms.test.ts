import { expect, test } from '@jest/globals';
import { listAlgorithms } from '../../../src/local/earth-engine-simulator/algorithms.ts';

const algorithms = new Map(listAlgorithms().map((algorithm) => [algorithm.name, algorithm]));

test('listAlgorithms() has all 33 functions of Classifier and what their graphs are made of', () => {
  const classifiers = [...algorithms.keys()].filter((name) => name.startsWith('algorithms/Classifier.'));
  expect(classifiers).toHaveLength(33);
  expect(algorithms.size).toBe(listAlgorithms().length);
  expect(algorithms.size).toBeGreaterThanOrEqual(33 + 54);
});

test('listAlgorithms() writes arguments as the REST API does: required, with a default, without one', () => {
  expect(algorithms.get('algorithms/Classifier.smileRandomForest')).toEqual({
    name: 'algorithms/Classifier.smileRandomForest',
    description: '',
    returnType: 'Classifier',
    arguments: [
      { argumentName: 'numberOfTrees', type: 'Integer' },
      { argumentName: 'variablesPerSplit', type: 'Integer', optional: true, defaultValue: null },
      { argumentName: 'minLeafPopulation', type: 'Integer', optional: true, defaultValue: 1 },
      { argumentName: 'bagFraction', type: 'Float', optional: true, defaultValue: 0.5 },
      { argumentName: 'maxNodes', type: 'Integer', optional: true, defaultValue: null },
      { argumentName: 'seed', type: 'Integer', optional: true, defaultValue: 0 },
    ],
  });
  expect(algorithms.get('algorithms/Classifier.cart')).toMatchObject({ hidden: true });
});
