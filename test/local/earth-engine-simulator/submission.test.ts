import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RpcStatus } from '../../../src/local/earth-engine-simulator/api-error.ts';
import type { RefusalKind } from '../../../src/local/earth-engine-simulator/refusals.ts';
import { createBody, createTestModel, readRefusal } from './export-requests.ts';

const PROJECT = 'my-project';
const ALREADY_STARTED = 'A different Operation was already started with the given request_id.';

function refusalOf(fields: Record<string, unknown>): unknown {
  const { model } = createTestModel();
  return readRefusal(() => model.exportClassifier(PROJECT, 'alice', createBody(fields)));
}

describe('the body of an export', () => {
  test.each(['python-random-forest', 'javascript-mapped-function', 'javascript-tree-ensemble'])(
    'what the official client wrote is taken: %s',
    (name) => {
      const body = JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
      const { model } = createTestModel();
      expect(model.exportClassifier(PROJECT, 'alice', body).metadata).toMatchObject({ description: body.description });
    },
  );

  test.each<[string, Record<string, unknown>]>([
    ['a plain priority', { priority: 250 }],
    ['a priority as the Python client wraps it', { priority: { value: 250 } }],
    ['priority 0', { priority: 0 }],
    ['null for absent', { priority: null, description: null, requestId: null }],
    ['100 characters of description', { description: '.,:;_-'.padEnd(100, 'x') }],
    ['an empty description', { description: '' }],
    ['an empty requestId', { requestId: '' }],
    ['60 characters of requestId', { requestId: 'A-1'.padEnd(60, 'x') }],
    ['63 characters of workloadTag', { workloadTag: 'a'.repeat(63) }],
    ['overwrite', { overwrite: true }],
    ['ten segments', { asset: 'projects/my-project/assets/1/2/3/4/5/6/7/8/9/0' }],
    ['a domain-scoped project', { asset: 'projects/example.com:my-project/assets/rf' }],
    ['a legacy asset', { asset: 'projects/earthengine-legacy/assets/users/me/rf/v1' }],
    ['a null constant', { expression: { result: '0', values: { 0: { constantValue: null } } } }],
  ])('%s is taken', (_title, fields) => {
    expect(refusalOf(fields)).toBeUndefined();
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['space in the description', { description: 'my export' }, 'Invalid description "my export"'],
    ['101 characters of description', { description: 'x'.repeat(101) }, 'Invalid description'],
    ['61 characters of requestId', { requestId: 'x'.repeat(61) }, 'Invalid request_id'],
    ['underscore in the requestId', { requestId: 'a_b' }, 'Invalid request_id "a_b"'],
    ['upper case in the workloadTag', { workloadTag: 'Tag' }, 'Invalid workload_tag "Tag"'],
    ['priority 10000', { priority: 10000 }, 'Invalid priority 10000'],
    ['priority -1', { priority: { value: -1 } }, 'Invalid priority -1'],
    ['no expression', { expression: null }, "Required field 'expression' is missing."],
    [
      'no destination',
      { assetExportOptions: {} },
      "Required field 'asset_export_options.earth_engine_destination.name'",
    ],
    ['an asset id without its project', { asset: 'users/me/rf' }, 'Name "users/me/rf" is invalid.'],
    [
      'a dot in the asset name',
      { asset: 'projects/my-project/assets/a.b' },
      'Name "projects/my-project/assets/a.b" is',
    ],
    ['an empty segment', { asset: 'projects/my-project/assets/a//b' }, 'Name "projects/my-project/assets/a//b" is'],
    [
      'eleven segments',
      { asset: 'projects/my-project/assets/1/2/3/4/5/6/7/8/9/0/1' },
      'Name "projects/my-project/assets/1/2',
    ],
    [
      'a legacy asset right under the root',
      { asset: 'projects/earthengine-legacy/assets/x' },
      'Name "projects/earthengine-legacy/assets/x" is invalid. The portion of the Asset name following "projects/*/assets/" must have at least 3 segments and at most 10 segments.',
    ],
  ])('%s is refused with 400', (_title, fields, message) => {
    expect(refusalOf(fields)).toMatchObject({
      code: 400,
      status: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });

  test('the public catalogue cannot be written', () => {
    expect(refusalOf({ asset: 'projects/earthengine-public/assets/x' })).toMatchObject({ code: 403 });
  });

  test('unknown names and wrong types are all named at once, as BadRequest', () => {
    const { model } = createTestModel();
    const body = {
      ...createBody({ priority: 'high', maxWorkers: 3 }),
      assetExportOptions: { earthEngineDestination: { tilesets: [], overwrite: 1 } },
    };
    const descriptions = [
      `Invalid value at 'priority' (type.googleapis.com/google.protobuf.Int32Value), "high"`,
      'Invalid JSON payload received. Unknown name "maxWorkers": Cannot find field.',
      `Invalid JSON payload received. Unknown name "tilesets" at 'asset_export_options.earth_engine_destination': Cannot find field.`,
      "Invalid value at 'asset_export_options.earth_engine_destination.overwrite' (TYPE_BOOL), 1",
    ];
    expect(readRefusal(() => model.exportClassifier(PROJECT, 'alice', body))).toEqual({
      code: 400,
      status: 'INVALID_ARGUMENT',
      message: descriptions.join('\n'),
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.BadRequest',
          fieldViolations: [
            { field: 'priority', description: descriptions[0] },
            { description: descriptions[1] },
            { field: 'asset_export_options.earth_engine_destination', description: descriptions[2] },
            { field: 'asset_export_options.earth_engine_destination.overwrite', description: descriptions[3] },
          ],
        },
      ],
    });
  });

  test.each(['constructor', '__proto__'])('the name %s is as unknown as any other', (name) => {
    const { model } = createTestModel();
    const body = JSON.parse(JSON.stringify(createBody()).replace('{', `{"${name}":{"polluted":1},`));
    const message = `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`;
    expect(readRefusal(() => model.exportClassifier(PROJECT, 'alice', body))).toMatchObject({ code: 400, message });
  });

  test.each([{ value: 5, unit: 'x' }, { value: '5' }, 1.5, '5', [5]])('priority %j is a wrong value', (priority) => {
    expect(refusalOf({ priority })).toMatchObject({ message: expect.stringContaining("Invalid value at 'priority'") });
  });

  const node = { constantValue: 1 };
  test.each<[string, unknown, string]>([
    ['a string', '{}', 'not an object'],
    ['no result', { values: { 0: node } }, 'no value undefined'],
    ['a result that is not there', { result: '1', values: { 0: node } }, 'no value "1"'],
    ['an inherited result', { result: 'constructor', values: { 0: node } }, 'no value "constructor"'],
    ['no values', { result: '0' }, 'values: not an object'],
    ['another key', { result: '0', values: { 0: node }, type: 'Invocation' }, 'unknown name "type"'],
    ['a dangling valueReference', { result: '0', values: { 0: { valueReference: '7' } } }, 'no value "7"'],
    ['an empty node', { result: '0', values: { 0: {} } }, 'a value node with 0 kinds'],
    [
      'a node of two kinds',
      { result: '0', values: { 0: { ...node, integerValue: '1' } } },
      'a value node with 2 kinds',
    ],
    ['an unknown kind', { result: '0', values: { 0: { numberValue: 1 } } }, 'unknown name "numberValue"'],
    ['an integer that is no text', { result: '0', values: { 0: { integerValue: 1 } } }, 'integerValue: not a string'],
    [
      'a body that is not there',
      { result: '0', values: { 0: { functionDefinitionValue: { argumentNames: [], body: '1' } } } },
      'no value "1"',
    ],
    [
      'an invocation without a function',
      { result: '0', values: { 0: { functionInvocationValue: { arguments: {} } } } },
      'no value undefined',
    ],
    [
      'an invocation with two functions',
      { result: '0', values: { 0: { functionInvocationValue: { functionName: 'a', functionReference: '0' } } } },
      'neither or both',
    ],
    [
      'a fault deep inside',
      { result: '0', values: { 0: { arrayValue: { values: [{ dictionaryValue: { values: { a: {} } } }] } } } },
      'with 0 kinds',
    ],
  ])('an expression with %s is refused with 400', (_title, expression, reason) => {
    expect(refusalOf({ expression })).toMatchObject({
      code: 400,
      message: expect.stringMatching(
        /^Invalid value at 'expression' \(type.googleapis.com\/google.earthengine.v1.Expression\), /,
      ),
      details: [
        {
          fieldViolations: [
            { field: 'expression', description: expect.stringContaining(JSON.stringify(reason).slice(1, -1)) },
          ],
        },
      ],
    });
  });

  test('nesting is taken to 100 levels, and a hundred thousand do no harm', () => {
    const nest = (levels: number) => {
      let inner: object = node;
      for (let i = 0; i < levels; i += 1) inner = { arrayValue: { values: [inner] } };
      return { result: '0', values: { 0: inner } };
    };
    const { model } = createTestModel();
    const submit = (levels: number) => () =>
      model.exportClassifier(PROJECT, 'alice', { ...createBody({ overwrite: true }), expression: nest(levels) });
    expect(readRefusal(submit(32))).toBeUndefined();
    expect(readRefusal(submit(33))).toMatchObject({ code: 400 });
    expect(readRefusal(submit(100_000))).toMatchObject({ code: 400 });
  });
});

describe('requestId', () => {
  test.each<[RpcStatus | undefined, number]>([
    [undefined, 409],
    ['INVALID_ARGUMENT', 400],
  ])('a second use is an error without a name; status %s gives HTTP %d', (duplicateStatus, code) => {
    const { model } = createTestModel(duplicateStatus === undefined ? {} : { duplicateStatus });
    model.exportClassifier(PROJECT, 'alice', createBody({ requestId: 'r1' }));
    const again = () => model.exportClassifier(PROJECT, 'alice', createBody({ requestId: 'r1' }));
    expect(readRefusal(again)).toEqual({ code, status: duplicateStatus ?? 'ALREADY_EXISTS', message: ALREADY_STARTED });
    expect(model.operations(PROJECT)).toHaveLength(1);
  });

  test("duplicateReply 'same' gives the first operation as it is now", () => {
    const { model, pass } = createTestModel({ duplicateReply: 'same' });
    const { name } = model.exportClassifier(PROJECT, 'alice', createBody({ requestId: 'r1' }));
    pass(60);
    const again = model.exportClassifier(PROJECT, 'alice', createBody({ requestId: 'r1' }));
    expect(again).toMatchObject({ name, done: true });
  });

  test('a refused request does not use its id up', () => {
    const { model } = createTestModel();
    readRefusal(() => model.exportClassifier(PROJECT, 'alice', createBody({ requestId: 'r1', priority: -1 })));
    expect(
      readRefusal(() => model.exportClassifier(PROJECT, 'alice', createBody({ requestId: 'r1' }))),
    ).toBeUndefined();
  });

  test('an id is forgotten after requestIdLifetimeMs', () => {
    const { model, pass } = createTestModel({ requestIdLifetimeMs: 1000 });
    const submit = () => model.exportClassifier(PROJECT, 'alice', createBody({ requestId: 'r1' }));
    submit();
    pass(0.999);
    expect(readRefusal(submit)).toMatchObject({ message: ALREADY_STARTED });
    pass(0.001);
    expect(readRefusal(submit)).toBeUndefined();
  });

  test('whatever is sent in whatever order, an id starts at most one operation of a user, in any project', () => {
    const submission = fc.record({
      user: fc.constantFrom('alice', 'bob'),
      project: fc.constantFrom('project-1', 'project-2'),
      requestId: fc.constantFrom('a', 'b', 'c'),
      seconds: fc.nat({ max: 90 }),
    });
    const reply = fc.constantFrom('error' as const, 'same' as const);
    fc.assert(
      fc.property(
        fc.array(submission),
        reply,
        fc.integer({ min: 1, max: 3 }),
        (submissions, duplicateReply, maxPending) => {
          const { model, pass } = createTestModel({ duplicateReply, maxPending, slots: 1 });
          for (const { user, project, requestId, seconds } of submissions) {
            readRefusal(() => model.exportClassifier(project, user, createBody({ requestId, overwrite: true })));
            pass(seconds);
          }
          const started = ['project-1', 'project-2'].flatMap((project) => model.operations(project));
          const ids = started.map(({ user, requestId }) => `${user} ${requestId}`);
          expect(new Set(ids).size).toBe(ids.length);
          const asked = new Set(submissions.map(({ user, requestId }) => `${user} ${requestId}`));
          expect(ids.length).toBeLessThanOrEqual(asked.size);
          if (submissions.length > 0) expect(ids.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('a full queue', () => {
  test.each([
    [true, ALREADY_STARTED],
    [false, undefined],
  ])('is refused with its size; queueFullBurnsId %s decides what the same id gets later', (queueFullBurnsId, later) => {
    const { model, pass } = createTestModel({ slots: 1, maxPending: 2, queueFullBurnsId });
    const submit = (requestId: string) => () =>
      model.exportClassifier(PROJECT, 'alice', createBody({ requestId, overwrite: true }));
    for (const id of ['r1', 'r2', 'r3']) submit(id)();
    expect(readRefusal(submit('r4'))).toEqual({
      code: 400,
      status: 'FAILED_PRECONDITION',
      message: 'Too many tasks already in the queue (2). Please wait for some of them to complete.',
    });
    pass(60);
    expect(readRefusal(submit('r4'))).toEqual(
      later === undefined ? undefined : expect.objectContaining({ message: later }),
    );
    expect(readRefusal(submit('r5'))).toEqual(later === undefined ? expect.anything() : undefined);
  });

  test('its status can be another one', () => {
    const { model } = createTestModel({ slots: 0, maxPending: 0, queueFullStatus: 'RESOURCE_EXHAUSTED' });
    expect(readRefusal(() => model.exportClassifier(PROJECT, 'alice', createBody()))).toMatchObject({ code: 429 });
  });
});

describe('refusals that do not depend on the request', () => {
  test.each<[RefusalKind, number, string, string | undefined]>([
    ['unauthenticated', 401, 'Request had invalid authentication credentials.', 'ACCESS_TOKEN_EXPIRED'],
    [
      'apiDisabled',
      403,
      'Google Earth Engine API has not been used in project my-project before or it is disabled.',
      'SERVICE_DISABLED',
    ],
    ['notRegistered', 403, 'Project my-project is not registered to use Earth Engine.', undefined],
    ['serviceUsage', 403, 'Caller does not have required permission to use project my-project.', 'USER_PROJECT_DENIED'],
    ['scopeInsufficient', 403, 'Request had insufficient authentication scopes.', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'],
    ['concurrency', 429, 'Too Many Requests: Request was rejected', undefined],
    ['quotaMetric', 429, "Quota exceeded for quota metric 'Number of read requests'", 'RATE_LIMIT_EXCEEDED'],
  ])('%s: %d', (kind, code, message, reason) => {
    const { model } = createTestModel({ refusals: { [PROJECT]: kind } });
    const refusal = readRefusal(() => model.listOperations(PROJECT));
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(message) });
    if (reason !== undefined)
      expect(refusal).toMatchObject({ details: expect.arrayContaining([expect.objectContaining({ reason })]) });
    expect(JSON.stringify(refusal)).not.toMatch(/[{](project|method)[}]/);
    expect(readRefusal(() => model.listOperations('other-project'))).toBeUndefined();
  });

  test('the daily EECU quota stops exports only, and * means every project', () => {
    const { model } = createTestModel({ refusals: { '*': 'dailyEecuQuota' } });
    expect(readRefusal(() => model.exportClassifier(PROJECT, 'alice', createBody()))).toEqual({
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      message: expect.stringContaining("custom quota for 'earthengine.googleapis.com/daily_eecu_usage_time'"),
    });
    expect(readRefusal(() => model.listOperations(PROJECT))).toBeUndefined();
    model.configure({ dailyEecuStatus: 'FAILED_PRECONDITION' });
    expect(readRefusal(() => model.exportClassifier(PROJECT, 'alice', createBody()))).toMatchObject({ code: 400 });
    model.configure({ refusals: {} });
    expect(readRefusal(() => model.exportClassifier(PROJECT, 'alice', createBody()))).toBeUndefined();
  });

  test('projects: only those are known', () => {
    const { model } = createTestModel({ projects: [PROJECT] });
    expect(readRefusal(() => model.listOperations(PROJECT))).toBeUndefined();
    expect(readRefusal(() => model.listOperations('other-project'))).toMatchObject({ code: 403 });
    expect(readRefusal(() => model.listOperations('No_Project'))).toMatchObject({ code: 400 });
  });

  test('an existing asset can be found at submission', () => {
    const assets = [{ name: 'projects/my-project/assets/forest', type: 'CLASSIFIER' }];
    const { model } = createTestModel({ assets, overwriteRefusedAt: 'submit' });
    expect(readRefusal(() => model.exportClassifier(PROJECT, 'alice', createBody()))).toEqual({
      code: 400,
      status: 'INVALID_ARGUMENT',
      message: "Cannot overwrite asset 'projects/my-project/assets/forest'.",
    });
    expect(
      readRefusal(() => model.exportClassifier(PROJECT, 'alice', createBody({ overwrite: true }))),
    ).toBeUndefined();
  });
});
