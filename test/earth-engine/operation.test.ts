import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isEnded, type OperationState, readOperation } from '../../src/earth-engine/operation.ts';
import { readOperationExamples } from './examples.ts';

const NAME = 'projects/my-project/operations/AAAABBBBCCCCDDDDEEEEFFFF';

/** State, times as ISO texts and what else is worth comparing of each example. */
const EXPECTED: Record<string, object> = {
  'classifier-lifecycle.json': { state: 'PENDING', startTime: undefined, createTime: '2026-07-21T10:00:00.123Z' },
  'classifier-lifecycle.json (2)': { state: 'RUNNING', startTime: '2026-07-21T10:00:20.400Z' },
  'classifier-lifecycle.json (3)': {
    state: 'SUCCEEDED',
    endTime: '2026-07-21T10:03:20.500Z',
    progress: 1,
    batchEecuUsageSeconds: 12.5,
    destinationUris: ['https://code.earthengine.google.com/?asset=projects/my-project/assets/rf'],
    description: 'myExportClassifierTask',
    type: 'EXPORT_CLASSIFIER',
    priority: 100,
  },
  'client-cancelled-code1.json': { state: 'CANCELLED', error: { code: 1, message: 'Cancelled.' } },
  'client-empty-metadata.json': { state: 'PENDING', stages: [], destinationUris: [], description: undefined },
  'client-failed-code13.json': { state: 'FAILED', error: { code: 13, message: 'Internal error.' } },
  'client-failed-code3.json': { state: 'FAILED', error: { code: 3, message: '<message>' } },
  'client-just-created-no-state.json': { state: 'PENDING', description: 'myExportTableTask' },
  'client-running-stages-without-units.json': {
    state: 'RUNNING',
    stages: [
      { name: 'Create List of Assets', description: 'Listing of temporary files.' },
      { name: 'Write Files', description: 'Writing files to the export destination.' },
    ],
  },
  'client-running.json': { state: 'RUNNING', createTime: undefined, startTime: '1970-01-01T00:00:01.000Z' },
  'client-succeeded-but-done-false.json': { state: 'SUCCEEDED', destinationUris: ['https://test.com'] },
  'client-succeeded-ingest.json': { state: 'SUCCEEDED', createTime: '2018-10-04T18:00:01.749Z' },
  'client-unknown-state.json': { state: 'SUCCEEDED' },
  'doc-pending-2022.json': { state: 'PENDING', startTime: undefined },
  'real-failed-internal-attempt5.json': { state: 'FAILED', error: { message: 'Internal error.' } },
  'real-failed-invalid-attempt1.json': { state: 'FAILED' },
  'real-pending-2.json': { state: 'PENDING', startTime: undefined },
  'real-pending-epoch-starttime.json': { state: 'PENDING', startTime: undefined },
  'real-running-2.json': { state: 'RUNNING', batchEecuUsageSeconds: undefined },
  'real-running-no-eecu.json': { state: 'RUNNING', startTime: '2025-07-31T16:08:10.678Z' },
  'real-succeeded-table-toasset.json': { state: 'SUCCEEDED', batchEecuUsageSeconds: 9.014293670654297 },
};

function toComparable(operation: object | undefined): object {
  const entries = Object.entries(operation ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, name.endsWith('Time') ? new Date(value).toISOString() : value]),
  );
}

/** What an operation with this metadata and these top-level fields is read as. */
function readState(state: unknown, rest: object = {}): OperationState | undefined {
  const metadata = state === undefined ? {} : { state };
  return readOperation({ name: NAME, metadata, ...rest })?.state;
}

describe('readOperation() reads what was seen in public', () => {
  const examples = readOperationExamples();

  test('and every example is expected here', () => {
    expect(new Set(examples.map(({ file }) => file))).toEqual(new Set(Object.keys(EXPECTED)));
  });

  test.each(examples)('$file', ({ file, operation }) => {
    const read = toComparable(readOperation(operation));
    const expected = Object.entries(EXPECTED[file] ?? {});
    expect(expected.map(([name]) => [name, (read as Record<string, unknown>)[name]])).toEqual(expected);
  });
});

describe('readOperation() decides what contradicts itself', () => {
  const error = { code: 3, message: 'No' };
  const cancelled = { code: 1, message: 'Cancelled.' };
  const response = { '@type': 'type.googleapis.com/google.protobuf.Empty' };

  test.each<[string, OperationState, unknown, object]>([
    ['done without a state', 'SUCCEEDED', undefined, { done: true }],
    ['done without a state, with an error', 'FAILED', undefined, { done: true, error }],
    ['done without a state, cancelled', 'CANCELLED', undefined, { done: true, error: cancelled }],
    ['an error alone', 'FAILED', undefined, { error }],
    ['an error of nothing', 'FAILED', undefined, { done: true, error: {} }],
    ['an error that is text', 'FAILED', undefined, { done: true, error: 'broken' }],
    ['an error that is null', 'SUCCEEDED', undefined, { done: true, error: null }],
    ['an unknown state, done', 'SUCCEEDED', 'UNKNOWN', { done: true }],
    ['an unknown state, done, with an error', 'FAILED', 'UNKNOWN', { done: true, error }],
    ['an unknown state', 'RUNNING', 'ARCHIVING', {}],
    ['an unknown state with an error of its last try', 'RUNNING', 'ARCHIVING', { error }],
    ['an unspecified state', 'PENDING', 'STATE_UNSPECIFIED', {}],
    ['an unspecified state, done', 'SUCCEEDED', 'STATE_UNSPECIFIED', { done: true }],
    ['a state that is null', 'PENDING', null, {}],
    ['a state that is a number', 'RUNNING', 2, {}],
    ['SUCCEEDED, not done', 'SUCCEEDED', 'SUCCEEDED', { done: false }],
    ['SUCCEEDED with an error', 'FAILED', 'SUCCEEDED', { done: true, error, response }],
    ['SUCCEEDED with an error, not done', 'FAILED', 'SUCCEEDED', { done: false, error }],
    ['SUCCEEDED, cancelled', 'CANCELLED', 'SUCCEEDED', { done: true, error: cancelled }],
    ['FAILED with a response', 'FAILED', 'FAILED', { done: true, response }],
    ['FAILED without an error', 'FAILED', 'FAILED', {}],
    ['FAILED with the code of a cancel', 'FAILED', 'FAILED', { done: true, error: cancelled }],
    ['CANCELLED with the code of a failure', 'CANCELLED', 'CANCELLED', { done: true, error }],
    ['CANCELLED, not done', 'CANCELLED', 'CANCELLED', { done: false }],
    ['RUNNING, done: it is looked at again', 'RUNNING', 'RUNNING', { done: true }],
    ['PENDING, done: it is looked at again', 'RUNNING', 'PENDING', { done: true }],
    ['CANCELLING, done: it is looked at again', 'CANCELLING', 'CANCELLING', { done: true }],
    ['RUNNING, done, with a response', 'SUCCEEDED', 'RUNNING', { done: true, response }],
    ['RUNNING, done, with an error', 'FAILED', 'RUNNING', { done: true, error }],
    ['CANCELLING, done, cancelled', 'CANCELLED', 'CANCELLING', { done: true, error: cancelled }],
    ['RUNNING with an error of its last try', 'RUNNING', 'RUNNING', { error }],
    ['RUNNING, done as text', 'RUNNING', 'RUNNING', { done: 'true' }],
  ])('%s: %s', (_, expected, state, rest) => {
    expect(readState(state, rest)).toBe(expected);
  });
});

describe('readOperation() reads', () => {
  function readMetadata(metadata: object) {
    return readOperation({ name: NAME, metadata });
  }

  test.each([
    ['no digits', '2026-07-21T10:00:20Z', '2026-07-21T10:00:20.000Z'],
    ['three digits', '2026-07-21T10:00:20.123Z', '2026-07-21T10:00:20.123Z'],
    ['six digits', '2026-07-21T10:00:20.123456Z', '2026-07-21T10:00:20.123Z'],
    ['nine digits', '2026-07-21T10:00:20.123456789Z', '2026-07-21T10:00:20.123Z'],
    ['an offset', '2026-07-21T12:00:20.5+02:00', '2026-07-21T10:00:20.500Z'],
  ])('times with %s', (_, written, expected) => {
    expect(new Date(readMetadata({ startTime: written })?.startTime ?? 0).toISOString()).toBe(expected);
  });

  test.each([
    '1970-01-01T00:00:00Z',
    '1970-01-01T00:00:00.000000000Z',
    '0001-01-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026',
    '',
    'yesterday',
    1_790_000_000_000,
    null,
  ])('no time from %j', (startTime) => {
    expect(readMetadata({ startTime })).not.toHaveProperty('startTime');
  });

  test('numbers, and the text of numbers', () => {
    const units = { completeWorkUnits: '45', totalWorkUnits: 100 };
    const read = readMetadata({
      priority: '9999',
      progress: 0.5,
      batchEecuUsageSeconds: ' ',
      stages: [units, { totalWorkUnits: 'x' }, 'no', null, []],
    });
    expect(read).toMatchObject({ priority: 9999, progress: 0.5 });
    expect(read).not.toHaveProperty('batchEecuUsageSeconds');
    expect(read?.stages).toEqual([{ name: '', completeWorkUnits: 45, totalWorkUnits: 100 }, { name: '' }]);
  });

  test('only text among the destinations', () => {
    expect(readMetadata({ destinationUris: ['a', 1, null, {}, 'b'] })?.destinationUris).toEqual(['a', 'b']);
    expect(readMetadata({ destinationUris: 'a' })?.destinationUris).toEqual([]);
  });

  test('no more than can be kept', () => {
    const long = 'x'.repeat(1_000_000);
    const stages = Array.from({ length: 100_000 }, () => ({ displayName: long }));
    const body = { metadata: { description: long, stages, destinationUris: stages.map(() => long) } };
    const read = readOperation({ name: NAME, ...body, error: { code: 3, message: long } });
    expect(read?.error?.message).toMatch(/^x{3999}…$/);
    expect(read?.description).toHaveLength(4_000);
    expect(read?.stages).toHaveLength(100);
    expect(read?.destinationUris).toHaveLength(100);
    expect(JSON.stringify(read).length).toBeLessThan(1_000_000);
  });

  test('text that can be stored, whatever it was cut out of', () => {
    const read = readMetadata({ description: `a\ud800b${'🌲'.repeat(2_000)}` });
    expect(read?.description?.isWellFormed()).toBe(true);
  });

  test('keys of the prototype as what they are: unknown', () => {
    const body = JSON.parse(
      `{"name":"${NAME}","__proto__":{"done":true},"metadata":{"__proto__":{"state":"SUCCEEDED"}}}`,
    );
    expect(readOperation(body)?.state).toBe('PENDING');
    expect(({} as { done?: unknown }).done).toBeUndefined();
  });
});

describe('readOperation() takes nothing for an operation that could not be asked for again', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'text'],
    ['a number', 42],
    ['a list', [{ name: NAME }]],
    ['an empty object', {}],
    ['an error', { error: { code: 400, message: 'No', status: 'INVALID_ARGUMENT' } }],
    ['a name that is no text', { name: 7 }],
    ['an empty name', { name: '' }],
    ['a legacy name', { name: 'operations/ABC' }],
    ['a name without an id', { name: 'projects/p/operations/' }],
    ['a name without a project', { name: 'projects//operations/ABC' }],
    ['the name of something else', { name: 'projects/p/assets/ABC' }],
    ['a name that climbs', { name: 'projects/p/operations/../../q/operations/ABC' }],
    ['a name with a dot for a segment', { name: 'projects/p/operations/./ABC' }],
    ['a name of 3,000 characters', { name: `projects/p/operations/${'A'.repeat(3_000)}` }],
    ['a name with half a character', { name: 'projects/p/operations/\ud800' }],
  ])('%s', (_, value) => {
    expect(readOperation(value)).toBeUndefined();
  });

  test('but any name of the API pattern, of several segments too', () => {
    expect(readOperation({ name: 'projects/example.com:p/operations/a/b' })?.name).toBe(
      'projects/example.com:p/operations/a/b',
    );
  });
});

describe('readOperation(), whatever it is given,', () => {
  const states = ['PENDING', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'CANCELLED', 'FAILED', 'STATE_UNSPECIFIED', 'NEW'];
  const json = fc.jsonValue();
  const body = fc.record(
    {
      name: fc.oneof(fc.constant(NAME), json),
      done: fc.oneof(fc.boolean(), json),
      error: fc.oneof(fc.record({ code: fc.integer({ min: 0, max: 20 }), message: fc.string() }), json),
      response: json,
      metadata: fc.oneof(
        fc.record(
          { state: fc.oneof(fc.constantFrom(...states), json), startTime: json, stages: json, description: json },
          { requiredKeys: [] },
        ),
        json,
      ),
    },
    { requiredKeys: [] },
  );

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(json, body), (value) => void readOperation(value)),
      { numRuns: 1_000 },
    );
  });

  test('never takes one with an error for a success', () => {
    const withError = body.map((value) => ({ ...value, error: value.error ?? {} }));
    fc.assert(
      fc.property(withError, (value) => readOperation({ ...value, name: NAME })?.state !== 'SUCCEEDED'),
      { numRuns: 1_000 },
    );
  });

  test('ends one only on the word of its state or of done', () => {
    const live = body.map((value) => ({ ...value, error: undefined, done: value.done === true ? 'true' : value.done }));
    fc.assert(
      fc.property(live, (value) => {
        const read = readOperation({ ...value, name: NAME });
        const told = (value.metadata as { state?: unknown } | undefined)?.state;
        return read !== undefined && (!isEnded(read.state) || read.state === told);
      }),
      { numRuns: 1_000 },
    );
  });
});
