import { describe, expect, test } from '@jest/globals';
import { cancelExport } from '../../src/exports/cancel.ts';
import type { ExportRecord } from '../../src/exports/export.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';
import { NOW, toClaimed, toOperation, toRecord } from './sample-record.ts';

async function record(fields: Partial<ExportRecord>) {
  const ledger = createSqliteLedger({ path: ':memory:', clock: createVirtualClock(NOW) });
  const { record: created } = await ledger.create({ ...toRecord(), ...fields });
  return { ledger, created };
}

describe('cancelExport()', () => {
  test.each<[what: string, fields: Partial<ExportRecord>]>([
    ['waits', { admitRank: 1 }],
    ['backs off', { dueAt: NOW, firstSentAt: NOW, sentAt: NOW }],
  ])('ends at once what was never sent and %s', async (_what, fields) => {
    const { ledger, created } = await record(fields);
    const cancelled = await cancelExport(ledger, created);
    expect(cancelled).toMatchObject({ state: 'CANCELLED', outboxAt: NOW, event: { id: 'job:CANCELLED:1' } });
    expect(cancelled).not.toHaveProperty('admitRank');
    expect(cancelled).not.toHaveProperty('dueAt');
  });

  test('records the wish for what may be with Earth Engine', async () => {
    const { ledger, created } = await record(toClaimed());
    const { version: _, ...before } = created;
    expect(await cancelExport(ledger, created)).toMatchObject({ ...before, cancelRequestedAt: NOW });
  });

  test.each(['PENDING', 'RUNNING'] as const)('has the poller cancel what is %s', async (state) => {
    const { ledger, created } = await record({ state, operation: toOperation().name });
    expect(await cancelExport(ledger, created)).toMatchObject({ state, cancelRequestedAt: NOW, dueAt: NOW });
  });

  test.each<[what: string, fields: Partial<ExportRecord>]>([
    ['has ended', { state: 'SUCCEEDED' }],
    ['was cancelled', { state: 'CANCELLED' }],
    ['is to be cancelled already', { state: 'RUNNING', operation: toOperation().name, cancelRequestedAt: NOW - 1 }],
    ['is in a state of a newer version', { state: 'PAUSED' as 'QUEUED' }],
  ])('leaves what %s as it is', async (_what, fields) => {
    const { ledger, created } = await record(fields);
    expect(await cancelExport(ledger, created)).toEqual(created);
    expect(await ledger.get('job')).toEqual(created);
  });

  test('goes by what the record has become meanwhile', async () => {
    const { ledger, created } = await record({ admitRank: 1 });
    await ledger.update(created, { state: 'RUNNING', operation: toOperation().name, admitRank: null });
    expect(await cancelExport(ledger, created)).toMatchObject({ state: 'RUNNING', cancelRequestedAt: NOW });
  });
});
