import { describe, expect, test } from '@jest/globals';
import type { ExportRecord } from '../../src/exports/export.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { toSend } from '../../src/exports/record/sent-id.ts';
import { retryExport } from '../../src/exports/retry.ts';
import { toAdmitRank } from '../../src/exports/transitions/waiting.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';
import { fullExport } from './sample-export.ts';
import { NOW, toRecord } from './sample-record.ts';

async function record(fields: Partial<ExportRecord>) {
  const ledger = createSqliteLedger({ path: ':memory:', clock: createVirtualClock(NOW) });
  const { record: created } = await ledger.create({ ...toRecord(), ...fields }, '{}');
  return { ledger, created };
}

describe('retryExport()', () => {
  test.each(['FAILED', 'CANCELLED', 'REJECTED', 'LOST'] as const)(
    'starts a new attempt of what is %s',
    async (state) => {
      const { ledger, created } = await record({ state });
      const retried = await retryExport(ledger, created, 1);
      expect(retried).toMatchObject({ kind: 'retried', record: { state: 'QUEUED', attempt: 2, submission: 1 } });
      expect(retried.record.attempts).toEqual([{ attempt: 1, state }]);
      expect(await ledger.waiting('my-project', 1)).toHaveLength(1);
      expect(await ledger.body(retried.record)).toBe('{}');
    },
  );

  test('keeps nothing of the ended attempt but what it came to', async () => {
    const { outboxAt: _, ...ended } = fullExport('job');
    const { ledger, created } = await record({ ...ended, hasBody: true });
    const { record: now } = await retryExport(ledger, created, 2);
    const { version: __, ...rest } = now;
    const next = { ...created, attempt: 3, submission: 1 };
    const { operation, state, submitTime, startTime, endTime, batchEecuUsageSeconds, error } = created;
    expect(rest).toEqual({
      id: 'job',
      schema: 1,
      project: created.project,
      state: 'QUEUED',
      request: created.request,
      sentDescription: toSend(next).description,
      digest: created.digest,
      outline: created.outline,
      warnings: created.warnings,
      attempt: 3,
      submission: 1,
      attempts: [
        ...created.attempts,
        { attempt: 2, state, operation, submitTime, startTime, endTime, batchEecuUsageSeconds, error },
      ],
      createTime: created.createTime,
      labels: created.labels,
      messageId: created.messageId,
      traceparent: created.traceparent,
      requestedBy: created.requestedBy,
      originalKey: created.originalKey,
      admitRank: toAdmitRank(created),
      hasBody: true,
    });
  });

  test('is carried out once, though it is wished for twice', async () => {
    const { ledger, created } = await record({ state: 'FAILED' });
    const both = await Promise.all([retryExport(ledger, created, 1), retryExport(ledger, created, 1)]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['retried', 'stale']);
    expect(await ledger.get('job')).toMatchObject({ attempt: 2, attempts: [{ attempt: 1 }] });
  });

  test.each([0, 1, 3])('changes nothing for attempt %i of an export in its second', async (attempt) => {
    const { ledger, created } = await record({ state: 'FAILED', attempt: 2 });
    expect(await retryExport(ledger, created, attempt)).toEqual({ kind: 'stale', record: created });
    expect(await ledger.get('job')).toEqual(created);
  });

  test('waits until the completion event is published', async () => {
    const { ledger, created } = await record({ state: 'FAILED', outboxAt: NOW });
    expect(await retryExport(ledger, created, 1)).toEqual({ kind: 'unpublished', record: created });
    expect(await ledger.get('job')).toEqual(created);
  });

  test.each<[state: string, why: RegExp, fields?: Partial<ExportRecord>]>([
    ['SUCCEEDED', /has succeeded/],
    ['RUNNING', /only an export that has ended/],
    ['QUEUED', /only an export that has ended/],
    ['REJECTED', /no valid request/, { hasBody: false }],
    ['PAUSED', /newer version/],
  ])('refuses what is %s', async (state, why, fields = {}) => {
    const { ledger, created } = await record({ state: state as 'QUEUED', ...fields });
    const retried = await retryExport(ledger, created, 1);
    expect(retried).toMatchObject({ kind: 'refused', why: expect.stringMatching(why) });
    expect(await ledger.get('job')).toEqual(created);
  });

  test('makes its project known to the poller, even one that never had an operation', async () => {
    const { ledger, created } = await record({ state: 'REJECTED' });
    expect(await ledger.projects()).toEqual([]);
    await retryExport(ledger, created, 1);
    expect((await ledger.projects()).map(({ project }) => project)).toEqual(['my-project']);
  });
});
