import { expect, test } from '@jest/globals';
import { assetReferences } from '../../../src/request/graph/asset-references.ts';
import { call, constant, graph, graphFixture, reference, trained } from '../parse.ts';

test('assetReferences() finds what official clients load, and where', () => {
  const inValue = (key: number, ...names: string[]) =>
    [`expression.values.${key}`, ...names.map((name) => `functionInvocationValue.arguments.${name}`)].join('.');
  expect(assetReferences(graphFixture('python-rf-trained-table'))).toEqual([
    { id: 'projects/my-project/assets/training', path: inValue(0, 'features', 'tableId') },
  ]);
  expect(assetReferences(graphFixture('python-load'))).toEqual([
    { id: 'projects/my-project/assets/my_classifier', path: inValue(0, 'id') },
  ]);
  expect(assetReferences(graphFixture('python-sampleRegions-pipeline')).map(({ id }) => id)).toEqual(
    expect.arrayContaining(['COPERNICUS/S2_SR_HARMONIZED', 'projects/my-project/assets/training']),
  );
});

test('assetReferences() follows a reference to the id and leaves out what is not constant', () => {
  const values = {
    0: trained(undefined, {
      features: call('Image.sampleRegions', { image: reference('1'), collection: reference('2') }),
    }),
    1: call('Image.load', { id: reference('3'), version: constant(5) }),
    2: call('Collection.loadTable', { tableId: call('String', { input: constant('a') }) }),
    3: constant('users/me/image'),
    4: { arrayValue: { values: [call('Image.load', {}), call('Image.load', { id: constant(5) })] } },
  };
  expect(assetReferences(graph(values))).toEqual([
    { id: 'users/me/image', path: 'expression.values.1.functionInvocationValue.arguments.id' },
  ]);
});
