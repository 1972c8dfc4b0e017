import { describe, expect, test } from '@jest/globals';
import { createParents } from '../../../src/exports/sending/create-parents.ts';
import { createStage } from '../stage.ts';

const ASSET = 'projects/my-project/assets/models/2026/rf';
const call = () => ({ timeoutMs: 1000 });

describe('createParents()', () => {
  test('makes every folder that is missing, outermost first, and none that is there', async () => {
    const { model, earthEngine, clock } = createStage();
    model.putAsset({ name: 'projects/my-project/assets/models', type: 'FOLDER' });
    expect(await clock.runUntil(createParents(earthEngine, ASSET, call))).toBeUndefined();
    expect(model.getAsset('projects/my-project/assets/models/2026')).toMatchObject({ type: 'FOLDER' });
    expect(model.calls['CreateAsset']).toBe(1);
  });

  test('names the folder that could not be made', async () => {
    const { faults, earthEngine, clock } = createStage();
    faults.add({ method: 'POST', fault: { kind: 'cutBefore' } });
    const missing = await clock.runUntil(createParents(earthEngine, ASSET, call));
    expect(missing).toBe('projects/my-project/assets/models');
  });
});

describe('an export with createParents', () => {
  test('has its folders made before it is sent, and succeeds', async () => {
    const stage = createStage();
    const assetExportOptions = { earthEngineDestination: { name: ASSET } };
    await stage.submit('a', { assetExportOptions, createParents: true });
    await stage.tickFor(4);
    expect(stage.events.map(({ attributes }) => attributes['ce-id'])).toEqual(['a:SUCCEEDED:1']);
  });

  test('fails for want of its folder when they are not to be made', async () => {
    const stage = createStage();
    await stage.submit('a', { assetExportOptions: { earthEngineDestination: { name: ASSET } } });
    await stage.tickFor(4);
    expect(stage.events.map(({ attributes }) => attributes['ce-id'])).toEqual(['a:FAILED:1']);
  });
});
