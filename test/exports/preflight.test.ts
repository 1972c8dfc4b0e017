import { describe, expect, test } from '@jest/globals';
import { createPreflight } from '../../src/exports/preflight.ts';
import { parseExportRequest } from '../../src/request/export-request.ts';
import { createStage, toBody } from './stage.ts';

const TRAINING = 'projects/other-team/assets/points';

/** A forest trained on a table, and as many more tables as wanted. */
function toGraph(tables: readonly string[]) {
  const loads = tables.map((tableId) => ({
    functionInvocationValue: {
      functionName: 'Collection.loadTable',
      arguments: { tableId: { constantValue: tableId } },
    },
  }));
  const all = { features: { arrayValue: { values: loads } } };
  const features =
    loads.length === 1 ? loads[0] : { functionInvocationValue: { functionName: 'Collection', arguments: all } };
  const classifier = {
    functionInvocationValue: { functionName: 'Classifier.smileCart', arguments: {} },
  };
  const train = { classifier, features, classProperty: { constantValue: 'cover' } };
  return {
    result: '0',
    values: { '0': { functionInvocationValue: { functionName: 'Classifier.train', arguments: train } } },
  };
}

function check(stage: ReturnType<typeof createStage>, body: object, tables: readonly string[] = [TRAINING]) {
  const given = { ...toBody('a'), expression: toGraph(tables), ...body };
  const parsed = parseExportRequest(given, { defaultProject: 'my-project', nonExportable: 'reject' });
  if (!parsed.valid) throw new Error(JSON.stringify(parsed.violations));
  const { earthEngine, clock } = stage;
  const principal = async () => 'exporter@my-project.iam.gserviceaccount.com';
  return clock.runUntil(createPreflight({ earthEngine, clock, principal })(parsed.request));
}

function to(name: string): object {
  return { assetExportOptions: { earthEngineDestination: { name } } };
}

describe('preflight()', () => {
  test('finds nothing where every asset can be read and the destination is free', async () => {
    const stage = createStage();
    stage.model.putAsset({ name: TRAINING, type: 'TABLE' });
    expect(await check(stage, {})).toEqual({ violations: [], warnings: [] });
  });

  test('names an input that cannot be read at its place in the graph, with the command that shares it', async () => {
    const { violations } = await check(createStage(), {});
    expect(violations).toEqual([
      {
        field:
          'expression.values.0.functionInvocationValue.arguments.features.functionInvocationValue.arguments.tableId',
        description: expect.stringContaining(
          `earthengine acl ch -u exporter@my-project.iam.gserviceaccount.com:R ${TRAINING}`,
        ),
      },
    ]);
  });

  test('refuses a destination that is taken, unless it may be overwritten', async () => {
    const stage = createStage();
    for (const name of [TRAINING, 'projects/my-project/assets/a']) stage.model.putAsset({ name, type: 'TABLE' });
    const { violations } = await check(stage, {});
    expect(violations).toEqual([
      { field: 'assetExportOptions.earthEngineDestination.name', description: expect.stringContaining('there is one') },
    ]);
    const name = 'projects/my-project/assets/a';
    const overwriting = { assetExportOptions: { earthEngineDestination: { name, overwrite: true } } };
    expect((await check(stage, overwriting)).violations).toEqual([]);
  });

  test('refuses a destination in a folder that is missing, unless it is to be made', async () => {
    const stage = createStage();
    stage.model.putAsset({ name: TRAINING, type: 'TABLE' });
    const deep = to('projects/my-project/assets/models/2026/rf');
    const { violations } = await check(stage, deep);
    expect(violations).toEqual([
      {
        field: 'assetExportOptions.earthEngineDestination.name',
        description: expect.stringContaining('earthengine create folder projects/my-project/assets/models/2026'),
      },
    ]);
    expect((await check(stage, { ...deep, createParents: true })).violations).toEqual([]);
  });

  test('only warns of what it could not find out', async () => {
    const stage = createStage();
    stage.faults.add({ fault: { kind: 'cutBefore' } });
    const { violations, warnings } = await check(stage, {});
    expect(violations).toEqual([]);
    expect(warnings).toHaveLength(2);
  });

  test('reads fifty assets at the most, and says so', async () => {
    const stage = createStage();
    const tables = Array.from({ length: 60 }, (_, index) => `projects/other-team/assets/t${index}`);
    for (const name of tables) stage.model.putAsset({ name, type: 'TABLE' });
    const { violations, warnings } = await check(stage, {}, tables);
    expect(violations).toEqual([]);
    expect(warnings).toEqual([{ field: 'expression', description: expect.stringContaining('60 assets are named') }]);
    expect(stage.model.calls['GetAsset']).toBe(51);
  });
});
