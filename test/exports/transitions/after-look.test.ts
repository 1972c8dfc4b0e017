import { describe, expect, test } from '@jest/globals';
import type { ExportState } from '../../../src/exports/export.ts';
import { applyChanges } from '../../../src/exports/record/apply-changes.ts';
import { EXPORT_STATES, isFinal } from '../../../src/exports/record/states.ts';
import { afterLook } from '../../../src/exports/transitions/after-look.ts';
import { endExport } from '../../../src/exports/transitions/end-export.ts';
import { MINUTE_MS, NOW, toOperation, toRecord } from '../sample-record.ts';

const running = toRecord({ state: 'RUNNING', operation: toOperation().name, missingSince: NOW, missingCount: 2 });

describe('afterLook()', () => {
  test('records what a running operation tells, and that it is not missing', () => {
    const operation = toOperation({
      state: 'RUNNING',
      startTime: NOW,
      progress: 0.5,
      stages: [{ name: 'Train' }],
      batchEecuUsageSeconds: 3.5,
    });
    const record = applyChanges(running, afterLook(running, operation, { now: NOW }) ?? {});
    const { missingSince: _, missingCount: __, ...rest } = running;
    expect(record).toEqual({
      ...rest,
      startTime: NOW,
      progress: 0.5,
      stages: [{ name: 'Train' }],
      batchEecuUsageSeconds: 3.5,
    });
  });

  test('follows a task that Earth Engine runs again', () => {
    expect(afterLook(running, toOperation({ state: 'PENDING' }), { now: NOW })).toMatchObject({ state: 'PENDING' });
  });

  test.each([
    ['SUCCEEDED', undefined, null],
    ['FAILED', { code: 3, message: 'User memory limit exceeded.' }, { reason: 'OUT_OF_MEMORY', code: 3 }],
    ['FAILED', undefined, { reason: 'UNKNOWN', message: 'Earth Engine gave no reason' }],
    ['CANCELLED', { code: 1, message: 'Cancelled.' }, { reason: 'CANCELLED', code: 1 }],
  ] as const)('ends an export that Earth Engine has ended as %s, error %j', (state, error, told) => {
    const operation = toOperation({ state, endTime: NOW + MINUTE_MS, ...(error ? { error } : {}) });
    const record = applyChanges(running, afterLook(running, operation, { now: NOW + 2 * MINUTE_MS }) ?? {});
    expect(record).toMatchObject({ state, endTime: NOW + MINUTE_MS, outboxAt: NOW + 2 * MINUTE_MS });
    expect(record.hasBody).toBe(state !== 'SUCCEEDED');
    expect(record.event).toMatchObject({ id: `job:${state}:1`, data: { operation: operation.name, state } });
    expect(record.event?.data.error ?? null).toEqual(told === null ? null : expect.objectContaining(told));
  });

  test.each(EXPORT_STATES.filter(isFinal))('leaves an export that is %s as it is', (state) => {
    const ended = toRecord({ state, operation: toOperation().name });
    expect(afterLook(ended, toOperation({ state: 'SUCCEEDED' }), { now: NOW })).toBeUndefined();
  });
});

describe('endExport()', () => {
  test('makes the final state and its event one change, and leaves nothing due', () => {
    const record = toRecord({ dueAt: NOW, admitRank: 1, claimUntil: NOW, doubtful: 'settling', walks: 1, attempt: 3 });
    const ended = applyChanges(record, endExport(record, { state: 'LOST', now: NOW, asset: { found: false } }));
    expect(ended).toMatchObject({ state: 'LOST', endTime: NOW, outboxAt: NOW, event: { id: 'job:LOST:3' } });
    expect(ended.event?.data.assetFound).toBe(false);
    for (const field of ['dueAt', 'admitRank', 'claimUntil', 'doubtful', 'walks'])
      expect(ended).not.toHaveProperty(field);
  });

  test.each<[ExportState, 'REJECTED' | 'SUCCEEDED']>([
    ['SUCCEEDED', 'SUCCEEDED'],
    ['LOST', 'SUCCEEDED'],
    ['RUNNING', 'REJECTED'],
  ])('refuses to turn %s into %s', (from, state) => {
    expect(() => endExport(toRecord({ state: from }), { state, now: NOW })).toThrow(`it is ${from}`);
  });
});
