import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type EndedExport, toCompletionEvent, toEventMessage } from '../../src/events/completion-event.ts';
import {
  completionDataSchema,
  eventAttributesSchema,
  toEventSchema,
} from '../../src/events/completion-event-schema.ts';
import { ENDED_STATES } from '../../src/events/ended-states.ts';

const TIME = Date.parse('2026-11-02T08:00:00Z');
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** The least that is known of an export: a message that could not be read. */
const LEAST: EndedExport = {
  id: 'ps-1',
  project: 'my-project',
  state: 'REJECTED',
  attempt: 1,
  createTime: TIME,
  labels: {},
};
const FULL: EndedExport = {
  id: 'nightly-2026-11-02',
  project: 'my-project',
  state: 'FAILED',
  request: {
    asset: 'projects/my-project/assets/models/rf',
    description: 'Nightly',
    workloadTag: 'nightly',
    priority: 0,
  },
  operation: 'projects/my-project/operations/ABC',
  attempt: 2,
  messageId: '123',
  createTime: TIME,
  submitTime: TIME + 1,
  startTime: TIME + 2,
  endTime: TIME + 3,
  batchEecuUsageSeconds: 12.5,
  destinationUris: ['https://code.earthengine.google.com/?asset=projects/my-project/assets/models/rf'],
  labels: { team: 'forest' },
  error: {
    code: 13,
    status: 'INTERNAL',
    message: 'Internal error.',
    reason: 'INTERNAL',
    remedy: 'Retry the export',
    retryable: true,
  },
};

describe('toCompletionEvent()', () => {
  test('says everything that is known', () => {
    expect(toCompletionEvent(FULL, TIME + 4)).toEqual({
      id: 'nightly-2026-11-02:FAILED:2',
      type: 'earthengine.classifier.export.failed.v1',
      source: '//earthengine.googleapis.com/projects/my-project',
      subject: 'projects/my-project/assets/models/rf',
      time: '2026-11-02T08:00:00.004Z',
      data: {
        id: 'nightly-2026-11-02',
        project: 'my-project',
        state: 'FAILED',
        operation: 'projects/my-project/operations/ABC',
        asset: 'projects/my-project/assets/models/rf',
        description: 'Nightly',
        requestId: 'nightly-2026-11-02',
        workloadTag: 'nightly',
        priority: 0,
        attempt: 2,
        messageId: '123',
        createTime: '2026-11-02T08:00:00.000Z',
        submitTime: '2026-11-02T08:00:00.001Z',
        startTime: '2026-11-02T08:00:00.002Z',
        endTime: '2026-11-02T08:00:00.003Z',
        batchEecuUsageSeconds: 12.5,
        destinationUris: FULL.destinationUris,
        labels: { team: 'forest' },
        error: FULL.error,
      },
    });
  });

  test('says null for what is not known, and names no subject', () => {
    const event = toCompletionEvent(LEAST, TIME);
    expect(event).not.toHaveProperty('subject');
    expect(event.data).toEqual({
      id: 'ps-1',
      project: 'my-project',
      state: 'REJECTED',
      operation: null,
      asset: null,
      description: null,
      requestId: 'ps-1',
      workloadTag: null,
      priority: null,
      attempt: 1,
      messageId: null,
      createTime: '2026-11-02T08:00:00.000Z',
      submitTime: null,
      startTime: null,
      endTime: null,
      batchEecuUsageSeconds: null,
      destinationUris: [],
      labels: {},
      error: null,
    });
  });

  test.each(ENDED_STATES)('has a type of its own for %s', (state) => {
    const { id, type, data } = toCompletionEvent({ ...FULL, state }, TIME);
    expect([id, type, data.state]).toEqual([
      `nightly-2026-11-02:${state}:2`,
      `earthengine.classifier.export.${state.toLowerCase()}.v1`,
      state,
    ]);
  });

  test('has the same id whenever it is made, and another for another attempt', () => {
    const ids = [TIME, TIME + 60_000].map((time) => toCompletionEvent(FULL, time).id);
    expect(new Set([...ids, toCompletionEvent({ ...FULL, attempt: 3 }, TIME).id]).size).toBe(2);
  });

  test.each(['QUEUED', 'PENDING', 'RUNNING', 'CANCELLING', 'ARCHIVED', ''])(
    'is made of no export that is %j',
    (state) => {
      expect(() => toCompletionEvent({ ...FULL, state }, TIME)).toThrow(
        `Cannot announce the export "nightly-2026-11-02": it is "${state}"; an export that has ended is wanted`,
      );
    },
  );

  test('tells of a LOST export what its destination holds', () => {
    const lost = { ...FULL, state: 'LOST' };
    const updateTime = '2026-11-02T07:00:00.000Z';
    expect(toCompletionEvent(lost, TIME).data).not.toHaveProperty('assetFound');
    expect(toCompletionEvent(lost, TIME, { found: false }).data).toMatchObject({ assetFound: false });
    expect(toCompletionEvent(lost, TIME, { found: true, updateTime }).data).toMatchObject({
      assetFound: true,
      assetUpdateTime: updateTime,
    });
  });
});

describe('toEventMessage()', () => {
  test('writes a CloudEvent in binary mode, with the names that Pub/Sub wants', () => {
    const event = toCompletionEvent(FULL, TIME);
    const message = toEventMessage(event, TRACEPARENT);
    expect(message.attributes).toEqual({
      'ce-specversion': '1.0',
      'ce-id': 'nightly-2026-11-02:FAILED:2',
      'ce-type': 'earthengine.classifier.export.failed.v1',
      'ce-source': '//earthengine.googleapis.com/projects/my-project',
      'ce-subject': 'projects/my-project/assets/models/rf',
      'ce-time': '2026-11-02T08:00:00.000Z',
      'content-type': 'application/json',
      exportId: 'nightly-2026-11-02',
      project: 'my-project',
      state: 'FAILED',
      traceparent: TRACEPARENT,
    });
    expect(JSON.parse(message.data)).toEqual(event.data);
  });

  test('leaves out what is not known', () => {
    const names = Object.keys(toEventMessage(toCompletionEvent(LEAST, TIME)).attributes);
    expect(names).not.toContain('ce-subject');
    expect(names).not.toContain('traceparent');
  });

  /** The longest name that a request may ask for. */
  const longest = `projects/example.com:${'a'.repeat(30)}/assets/${Array(10).fill('b'.repeat(100)).join('/')}`;

  test.each([
    ['as long as an attribute may be', 'a'.repeat(1_024), true],
    ['one byte longer', 'a'.repeat(1_025), false],
    ['of fewer characters but more bytes', 'ü'.repeat(513), false],
    ['that a request may ask for', longest, false],
    ['that is empty', '', false],
  ])('names an asset %s in the data, in an attribute if it fits', (_, asset, fits) => {
    const event = toCompletionEvent({ ...FULL, request: { asset, description: '' } }, TIME);
    const { data, attributes } = toEventMessage(event);
    expect(attributes['ce-subject']).toBe(fits ? asset : undefined);
    expect(JSON.parse(data).asset).toBe(asset);
  });

  test('can always be published, whatever the export holds', () => {
    const text = fc.tuple(fc.string({ unit: 'binary' }), fc.nat(1_000)).map(([part, times]) => part.repeat(times));
    const request = fc.record({ asset: text, description: text });
    fc.assert(
      fc.property(text, text, request, text, (id, project, asked, traceparent) => {
        const event = toCompletionEvent({ ...LEAST, id, project, request: asked }, TIME);
        const { attributes } = toEventMessage(event, traceparent);
        for (const value of Object.values(attributes)) expect(Buffer.byteLength(value)).toBeLessThanOrEqual(1_024);
        expect(Object.keys(attributes)).toEqual(expect.arrayContaining(['ce-id', 'ce-source', 'exportId', 'project']));
      }),
      { numRuns: 50 },
    );
  });
});

describe('completion-event.schema.json', () => {
  const path = join(import.meta.dirname, '../../src/events/completion-event.schema.json');

  test('is what the schema in the source says (npm run event-schema)', () => {
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(toEventSchema())));
  });

  test('is of draft 2020-12 and lets later versions add fields', () => {
    expect(toEventSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: { attributes: { type: 'object' } },
    });
    expect(JSON.stringify(toEventSchema())).not.toContain('"additionalProperties":false');
  });

  test('describes every field', () => {
    const { properties } = toEventSchema() as { properties: Record<string, { description?: string }> };
    const silent = Object.entries(properties).filter(([, { description }]) => !description);
    expect(silent).toEqual([]);
  });

  const strictData = completionDataSchema.strict();
  const strictAttributes = eventAttributesSchema.strict();
  const lost = { found: true, updateTime: new Date(TIME).toISOString() };

  test.each([
    ...ENDED_STATES.map((state) => [state, toCompletionEvent({ ...FULL, state }, TIME)] as const),
    ['the least', toCompletionEvent(LEAST, TIME)] as const,
    ['LOST, with its asset', toCompletionEvent({ ...FULL, state: 'LOST' }, TIME, lost)] as const,
  ])('holds for an event: %s', (_, event) => {
    const { data, attributes } = toEventMessage(event, TRACEPARENT);
    expect(strictData.safeParse(JSON.parse(data)).error).toBeUndefined();
    expect(strictAttributes.safeParse(attributes).error).toBeUndefined();
  });

  test.each<[string, object]>([
    ['another state', { state: 'DONE' }],
    ['no id', { id: undefined }],
    ['another time', { createTime: 'yesterday' }],
    ['a state that is missing', { state: undefined }],
    ['a label that is no text', { labels: { team: 7 } }],
    ['an error without a reason', { error: { code: 3, status: 'INVALID_ARGUMENT' } }],
    ['an attempt of nought', { attempt: 0 }],
    ['a field nobody knows', { more: 1 }],
  ])('holds for no data with %s', (_, change) => {
    const { data } = toCompletionEvent(FULL, TIME);
    expect(strictData.safeParse({ ...data, ...change }).success).toBe(false);
  });
});
