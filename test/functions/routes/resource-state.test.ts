import { describe, expect, test } from '@jest/globals';
import type { ExportRecord } from '../../../src/exports/export.ts';
import { toExportResource } from '../../../src/functions/routes/export-resource.ts';
import { hasEnded, isCancellable, isRetryable } from '../../../src/functions/routes/resource-state.ts';
import { fullExport, sampleExport } from '../../exports/sample-export.ts';

const FAILURE = { code: 3, status: 'INVALID_ARGUMENT', message: 'no', reason: 'UNKNOWN', remedy: '', retryable: false };

function resource(changes: Partial<ExportRecord>) {
  return toExportResource({ ...fullExport('one'), version: '1', ...changes });
}

describe('isRetryable()', () => {
  test.each([
    ['FAILED', true],
    ['CANCELLED', true],
    ['LOST', true],
    ['REJECTED', true],
    ['SUCCEEDED', false],
    ['RUNNING', false],
  ] as const)('of an export that is %s is %s', (state, expected) => {
    expect(isRetryable(resource({ state, error: FAILURE }))).toBe(expected);
  });

  test('is false where there is no request that could be sent again', () => {
    const { request: _, ...message } = { ...sampleExport('message'), version: '1' };
    expect(isRetryable(toExportResource({ ...message, state: 'REJECTED', error: FAILURE }))).toBe(false);
    expect(isRetryable(resource({ state: 'REJECTED', error: { ...FAILURE, reason: 'BODY_LOST' } }))).toBe(false);
  });
});

test('an export in a state of a newer version has not ended, and cannot be cancelled', () => {
  const newer = { ...resource({}), state: 'PAUSED' };
  expect([hasEnded(newer), isCancellable(newer)]).toEqual([false, false]);
});
