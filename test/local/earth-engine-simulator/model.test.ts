import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CancelOutcome, Outcome } from '../../../src/local/earth-engine-simulator/task.ts';
import { createBody, createTestModel, readRefusal, START } from './export-requests.ts';

const PROJECT = 'my-project';

function assetOf(index: number): string {
  return `projects/${PROJECT}/assets/a${index}`;
}

describe('the life of an operation', () => {
  test('an export waits, runs and succeeds, and its asset is there afterwards', () => {
    const { model, pass } = createTestModel({ startDelayMs: 5000, timestampDigits: 3 });
    const { name } = model.exportClassifier(PROJECT, 'alice', createBody({ description: 'forest' }));
    expect(name).toMatch(/^projects\/my-project\/operations\/[A-Z2-7]{24}$/);
    expect(model.getOperation(name)).toEqual({
      name,
      metadata: {
        '@type': 'type.googleapis.com/google.earthengine.v1.OperationMetadata',
        state: 'PENDING',
        description: 'forest',
        priority: 100,
        createTime: '2026-01-15T12:00:00.250Z',
        updateTime: '2026-01-15T12:00:00.250Z',
        startTime: '1970-01-01T00:00:00.000Z',
        type: 'EXPORT_CLASSIFIER',
      },
    });
    pass(35);
    expect(model.getOperation(name)).toMatchObject({
      metadata: { state: 'RUNNING', startTime: '2026-01-15T12:00:05.250Z', attempt: 1, progress: 0.5 },
    });
    expect(readRefusal(() => model.getAsset(assetOf(0)))).toMatchObject({ code: 404, status: 'NOT_FOUND' });
    pass(30);
    expect(model.getOperation(name)).toEqual({
      name,
      metadata: {
        '@type': 'type.googleapis.com/google.earthengine.v1.OperationMetadata',
        state: 'SUCCEEDED',
        description: 'forest',
        priority: 100,
        createTime: '2026-01-15T12:00:00.250Z',
        updateTime: '2026-01-15T12:01:05.250Z',
        startTime: '2026-01-15T12:00:05.250Z',
        endTime: '2026-01-15T12:01:05.250Z',
        type: 'EXPORT_CLASSIFIER',
        attempt: 1,
        progress: 1,
        stages: expect.any(Array),
        batchEecuUsageSeconds: 7.199999999999999,
        destinationUris: ['https://code.earthengine.google.com/?asset=projects/my-project/assets/forest'],
      },
      done: true,
      response: { '@type': 'type.googleapis.com/google.protobuf.Empty' },
    });
    expect(model.getAsset('projects/my-project/assets/forest')).toEqual({
      type: 'CLASSIFIER',
      name: 'projects/my-project/assets/forest',
      id: 'projects/my-project/assets/forest',
      updateTime: '2026-01-15T12:01:05.250Z',
    });
  });

  test('a clock that jumps far gives the same times as one that runs', () => {
    const times = [1, 600].map((steps) => {
      const { model, pass } = createTestModel({ slots: 1 });
      for (let i = 0; i < 5; i += 1) model.exportClassifier(PROJECT, 'alice', createBody({ asset: assetOf(i) }));
      for (let i = 0; i < steps; i += 1) {
        pass(600 / steps);
        model.now();
      }
      return model.operations(PROJECT).map(({ startTime, endTime }) => [startTime, endTime]);
    });
    expect(times[0]).toEqual(times[1]);
    expect(times[0]?.[4]).toEqual([START + 240_000, START + 300_000]);
  });

  test('a clock that goes backward is taken as standing still', () => {
    const { model, pass } = createTestModel();
    pass(100);
    const now = model.now();
    pass(-50);
    expect(model.now()).toBe(now);
  });

  const failure = { code: 3, message: 'User memory limit exceeded.' };
  const internal = { code: 13, message: 'Internal error.' };
  test.each<[string, (attempt: number) => Outcome, object]>([
    [
      'a permanent failure ends it in the first run',
      () => ({ failed: failure }),
      { state: 'FAILED', attempt: 1, error: failure },
    ],
    [
      'a transient failure is run again',
      (attempt) => (attempt < 3 ? { failed: internal, transient: true } : 'SUCCEEDED'),
      { state: 'SUCCEEDED', attempt: 3, error: undefined },
    ],
    [
      'five transient failures are the end',
      () => ({ failed: internal, transient: true }),
      { state: 'FAILED', attempt: 5, error: internal },
    ],
  ])('%s', (_title, decide, wanted) => {
    const { model, pass } = createTestModel({ outcome: (task) => decide(task.attempt) });
    const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
    pass(600);
    expect(model.operations(PROJECT)[0]).toMatchObject(wanted);
    expect(model.getOperation(name).done).toBe(true);
  });

  test('between two runs a task is PENDING again and counts all its runs', () => {
    const { model, pass } = createTestModel({
      startDelayMs: 10_000,
      outcome: ({ attempt }) => (attempt === 1 ? { failed: internal, transient: true } : 'SUCCEEDED'),
    });
    const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
    pass(75);
    expect(model.getOperation(name).metadata).toMatchObject({ state: 'PENDING', attempt: 1 });
    expect(model.getOperation(name).metadata).not.toHaveProperty('batchEecuUsageSeconds');
    pass(70);
    const { metadata } = model.getOperation(name);
    expect(metadata).toMatchObject({ state: 'SUCCEEDED', attempt: 2 });
    expect(metadata['batchEecuUsageSeconds']).toBeCloseTo(120 * 0.12);
  });

  test('no task lives longer than its lifetime', () => {
    const day = 24 * 3600;
    const { model, pass } = createTestModel({ durationMs: 20 * day * 1000 });
    const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
    pass(10 * day - 1);
    expect(model.getOperation(name).metadata).toMatchObject({ state: 'RUNNING' });
    pass(1);
    expect(model.getOperation(name)).toMatchObject({ metadata: { state: 'FAILED' }, error: { code: 4 } });
  });

  test('a task whose folder is missing fails soon after its start', () => {
    const { model, pass } = createTestModel();
    const { name } = model.exportClassifier(
      PROJECT,
      'alice',
      createBody({ asset: `projects/${PROJECT}/assets/no/rf` }),
    );
    pass(2);
    expect(model.getOperation(name)).toMatchObject({
      metadata: { state: 'FAILED', attempt: 1 },
      error: { message: "Asset 'projects/my-project/assets/no' does not exist or doesn't allow this operation." },
    });
  });

  test('of two runs for one asset at the same time, the later fails at its end', () => {
    const { model, pass } = createTestModel({ slots: 2 });
    for (const wait of [1, 0]) {
      model.exportClassifier(PROJECT, 'alice', createBody());
      pass(wait);
    }
    pass(60);
    expect(model.operations(PROJECT).map((task) => [task.state, (task.endTime ?? 0) - START])).toEqual([
      ['SUCCEEDED', 60_000],
      ['FAILED', 61_000],
    ]);
  });

  test('the second of two exports to one asset fails, unless it may overwrite', () => {
    const { model, pass } = createTestModel({ slots: 1 });
    for (const overwrite of [false, false, true]) model.exportClassifier(PROJECT, 'alice', createBody({ overwrite }));
    pass(600);
    expect(model.operations(PROJECT).map((task) => [task.state, task.error?.message])).toEqual([
      ['SUCCEEDED', undefined],
      ['FAILED', "Cannot overwrite asset 'projects/my-project/assets/forest'."],
      ['SUCCEEDED', undefined],
    ]);
  });
});

describe('the queue', () => {
  test('a project runs as many tasks as it has slots, and projects do not wait for each other', () => {
    const { model, pass } = createTestModel({ slots: 2 });
    for (let i = 0; i < 5; i += 1) {
      model.exportClassifier(PROJECT, 'alice', createBody({ asset: assetOf(i) }));
      model.exportClassifier('other-project', 'alice', createBody({ asset: assetOf(i + 10) }));
    }
    expect([model.count(PROJECT), model.count('other-project')]).toEqual([
      { pending: 3, running: 2 },
      { pending: 3, running: 2 },
    ]);
    pass(60);
    expect(model.count(PROJECT)).toEqual({ pending: 1, running: 2 });
    model.configure({ slots: 3 });
    expect(model.count(PROJECT)).toEqual({ pending: 0, running: 3 });
  });

  test('a task that is to run again makes room for the next while it waits', () => {
    const { model, pass } = createTestModel({
      slots: 1,
      startDelayMs: 10_000,
      outcome: ({ sequence }) =>
        sequence === 0 ? { failed: { code: 13, message: 'Internal error.' }, transient: true } : 'SUCCEEDED',
    });
    for (const i of [0, 1]) model.exportClassifier(PROJECT, 'alice', createBody({ asset: assetOf(i) }));
    pass(70);
    expect(model.operations(PROJECT).map((task) => task.state)).toEqual(['PENDING', 'RUNNING']);
  });

  test('the highest priority starts first, then the oldest, and no slot is free while a task waits', () => {
    const submission = fc.record({ priority: fc.nat({ max: 3 }), waitSeconds: fc.nat({ max: 40 }) });
    fc.assert(
      fc.property(fc.array(submission, { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), (submissions, slots) => {
        const { model, pass } = createTestModel({ slots });
        for (const [index, { priority, waitSeconds }] of submissions.entries()) {
          model.exportClassifier(PROJECT, 'alice', createBody({ priority, asset: assetOf(index) }));
          pass(waitSeconds);
        }
        pass(3600);
        const tasks = model.operations(PROJECT).map(({ startTime = 0, endTime = 0, ...task }) => ({
          ...task,
          startTime,
          endTime,
        }));
        const countRunning = (time: number) => tasks.filter((t) => t.startTime <= time && time < t.endTime).length;
        for (const task of tasks) {
          expect(task.state).toBe('SUCCEEDED');
          expect(countRunning(task.startTime)).toBeLessThanOrEqual(slots);
          const passedOver = tasks.filter((t) => t.createTime < task.startTime && t.startTime > task.startTime);
          for (const other of passedOver) {
            expect(other.priority).toBeLessThanOrEqual(task.priority);
            if (other.priority === task.priority) expect(other.sequence).toBeGreaterThan(task.sequence);
          }
          if (task.startTime === task.createTime) continue;
          const ends = tasks.map((t) => t.endTime).filter((time) => time > task.createTime && time < task.startTime);
          for (const time of [task.createTime, ...ends]) expect(countRunning(time)).toBe(slots);
        }
      }),
    );
  });
});

describe('cancelling', () => {
  test('a waiting task is cancelled at once and leaves its place', () => {
    const { model, pass } = createTestModel({ slots: 1 });
    const names = [0, 1, 2].map(
      (i) => model.exportClassifier(PROJECT, 'alice', createBody({ asset: assetOf(i) })).name,
    );
    expect(model.cancelOperation(names[1] ?? '')).toEqual({});
    expect(model.getOperation(names[1] ?? '')).toMatchObject({
      metadata: { state: 'CANCELLED' },
      done: true,
      error: { code: 1, message: 'Cancelled.' },
    });
    expect(model.count(PROJECT)).toEqual({ pending: 1, running: 1 });
    pass(61);
    expect(model.operations(PROJECT).map((task) => task.state)).toEqual(['SUCCEEDED', 'CANCELLED', 'RUNNING']);
  });

  test('a waiting task may take a moment to be cancelled; it does not start meanwhile', () => {
    const { model, pass } = createTestModel({ slots: 1, pendingCancelMs: 90_000 });
    const names = [0, 1].map((i) => model.exportClassifier(PROJECT, 'alice', createBody({ asset: assetOf(i) })).name);
    model.cancelOperation(names[1] ?? '');
    pass(70);
    expect(model.getOperation(names[1] ?? '').metadata).toMatchObject({ state: 'CANCELLING' });
    expect(model.count(PROJECT)).toEqual({ pending: 0, running: 0 });
    pass(20);
    expect(model.getOperation(names[1] ?? '').metadata).toMatchObject({ state: 'CANCELLED' });
  });

  const memory = { code: 3, message: 'User memory limit exceeded.' };
  test.each<[CancelOutcome, string, object | undefined]>([
    ['CANCELLED', 'CANCELLED', { code: 1, message: 'Cancelled.' }],
    ['SUCCEEDED', 'SUCCEEDED', undefined],
    [{ failed: memory }, 'FAILED', memory],
  ])('a running task is CANCELLING, keeps its slot, and may end as %j', (outcome, state, error) => {
    const { model, pass } = createTestModel({ slots: 1, cancelMs: 5000, cancelOutcome: () => outcome });
    const names = [0, 1].map((i) => model.exportClassifier(PROJECT, 'alice', createBody({ asset: assetOf(i) })).name);
    pass(30);
    model.cancelOperation(names[0] ?? '');
    pass(4);
    expect(model.operations(PROJECT).map((task) => task.state)).toEqual(['CANCELLING', 'PENDING']);
    expect(model.count(PROJECT)).toEqual({ pending: 1, running: 1 });
    model.cancelOperation(names[0] ?? '');
    pass(1);
    expect(model.operations(PROJECT).map((task) => task.state)).toEqual([state, 'RUNNING']);
    expect(model.getOperation(names[0] ?? '').error).toEqual(error);
  });

  test('a run that would have ended meanwhile does not end the cancelling', () => {
    const { model, pass } = createTestModel({ cancelMs: 5000 });
    const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
    pass(58);
    model.cancelOperation(name);
    pass(4);
    expect(model.getOperation(name).metadata).toMatchObject({ state: 'CANCELLING' });
    pass(1);
    expect(model.getOperation(name).metadata).toMatchObject({ state: 'CANCELLED' });
  });

  test('an ended operation stays as it is, and one that is not known is 404', () => {
    const { model, pass } = createTestModel();
    const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
    pass(60);
    model.cancelOperation(name);
    pass(60);
    expect(model.getOperation(name).metadata).toMatchObject({ state: 'SUCCEEDED' });
    expect(readRefusal(() => model.cancelOperation(`${name}X`))).toMatchObject({ code: 404, status: 'NOT_FOUND' });
  });
});

describe('what a test can do to it', () => {
  test.each(['PENDING', 'RUNNING', 'CANCELLING'])(
    'finishOperation() ends a %s operation and frees its slot',
    (state) => {
      const { model } = createTestModel({ slots: state === 'PENDING' ? 0 : 1 });
      const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
      if (state === 'CANCELLING') model.cancelOperation(name);
      expect(model.getOperation(name).metadata).toMatchObject({ state });
      model.finishOperation(name, 'SUCCEEDED');
      expect(model.getOperation(name)).toMatchObject({ metadata: { state: 'SUCCEEDED', attempt: 1 }, done: true });
      expect(model.count(PROJECT)).toEqual({ pending: 0, running: 0 });
      model.finishOperation(name, 'CANCELLED');
      expect(model.getOperation(name).metadata).toMatchObject({ state: 'SUCCEEDED' });
    },
  );

  test.each(['forgetOperation', 'deleteOperation'] as const)(
    '%s() makes it unknown while its task goes on',
    (method) => {
      const { model, pass } = createTestModel();
      const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
      model[method](name);
      expect(readRefusal(() => model.getOperation(name))).toMatchObject({ code: 404 });
      expect(model.listOperations(PROJECT)).toEqual({});
      pass(60);
      expect(model.getAsset('projects/my-project/assets/forest').type).toBe('CLASSIFIER');
    },
  );

  test('retentionMs: an ended operation is forgotten after that time', () => {
    const { model, pass } = createTestModel({ retentionMs: 3_600_000 });
    const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
    pass(60 + 3599);
    expect(model.getOperation(name).done).toBe(true);
    pass(1);
    expect(readRefusal(() => model.getOperation(name))).toMatchObject({ code: 404 });
    expect(model.listOperations(PROJECT)).toEqual({});
  });

  test('startTask() queues the task of somebody else in the same queue', () => {
    const { model, pass } = createTestModel({ slots: 1 });
    model.startTask({ project: PROJECT, user: 'bob', type: 'EXPORT_IMAGE', description: 'map' });
    const { name } = model.exportClassifier(PROJECT, 'alice', createBody());
    expect(model.getOperation(name).metadata).toMatchObject({ state: 'PENDING' });
    pass(60);
    expect(
      model.listOperations(PROJECT).operations?.map(({ metadata }) => [metadata['type'], metadata['state']]),
    ).toEqual([
      ['EXPORT_CLASSIFIER', 'RUNNING'],
      ['EXPORT_IMAGE', 'SUCCEEDED'],
    ]);
  });

  test('calls counts every call by its RPC, refused ones too', () => {
    const { model } = createTestModel();
    model.exportClassifier(PROJECT, 'alice', createBody());
    readRefusal(() => model.exportClassifier(PROJECT, 'alice', {}));
    model.listOperations(PROJECT);
    expect(model.calls).toEqual({ ExportClassifier: 2, ListOperations: 1 });
  });
});

describe('assets', () => {
  test('folders are made, listed, and written into', () => {
    const { model, pass } = createTestModel({
      assets: [{ name: `projects/${PROJECT}/assets/training`, type: 'TABLE' }],
    });
    const folder = `projects/${PROJECT}/assets/models`;
    expect(model.createAsset(folder, { type: 'FOLDER' })).toMatchObject({ name: folder, type: 'FOLDER' });
    expect(readRefusal(() => model.createAsset(folder, { type: 'FOLDER' }))).toMatchObject({
      status: 'INVALID_ARGUMENT',
    });
    expect(readRefusal(() => model.createAsset(`${folder}/x/y`, { type: 'FOLDER' }))).toMatchObject({ code: 404 });
    model.exportClassifier(PROJECT, 'alice', createBody({ asset: `${folder}/rf` }));
    pass(60);
    expect(model.listAssets(`projects/${PROJECT}/assets`).assets?.map(({ type }) => type)).toEqual(['TABLE', 'FOLDER']);
    expect(model.listAssets(folder).assets).toMatchObject([{ name: `${folder}/rf`, type: 'CLASSIFIER' }]);
    expect(readRefusal(() => model.listAssets(`${folder}/rf`))).toMatchObject({ code: 404 });
  });

  test('listAssets() pages', () => {
    const { model } = createTestModel({ assets: [1, 2, 3].map((i) => ({ name: assetOf(i), type: 'TABLE' })) });
    const first = model.listAssets(`projects/${PROJECT}/assets`, { pageSize: 2 });
    const second = model.listAssets(`projects/${PROJECT}/assets`, {
      pageSize: 2,
      pageToken: first.nextPageToken ?? '',
    });
    expect([first.assets?.length, second.assets?.length, second.nextPageToken]).toEqual([2, 1, undefined]);
  });

  test('config() tells the registration and the slots', () => {
    const { model } = createTestModel({ slots: 4, registrationState: 'NOT_REGISTERED' });
    expect(model.config(PROJECT)).toEqual({ registrationState: 'NOT_REGISTERED', maxConcurrentExports: 4 });
  });
});
