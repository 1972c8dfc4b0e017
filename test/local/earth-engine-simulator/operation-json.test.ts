import { describe, expect, test } from '@jest/globals';
import type { OperationJson } from '../../../src/local/earth-engine-simulator/operation-json.ts';
import type { Oddities } from '../../../src/local/earth-engine-simulator/settings.ts';
import { createBody, createTestModel, START } from './export-requests.ts';

const PROJECT = 'my-project';

/** The answers to an export and to three looks at it: waiting, running, ended. */
function watch(oddities: Partial<Oddities>): Record<'accepted' | 'pending' | 'running' | 'ended', OperationJson> {
  const { model, pass } = createTestModel({ oddities, startDelayMs: 5000 });
  const accepted = model.exportClassifier(PROJECT, 'alice', createBody({ description: 'forest' }));
  const pending = model.getOperation(accepted.name);
  pass(35);
  const running = model.getOperation(accepted.name);
  pass(60);
  return { accepted, pending, running, ended: model.getOperation(accepted.name) };
}

describe('the oddities of the wire', () => {
  test('missingState: only the answer to the export lacks it', () => {
    const { accepted, pending } = watch({ missingState: 1 });
    expect(accepted.metadata).not.toHaveProperty('state');
    expect(pending.metadata).toHaveProperty('state', 'PENDING');
    expect(watch({ missingState: 0 }).accepted.metadata).toHaveProperty('state', 'PENDING');
  });

  test('missingDescription', () => {
    expect(watch({ missingDescription: 1 }).ended.metadata).not.toHaveProperty('description');
    expect(watch({}).ended.metadata).toHaveProperty('description', 'forest');
  });

  test('epochStartTime: 1970 while it waits, or nothing', () => {
    expect(watch({}).pending.metadata['startTime']).toMatch(/^1970-01-01T00:00:00(\.0+)?Z$/);
    expect(watch({ epochStartTime: 0 }).pending.metadata).not.toHaveProperty('startTime');
    expect(watch({ epochStartTime: 0 }).running.metadata).toHaveProperty('startTime');
  });

  test('stages: with units, with textual units, without', () => {
    const stages = (oddities: Partial<Oddities>) => watch(oddities).running.metadata['stages'];
    expect(stages({})).toEqual([
      {
        displayName: 'Compute classifier',
        completeWorkUnits: 100,
        totalWorkUnits: 100,
        description: expect.any(String),
      },
      { displayName: 'Write asset', completeWorkUnits: 0, totalWorkUnits: 100, description: expect.any(String) },
    ]);
    expect(stages({ textualUnits: 1 })).toMatchObject([{ totalWorkUnits: '100' }, { totalWorkUnits: '100' }]);
    expect(stages({ stagesWithoutUnits: 1 })).toEqual([
      { displayName: 'Compute classifier' },
      { displayName: 'Write asset' },
    ]);
    expect(watch({}).pending.metadata).not.toHaveProperty('stages');
  });

  test('doneFalseOnSuccess', () => {
    expect(watch({ doneFalseOnSuccess: 1 }).ended).toMatchObject({ metadata: { state: 'SUCCEEDED' }, done: false });
    expect(watch({}).ended.done).toBe(true);
    expect(watch({}).running).not.toHaveProperty('done');
  });

  test('a rate between 0 and 1 shows it sometimes, the same way for the same seed', () => {
    const readStates = () => {
      const { model } = createTestModel({ oddities: { missingState: 0.5 }, slots: 0 });
      return Array.from({ length: 40 }, () => model.exportClassifier(PROJECT, 'alice', createBody()).metadata['state']);
    };
    const states = readStates();
    expect(new Set(states)).toEqual(new Set(['PENDING', undefined]));
    expect(readStates()).toEqual(states);
  });
});

test('usage and progress grow while it runs; the usage is not told at first', () => {
  const { model, pass } = createTestModel();
  const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
  const seen = [0, 9, 1, 20, 29, 1].map((seconds) => {
    pass(seconds);
    const { progress, batchEecuUsageSeconds } = model.getOperation(name).metadata;
    return [progress, batchEecuUsageSeconds];
  });
  expect(seen).toEqual([
    [0, undefined],
    [0.15, undefined],
    [0.17, 1.2],
    [0.5, 3.5999999999999996],
    [0.98, 7.08],
    [1, 7.199999999999999],
  ]);
});

test('updateTime moves while nothing changes, until it has ended', () => {
  const { model, pass } = createTestModel({ slots: 0, timestampDigits: 3 });
  const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
  pass(12);
  expect(model.getOperation(name).metadata['updateTime']).toBe(new Date(START).toISOString());
  pass(1);
  expect(model.getOperation(name).metadata['updateTime']).toBe(new Date(START + 13_000).toISOString());
  model.cancelOperation(name);
  pass(100);
  expect(model.getOperation(name).metadata['updateTime']).toBe(new Date(START + 13_000).toISOString());
});

test('a failed operation has a top-level error and no response', () => {
  const { model, pass } = createTestModel({ outcome: () => ({ failed: { code: 13, message: 'Internal error.' } }) });
  const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
  pass(60);
  const operation = model.getOperation(name);
  expect(operation).toMatchObject({ done: true, error: { code: 13, message: 'Internal error.' } });
  expect(operation).not.toHaveProperty('response');
  model.configure({ oddities: { doneFalseOnSuccess: 1 } });
  expect(model.getOperation(name).done).toBe(true);
  expect(operation.metadata).not.toHaveProperty('destinationUris');
});
