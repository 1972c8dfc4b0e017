import { describe, expect, test } from '@jest/globals';
import { LedgerUnavailable } from '../../src/exports/ledger.ts';
import { MINUTE_MS, SECOND_MS } from './sample-record.ts';
import { createStage, toValid } from './stage.ts';

const POST = { method: 'POST', path: 'classifier:export' };
const GOOGLE_ERROR = { error: { code: 400, message: 'The image is upside down', status: 'INVALID_ARGUMENT' } };

describe('submit()', () => {
  test('records the export and has it accepted', async () => {
    const stage = createStage();
    const submitted = await stage.submit('job');
    expect(submitted).toMatchObject({
      kind: 'recorded',
      known: false,
      record: {
        state: 'PENDING',
        submission: 1,
        sentDescription: expect.stringMatching(/^classifier-export;[0-9a-f]{10}$/),
      },
      answer: { name: stage.model.operations('my-project')[0]?.name },
    });
    expect(stage.sentIds()).toEqual(['job']);
  });

  test('sends exactly what was asked, but for the token in the description', async () => {
    const stage = createStage();
    const asked = { description: 'maize', workloadTag: 'nightly', priority: 7 };
    await stage.submit('job', asked);
    const { expression, ...sent } = JSON.parse(String(stage.requests[0]?.body));
    expect(expression).toEqual(JSON.parse(toValid('job').request.graph));
    expect(sent).toEqual({
      description: expect.stringMatching(/^maize;[0-9a-f]{10}$/),
      requestId: 'job',
      assetExportOptions: { earthEngineDestination: { name: 'projects/my-project/assets/job', overwrite: false } },
      workloadTag: 'nightly',
      priority: 7,
    });
    expect((await stage.read('job')).request).toMatchObject(asked);
  });

  test('joins an export of the same id and content, and sends nothing', async () => {
    const stage = createStage();
    await stage.submit('job');
    const again = await stage.submit('job');
    expect(again).toMatchObject({ kind: 'recorded', known: true, record: { state: 'PENDING' } });
    expect(stage.sentIds()).toEqual(['job']);
  });

  test('refuses other content under a known id, and leaves the first as it is', async () => {
    const stage = createStage();
    await stage.submit('job');
    const before = await stage.read('job');
    expect(await stage.submit('job', { description: 'other' })).toEqual({ kind: 'conflict', record: before });
    expect(await stage.read('job')).toEqual(before);
  });

  test('sends again under the same id until its budget is used up, and says that it is not accepted yet', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, fault: { kind: 'html' } });
    const start = stage.clock.now();
    const { record } = (await stage.submit('job')) as { record: object };
    expect(record).toMatchObject({ state: 'QUEUED', doubtful: 'unanswered' });
    expect(stage.clock.now() - start).toBeLessThanOrEqual(20 * SECOND_MS);
    expect(stage.sentIds().length).toBeGreaterThan(4);
    expect(new Set(stage.sentIds())).toEqual(new Set(['job']));
  });

  test('sends once only where it is told to', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, fault: { kind: 'html' } });
    await stage.submit('job', {}, { repeat: false });
    expect(stage.sentIds()).toEqual(['job']);
  });

  test('waits as long as Earth Engine asks for before it sends again', async () => {
    const stage = createStage();
    const body = { error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' } };
    stage.faults.add({
      ...POST,
      times: 1,
      nth: 1,
      fault: { kind: 'status', code: 429, body, headers: { 'retry-after': '7' } },
    });
    const start = stage.clock.now();
    await stage.submit('job');
    expect(stage.clock.now() - start).toBe(7 * SECOND_MS);
    expect(await stage.read('job')).toMatchObject({ state: 'PENDING' });
  });

  test('leaves it to the poller where Earth Engine asks for more time than there is', async () => {
    const stage = createStage();
    const body = { error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' } };
    stage.faults.add({ ...POST, nth: 1, fault: { kind: 'status', code: 429, body, headers: { 'retry-after': '90' } } });
    const start = stage.clock.now();
    await stage.submit('job');
    const record = await stage.read('job');
    expect(record).toMatchObject({ state: 'QUEUED', dueAt: start + 90 * SECOND_MS });
    expect(record).not.toHaveProperty('doubtful');
    await stage.tick();
    expect(stage.sentIds()).toHaveLength(1);
    await stage.tickFor(3);
    expect(await stage.read('job')).toMatchObject({ operation: expect.any(String) });
  });

  test('tells of a refusal with Google’s own words and what to do', async () => {
    const stage = createStage({ principal: 'exporter@my-project.iam.gserviceaccount.com' });
    stage.model.configure({ refusals: { 'my-project': 'notRegistered' } });
    await stage.submit('job');
    expect(await stage.read('job')).toMatchObject({
      state: 'REJECTED',
      error: { reason: 'PROJECT_NOT_REGISTERED', remedy: expect.stringContaining('register?project=my-project') },
    });
    expect(stage.events).toEqual([]);
    await stage.tick();
    expect(stage.eventIds()).toEqual(['job:REJECTED:1']);
  });

  test('does not take a refusal for the answer to an earlier send that got none', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'cutAfter' } });
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'status', code: 400, body: GOOGLE_ERROR } });
    await stage.submit('job');
    expect(await stage.read('job')).toMatchObject({ state: 'PENDING', operation: expect.any(String) });
    expect(stage.model.operations('my-project')).toHaveLength(1);
  });

  test('lets others go first that wait already', async () => {
    const stage = createStage({ settings: { maxPending: 1, slots: 1 } });
    await stage.submit('runs');
    await stage.clock.advance(10 * SECOND_MS);
    await stage.submit('pends');
    await stage.submit('waits');
    await stage.clock.advance(3 * MINUTE_MS);
    const posts = stage.sentIds().length;
    await stage.submit('later');
    expect(stage.sentIds()).toHaveLength(posts);
    expect(await stage.read('later')).toMatchObject({ state: 'QUEUED', admitRank: expect.any(Number) });
  });

  test('sends nothing for a project on hold', async () => {
    const stage = createStage();
    stage.model.configure({ refusals: { 'my-project': 'dailyEecuQuota' } });
    await stage.submit('first');
    await stage.cancel('first');
    const posts = stage.sentIds().length;
    await stage.submit('second');
    expect(stage.sentIds()).toHaveLength(posts);
    expect(await stage.read('second')).toMatchObject({ state: 'QUEUED', admitRank: expect.any(Number) });
  });

  test('does not call Earth Engine when the export cannot be recorded', async () => {
    const stage = createStage();
    stage.away.ledger = true;
    await expect(stage.submit('job')).rejects.toThrow(LedgerUnavailable);
    expect(stage.requests).toEqual([]);
  });

  test('writes on until an acceptance is recorded', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, fault: { kind: 'delay', delayMs: 2 * SECOND_MS } });
    stage.clock.after(SECOND_MS, () => {
      stage.away.ledger = true;
    });
    stage.clock.after(9 * SECOND_MS, () => {
      stage.away.ledger = false;
    });
    expect(await stage.submit('job')).toMatchObject({ record: { state: 'PENDING' } });
    expect(stage.sentIds()).toEqual(['job']);
  });

  test('leaves an acceptance that cannot be recorded to be found again', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, fault: { kind: 'delay', delayMs: 2 * SECOND_MS } });
    stage.clock.after(SECOND_MS, () => {
      stage.away.ledger = true;
    });
    await expect(stage.submit('job')).rejects.toThrow(LedgerUnavailable);
    stage.away.ledger = false;
    await stage.tickFor(3);
    expect(await stage.read('job')).toMatchObject({ operation: stage.model.operations('my-project')[0]?.name });
    expect(stage.sentIds()).toEqual(['job']);
  });

  test('answers within five seconds when the process is told to stop, and says that it does not know', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, fault: { kind: 'hang', executed: true } });
    const start = stage.clock.now();
    stage.clock.after(2 * SECOND_MS, stage.drain);
    const submitted = await stage.submit('job');
    expect(stage.clock.now() - start).toBe(7 * SECOND_MS);
    expect(submitted).toMatchObject({ record: { state: 'QUEUED', doubtful: 'unanswered' } });
    expect(await stage.read('job')).not.toHaveProperty('claimUntil');
  });

  test('sends nothing more once its claim is gone', async () => {
    const stage = createStage();
    const body = { error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' } };
    stage.faults.add({ ...POST, fault: { kind: 'status', code: 429, body, headers: { 'retry-after': '3' } } });
    const takeOver = async () => stage.ledger.update(await stage.read('job'), { claimUntil: 1, sentAt: 1 });
    stage.clock.after(SECOND_MS, () => void takeOver());
    await stage.submit('job');
    expect(stage.sentIds()).toHaveLength(1);
    expect(await stage.read('job')).toMatchObject({ claimUntil: 1, doubtful: 'unanswered' });
  });

  test('records what it does not know when the ledger comes back', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, fault: { kind: 'html' } });
    stage.clock.after(1, () => {
      stage.away.ledger = true;
    });
    stage.clock.after(3 * SECOND_MS, () => {
      stage.away.ledger = false;
    });
    expect(await stage.submit('job')).toMatchObject({ record: { state: 'QUEUED', doubtful: 'unanswered' } });
    expect(stage.sentIds()).toEqual(['job']);
    expect(await stage.read('job')).not.toHaveProperty('claimUntil');
  });

  test('sends nothing more for an export that is to be cancelled meanwhile', async () => {
    const stage = createStage();
    const body = { error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' } };
    stage.faults.add({ ...POST, fault: { kind: 'status', code: 429, body, headers: { 'retry-after': '3' } } });
    stage.clock.after(SECOND_MS, () => void stage.cancel('job'));
    await stage.submit('job');
    expect(stage.sentIds()).toHaveLength(1);
    expect(await stage.read('job')).toMatchObject({ state: 'CANCELLED' });
  });
});

test('a refused send is logged with Earth Engine’s reason and words', async () => {
  const stage = createStage();
  const body = { error: { code: 400, message: 'Description is odd', status: 'INVALID_ARGUMENT' } };
  stage.faults.add({ ...POST, fault: { kind: 'status', code: 400, body } });
  await stage.submit('job');
  expect(stage.lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ message: 'Export was sent', outcome: 'refused', errorMessage: 'Description is odd' }),
  );
});

describe('a send of which nothing leaves the process', () => {
  test.each([
    ['because there is no access token', 20_000],
    ['because the time is up', 0],
  ])('is not logged as a send: %s', async (_, submitBudgetMs) => {
    const stage = createStage({ submitBudgetMs });
    stage.earthEngine.exportClassifier = async () => ({ kind: 'unanswered', cause: 'no access token', sent: false });
    await stage.submit('job', {}, { repeat: false });
    const lines = stage.lines.map((line) => JSON.parse(line));
    expect(lines.filter(({ message }) => message === 'Export was sent')).toEqual([]);
    expect(lines).toContainEqual(
      expect.objectContaining({ severity: 'WARNING', message: 'Export was not sent', reason: 'NOT_SENT' }),
    );
    expect(await stage.read('job')).toMatchObject({ state: 'QUEUED' });
  });
});

describe('refuse()', () => {
  const error = {
    status: 'INVALID_ARGUMENT',
    reason: 'INVALID_REQUEST',
    message: 'Cannot accept the request: expression: is missing',
    remedy: 'Correct it',
  };

  test('records what is no request once, however often it is delivered, and has it announced', async () => {
    const stage = createStage();
    const origin = { id: 'ps-1', messageId: '77' };
    for (let delivery = 0; delivery < 2; delivery += 1) {
      await stage.submitter.refuse(origin, { project: 'my-project', error });
    }
    await stage.tickFor(2);
    expect(stage.eventIds()).toEqual(['ps-1:REJECTED:1']);
    const data = JSON.parse(stage.events[0]?.data ?? '');
    expect(data).toMatchObject({
      messageId: '77',
      asset: null,
      error: { ...error, code: 3, retryable: false },
    });
    expect(stage.requests).toEqual([]);
  });
});
