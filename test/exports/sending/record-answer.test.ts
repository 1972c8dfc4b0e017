import { describe, expect, test } from '@jest/globals';
import type { ExportChanges } from '../../../src/exports/export.ts';
import { LedgerUnavailable } from '../../../src/exports/ledger.ts';
import { NOW, SECOND_MS } from '../sample-record.ts';
import { createStage, type StageOptions } from '../stage.ts';

const POST = { method: 'POST', path: 'classifier:export' };
const OTHER = 'projects/my-project/operations/OTHER';

/** Submits an export; while Earth Engine takes its time to answer, somebody else writes into the record. */
async function submitWhile(changes: ExportChanges, options: StageOptions = {}) {
  const stage = createStage(options);
  stage.faults.add({ ...POST, fault: { kind: 'delay', delayMs: 10 * SECOND_MS } });
  const write = async () => stage.ledger.update(await stage.read('job'), changes);
  stage.clock.after(5 * SECOND_MS, () => void write());
  await stage.submit('job', {}, { repeat: false });
  return { stage, record: await stage.read('job'), operation: stage.model.operations('my-project')[0] };
}

describe('an acceptance', () => {
  test('is recorded whoever has the claim by then', async () => {
    const { record, operation } = await submitWhile({ sentAt: NOW, claimUntil: NOW + 1, walks: 3 });
    expect(record).toMatchObject({ state: 'PENDING', operation: operation?.name });
  });

  test('is recorded for an earlier submission, when the present one was never sent', async () => {
    const { record, operation } = await submitWhile({ submission: 2, doubtful: null, claimUntil: null, admitRank: 1 });
    expect(record).toMatchObject({ state: 'PENDING', operation: operation?.name });
    expect(record).not.toHaveProperty('admitRank');
  });

  test('is left to the poller while the present submission is in doubt itself', async () => {
    const { record, operation } = await submitWhile({ submission: 2, doubtful: 'unanswered' });
    expect(record).toMatchObject({ state: 'QUEUED', submission: 2 });
    expect(record).not.toHaveProperty('operation');
    expect(operation?.state).toBe('RUNNING');
  });

  test.each<[why: string, changes: ExportChanges]>([
    ['another operation has been recorded', { state: 'RUNNING', operation: OTHER, doubtful: null }],
    ['the export has been retried', { attempt: 2, doubtful: null, claimUntil: null }],
    ['the export has ended', { state: 'LOST', doubtful: null, claimUntil: null }],
  ])('is one too many when %s: the operation is cancelled', async (_why, changes) => {
    const { stage, record, operation } = await submitWhile(changes);
    expect(record).toMatchObject(Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null)));
    expect(operation?.state).toBe('CANCELLING');
    expect(stage.lines.join('')).toContain('Superseded operation is cancelled');
  });

  test('that was recorded by another worker meanwhile is left as it is', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, fault: { kind: 'delay', delayMs: 10 * SECOND_MS } });
    const adopt = async () => {
      const operation = stage.model.operations('my-project')[0]?.name ?? '';
      await stage.ledger.update(await stage.read('job'), { state: 'RUNNING', operation, doubtful: null });
    };
    stage.clock.after(5 * SECOND_MS, () => void adopt());
    await stage.submit('job');
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING' });
    expect(stage.requests).toHaveLength(1);
  });

  test('does not touch an export in a state of a newer version', async () => {
    const { record, operation } = await submitWhile({ state: 'PAUSED' as 'QUEUED' });
    expect(record).toMatchObject({ state: 'PAUSED', doubtful: 'unanswered' });
    expect(operation?.state).toBe('RUNNING');
  });
});

describe('a refusal', () => {
  const full = { settings: { maxPending: 0 } };

  test('counts only for the claim it answers', async () => {
    const { record } = await submitWhile({ sentAt: NOW, claimUntil: NOW + 1 }, full);
    expect(record).toMatchObject({ state: 'QUEUED', submission: 1, doubtful: 'unanswered' });
  });

  test('counts only once, when the word of its being recorded is lost', async () => {
    const stage = createStage(full);
    const { update } = stage.ledger;
    let failures = 0;
    stage.ledger.update = async (...args) => {
      const updated = await update(...args);
      failures += 1;
      if (failures === 1) throw new LedgerUnavailable('Cannot tell');
      return updated;
    };
    await stage.submit('job');
    expect(await stage.read('job')).toMatchObject({ submission: 2, admitRank: expect.any(Number) });
  });

  test('makes an export wait where the poller finds it, though the hold could not be recorded', async () => {
    const stage = createStage(full);
    const { updateProject } = stage.ledger;
    let failures = 0;
    stage.ledger.updateProject = async (...args) => {
      failures += 1;
      if (failures === 1) throw new LedgerUnavailable('Cannot hold');
      return updateProject(...args);
    };
    await stage.submit('job');
    expect(await stage.read('job')).toMatchObject({ submission: 2, admitRank: expect.any(Number) });
    stage.model.configure({ maxPending: 10 });
    await stage.tickFor(5);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });
});
