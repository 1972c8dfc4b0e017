import { describe, expect, test } from '@jest/globals';
import { LedgerUnavailable } from '../../src/exports/ledger.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './sample-record.ts';
import { createStage, type Stage, toValid } from './stage.ts';

const POST = { method: 'POST', path: 'classifier:export' };
const LOOK = { method: 'GET', path: '/operations/' };
const LIST = { method: 'GET', path: '/operations\\?' };
const CANCEL = { method: 'POST', path: ':cancel' };
const NOT_FOUND = { error: { code: 404, message: 'Operation not found', status: 'NOT_FOUND' } };

const NO_REQUEST = {
  status: 'INVALID_ARGUMENT',
  reason: 'INVALID_REQUEST',
  message: 'Is no request',
  remedy: 'Correct it',
};

/** How many of the requests since `from` were looks at single operations, pages of lists, and sends. */
function countCalls({ requests }: Stage, from = 0) {
  const paths = requests.slice(from).map(({ method, path }) => `${method} ${path}`);
  return {
    gets: paths.filter((path) => path.includes('GET') && path.includes('/operations/')).length,
    pages: paths.filter((path) => path.includes('/operations?')).length,
    posts: paths.filter((path) => path.includes('classifier:export')).length,
  };
}

async function submitMany(stage: Stage, count: number, from = 0): Promise<void> {
  for (let index = from; index < from + count; index += 1) await stage.submit(`job-${index}`);
}

const shape = (stage: Stage) => stage.ledger.project('my-project');

describe('tick()', () => {
  test('carries an export from acceptance to one completion event', async () => {
    const stage = createStage();
    await stage.submit('job-1');
    await stage.tickFor(4);
    expect(await stage.ledger.get('job-1')).toMatchObject({ state: 'SUCCEEDED', hasBody: false });
    expect(stage.eventIds()).toEqual(['job-1:SUCCEEDED:1']);
    expect(stage.model.operations('my-project')).toHaveLength(1);
  });

  test('keeps a record for so many days after its event is published, and not longer', async () => {
    const stage = createStage();
    await stage.submit('job');
    await stage.tickFor(4);
    const { publishTime = 0, expireAt } = await stage.read('job');
    expect(expireAt).toBe(publishTime + 90 * DAY_MS);
    await stage.clock.advance(90 * DAY_MS);
    await stage.tick();
    expect(await stage.ledger.get('job')).toBeUndefined();
  });

  test('goes on with one project when another fails', async () => {
    const stage = createStage();
    await stage.submit('job');
    await stage.submit('other', { project: 'other-project' });
    stage.faults.add({ path: 'projects/other-project/', fault: { kind: 'html' } });
    await stage.tickFor(4);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });

  test('ends with an error when the ledger is away, and goes on when it is back', async () => {
    const stage = createStage();
    await stage.submit('job');
    stage.away.ledger = true;
    await expect(stage.tick()).rejects.toThrow(LedgerUnavailable);
    stage.away.ledger = false;
    await stage.tickFor(4);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });

  test('stops when the process is told to, and gives its lease back', async () => {
    const stage = createStage();
    await stage.submit('job');
    stage.faults.add({ ...LOOK, fault: { kind: 'hang' } });
    const start = stage.clock.now();
    stage.clock.after(SECOND_MS, stage.drain);
    await stage.tick();
    expect(stage.clock.now() - start).toBeLessThanOrEqual(6 * SECOND_MS);
    expect(await shape(stage)).not.toHaveProperty('leaseUntil');
  });

  test('takes a lease that is not even that of another tick of its own process', async () => {
    const stage = createStage();
    await stage.submit('job');
    stage.faults.add({ ...LOOK, fault: { kind: 'hang' } });
    const owners: unknown[] = [];
    for (let round = 0; round < 2; round += 1) {
      const ticked = stage.poller.tick();
      await stage.clock.advance(SECOND_MS);
      owners.push((await shape(stage))?.leaseOwner);
      await stage.clock.runUntil(ticked);
      await stage.clock.advance(MINUTE_MS);
    }
    expect(owners[0]).toEqual(expect.any(String));
    expect(owners[1]).not.toBe(owners[0]);
  });

  test('leaves to the next what does not fit into its time', async () => {
    const stage = createStage();
    await submitMany(stage, 30);
    stage.faults.add({ path: '/operations', fault: { kind: 'hang' } });
    const start = stage.clock.now();
    const report = await stage.tick();
    expect(stage.clock.now() - start).toBeLessThanOrEqual(60 * SECOND_MS);
    expect(report.changed).toBe(0);
    stage.faults.clear();
    await stage.tick();
    expect((await stage.read('job-0')).state).not.toBe('PENDING');
  });

  test('looks several times within its budget while something runs', async () => {
    const stage = createStage({ pollEveryMs: 10 * SECOND_MS, settings: { durationMs: 20 * SECOND_MS } });
    await stage.submit('job');
    await stage.clock.advance(10 * SECOND_MS);
    const start = stage.clock.now();
    await stage.tick();
    expect(stage.clock.now() - start).toBeGreaterThan(10 * SECOND_MS);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });

  test.each([0, 1])('leaves an export in a state of a newer version as it is, after %i ticks', async (ticks) => {
    const stage = createStage();
    await stage.submit('job');
    await stage.tickFor(ticks);
    const paused = await stage.ledger.update(await stage.read('job'), {
      state: 'PAUSED' as 'QUEUED',
      dueAt: 1,
      outboxAt: 1,
    });
    await stage.tickFor(3);
    expect(await stage.read('job')).toEqual(paused);
    expect(stage.events).toEqual([]);
  });
});

describe('what is tracked', () => {
  test('is written before an accepted export stops being due', async () => {
    const stage = createStage();
    await stage.submit('job');
    expect(await stage.read('job')).toMatchObject({ dueAt: expect.any(Number) });
    await stage.tick();
    expect(await stage.read('job')).not.toHaveProperty('dueAt');
    const { name } = stage.model.operations('my-project')[0] ?? {};
    expect((await shape(stage))?.tracked).toMatchObject([{ id: 'job', name }]);
  });

  test('costs no write of a record while a look brings no news', async () => {
    const stage = createStage({ settings: { durationMs: HOUR_MS } });
    await stage.submit('job');
    await stage.tickFor(2);
    const { version } = await stage.read('job');
    const from = stage.requests.length;
    await stage.tickFor(2);
    expect(countCalls(stage, from).gets).toBeGreaterThan(0);
    expect((await stage.read('job')).version).toBe(version);
  });

  test('is rebuilt from the records every six hours', async () => {
    const stage = createStage({ settings: { durationMs: 5 * MINUTE_MS } });
    await stage.submit('job');
    await stage.tick();
    const project = await shape(stage);
    await stage.ledger.updateProject(project ?? '', { tracked: [] });
    await stage.tickFor(10);
    expect(stage.events).toEqual([]);
    await stage.clock.advance(6 * HOUR_MS);
    await stage.tickFor(2);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });
});

describe('a look', () => {
  test('asks for a few operations one by one', async () => {
    const stage = createStage();
    await stage.submit('job');
    await stage.tick();
    expect(countCalls(stage)).toMatchObject({ gets: 1, pages: 0 });
  });

  test('walks the list where that takes fewer calls, and stops where nothing older is tracked', async () => {
    const stage = createStage({ settings: { maxPageSize: 10 } });
    for (let other = 0; other < 30; other += 1) {
      stage.model.startTask({ project: 'my-project', user: 'somebody', type: 'EXPORT_IMAGE' });
    }
    await stage.clock.advance(HOUR_MS);
    await submitMany(stage, 12);
    await stage.tick();
    const { gets, pages } = countCalls(stage);
    expect(gets).toBe(0);
    expect(pages).toBeLessThanOrEqual(3);
  });

  test.each(['oldestFirst', 'byName'] as const)('reads the whole list where it is %s', async (listOrder) => {
    const stage = createStage({ settings: { maxPageSize: 10, listOrder } });
    for (let other = 0; other < 30; other += 1) {
      stage.model.startTask({ project: 'my-project', user: 'somebody', type: 'EXPORT_IMAGE' });
    }
    await stage.clock.advance(HOUR_MS);
    await submitMany(stage, 12);
    await stage.clock.advance(10 * SECOND_MS);
    await stage.tick();
    expect(countCalls(stage)).toMatchObject({ gets: 0, pages: 5 });
    expect((await stage.read('job-0')).state).toBe('RUNNING');
  });

  test('gets what the walk did not show', async () => {
    const stage = createStage({ settings: { listLagMs: HOUR_MS } });
    await submitMany(stage, 3);
    await stage.clock.advance(10 * SECOND_MS);
    await stage.tick();
    expect(countCalls(stage)).toMatchObject({ gets: 3, pages: 1 });
    expect((await stage.read('job-0')).state).toBe('RUNNING');
  });

  test.each([
    ['an error', { kind: 'html' }],
    [
      'a refusal',
      { kind: 'status', code: 403, body: { error: { code: 403, message: 'No', status: 'PERMISSION_DENIED' } } },
    ],
    ['an HTML 404', { kind: 'html', code: 404 }],
    ['silence', { kind: 'hang' }],
    ['half an answer', { kind: 'truncate', bytes: 20 }],
    ['nothing', { kind: 'emptyBody' }],
  ] as const)('that meets %s for days is no verdict', async (_what, fault) => {
    const stage = createStage();
    await stage.submit('job');
    stage.faults.add({ path: '/operations', fault });
    for (let hour = 0; hour < 72; hour += 1) {
      await stage.tick();
      await stage.clock.advance(HOUR_MS);
    }
    expect(await stage.read('job')).toMatchObject({ state: 'PENDING' });
    stage.faults.clear();
    await stage.tickFor(2);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });

  test('that fails is not repeated without end', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS } });
    await stage.submit('job');
    await stage.tickFor(2);
    stage.faults.add({ ...LOOK, fault: { kind: 'html' } });
    const from = stage.requests.length;
    await stage.tickFor(60);
    expect(countCalls(stage, from).gets).toBeLessThan(16);
  });
});

/** An export that runs, until Earth Engine loses its operation. */
async function createLost(): Promise<Stage> {
  const stage = createStage({ settings: { durationMs: DAY_MS } });
  await stage.submit('job');
  await stage.tickFor(2);
  stage.model.forgetOperation(stage.model.operations('my-project')[0]?.name ?? '');
  return stage;
}

/** Has the next tick look at everything. */
async function lookAgain(stage: Stage): Promise<void> {
  const project = await shape(stage);
  const tracked = project?.tracked.map((entry) => ({ ...entry, nextLookAt: 0 })) ?? [];
  await stage.ledger.updateProject(project ?? '', { tracked });
}

describe('a lost operation', () => {
  test('ends as LOST after three absences by name and from the list, over ten minutes at least', async () => {
    const stage = await createLost();
    const lostAt = stage.clock.now();
    await stage.tickFor(10);
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING' });
    await stage.tickFor(3);
    const { state, error, publishTime = 0 } = await stage.read('job');
    expect([state, error?.reason]).toEqual(['LOST', 'LOST']);
    expect(publishTime - lostAt).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    expect(JSON.parse(stage.events[0]?.data ?? '')).toMatchObject({ state: 'LOST', assetFound: false });
  });

  test('ends with what stands at its destination', async () => {
    const stage = createStage({ settings: { retentionMs: MINUTE_MS } });
    await stage.submit('job');
    await stage.clock.advance(HOUR_MS);
    await stage.tickFor(15);
    const data = JSON.parse(stage.events[0]?.data ?? '');
    expect(data).toMatchObject({ state: 'LOST', assetFound: true, assetUpdateTime: expect.stringMatching(/Z$/) });
  });

  test('is none while the list shows it', async () => {
    const stage = createStage({ settings: { durationMs: 2 * HOUR_MS } });
    await stage.submit('job');
    await stage.tick();
    stage.faults.add({ ...LOOK, fault: { kind: 'status', code: 404, body: NOT_FOUND } });
    await stage.tickFor(60);
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING' });
    await stage.tickFor(80);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });

  test('is none while the list cannot be read', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS } });
    await stage.submit('job');
    await stage.tickFor(2);
    stage.faults.add({ ...LOOK, fault: { kind: 'status', code: 404, body: NOT_FOUND } });
    stage.faults.add({ ...LIST, fault: { kind: 'html' } });
    await stage.tickFor(60);
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING' });
  });

  test('is none before ten minutes, however often it is looked for', async () => {
    const stage = await createLost();
    for (let minute = 0; minute < 9; minute += 1) {
      await stage.tick();
      await lookAgain(stage);
      await stage.clock.advance(MINUTE_MS);
    }
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING', missingCount: 8 });
    await stage.tickFor(7);
    expect(await stage.read('job')).toMatchObject({ state: 'LOST' });
  });

  test('is none before the third absence, however late', async () => {
    const stage = await createLost();
    await stage.tickFor(2);
    await stage.clock.advance(HOUR_MS);
    await stage.tick();
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING', missingCount: 2 });
    await stage.clock.advance(HOUR_MS);
    await stage.tick();
    expect(await stage.read('job')).toMatchObject({ state: 'LOST' });
  });

  test('does not count absences from before the last time it was seen', async () => {
    const stage = await createLost();
    const missingSince = stage.clock.now() - HOUR_MS;
    await stage.ledger.update(await stage.read('job'), { missingSince, missingCount: 2 });
    await stage.tickFor(3);
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING', missingCount: 1 });
  });

  test('is none where the front end has a 404 of its own', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS, listLagMs: DAY_MS } });
    await stage.submit('job');
    await stage.tickFor(2);
    stage.faults.add({ ...LOOK, fault: { kind: 'html', code: 404 } });
    await stage.tickFor(60);
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING' });
  });

  test('is not given up before its destination can be read', async () => {
    const stage = await createLost();
    stage.faults.add({ method: 'GET', path: '/assets/', fault: { kind: 'html' } });
    await stage.tickFor(30);
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING' });
    stage.faults.clear();
    await stage.tickFor(7);
    expect(await stage.read('job')).toMatchObject({ state: 'LOST' });
  });

  test('counts its absences anew after it was seen', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS, listLagMs: DAY_MS } });
    await stage.submit('job');
    await stage.tickFor(2);
    for (let round = 0; round < 5; round += 1) {
      stage.faults.add({ ...LOOK, nth: 1, times: 3, fault: { kind: 'status', code: 404, body: NOT_FOUND } });
      await stage.tickFor(60);
      expect(await stage.read('job')).not.toHaveProperty('missingSince');
    }
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING' });
  });

  test('is given up after eleven days without a readable answer, when the project can be read otherwise', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS, lifetimeMs: 30 * DAY_MS, retentionMs: DAY_MS } });
    await stage.submit('job');
    await stage.tick();
    stage.faults.add({ ...LOOK, fault: { kind: 'html' } });
    const outage = { ...LIST, fault: { kind: 'html' as const } };
    stage.faults.add(outage);
    const tickDaily = async (days: number) => {
      for (let day = 0; day < days; day += 1) {
        await stage.clock.advance(DAY_MS);
        await stage.tick();
      }
    };
    await tickDaily(12);
    expect(await stage.read('job')).toMatchObject({ state: 'PENDING' });
    stage.faults.clear();
    stage.faults.add({ ...LOOK, fault: { kind: 'html' } });
    await tickDaily(1);
    expect(await stage.read('job')).toMatchObject({ state: 'LOST' });
  });
});

describe('a cancel', () => {
  test('is carried out by the next tick', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS } });
    await stage.submit('job');
    await stage.tick();
    expect(await stage.cancel('job')).toMatchObject({ cancelRequestedAt: expect.any(Number) });
    await stage.tickFor(3);
    expect(stage.eventIds()).toEqual(['job:CANCELLED:1']);
    expect(await stage.read('job')).toMatchObject({ error: { reason: 'CANCELLED' } });
  });

  test('goes through 429 and 5xx', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS } });
    await stage.submit('job');
    await stage.tick();
    await stage.cancel('job');
    const body = { error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' } };
    stage.faults.add({ ...CANCEL, nth: 1, times: 2, fault: { kind: 'status', code: 429, body } });
    stage.faults.add({ ...CANCEL, nth: 1, times: 2, fault: { kind: 'html' } });
    await stage.tickFor(8);
    expect(stage.eventIds()).toEqual(['job:CANCELLED:1']);
    expect(stage.requests.filter(({ path }) => path.endsWith(':cancel'))).toHaveLength(5);
  });

  test('of an export that still succeeds ends as Earth Engine says', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS, cancelOutcome: () => 'SUCCEEDED' } });
    await stage.submit('job');
    await stage.tick();
    await stage.clock.advance(10 * SECOND_MS);
    await stage.cancel('job');
    await stage.tickFor(3);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });

  test('of an export between its acceptance and the record of it reaches the operation', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS } });
    stage.faults.add({ ...POST, fault: { kind: 'delay', delayMs: 10 * SECOND_MS } });
    stage.clock.after(5 * SECOND_MS, () => void stage.cancel('job'));
    await stage.submit('job');
    expect(await stage.read('job')).toMatchObject({ state: 'PENDING', cancelRequestedAt: expect.any(Number) });
    await stage.tickFor(4);
    expect(stage.eventIds()).toEqual(['job:CANCELLED:1']);
  });

  test('of a doubtful export stops further sends, and ends it when it is proven that nothing was started', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, fault: { kind: 'cutBefore' } });
    await stage.submit('job');
    const posts = stage.sentIds().length;
    await stage.cancel('job');
    await stage.tickFor(10);
    expect(await stage.read('job')).toMatchObject({ state: 'QUEUED', doubtful: 'unanswered' });
    await stage.tickFor(4);
    expect(stage.eventIds()).toEqual(['job:CANCELLED:1']);
    expect(stage.sentIds()).toHaveLength(posts);
  });

  test('of a doubtful export that was started cancels the operation', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS } });
    stage.faults.add({ ...POST, fault: { kind: 'html', executed: true } });
    stage.faults.add({ ...LIST, nth: 1, times: 2, fault: { kind: 'html' } });
    await stage.submit('job');
    await stage.cancel('job');
    await stage.tickFor(8);
    expect(stage.eventIds()).toEqual(['job:CANCELLED:1']);
    expect(stage.model.operations('my-project')).toMatchObject([{ state: 'CANCELLED' }]);
  });
});

describe('admission', () => {
  test('keeps what Earth Engine has no room for, and sends it in turn, the more urgent first', async () => {
    const stage = createStage({ settings: { maxPending: 1, slots: 1, durationMs: 3 * MINUTE_MS } });
    await stage.submit('job-0');
    await stage.clock.advance(10 * SECOND_MS);
    await stage.submit('job-1');
    await stage.submit('full');
    await stage.submit('late');
    await stage.submit('urgent', { priority: 200 });
    expect(await stage.read('full')).toMatchObject({ state: 'QUEUED', submission: 2, admitRank: expect.any(Number) });
    await stage.tickFor(90);
    const sent = stage.model.operations('my-project').map(({ asset }) => asset?.split('/').at(-1));
    expect(sent.slice(2)).toEqual(['urgent', 'full', 'late']);
    expect(stage.eventIds()).toHaveLength(5);
  });

  test('holds the project longer each time the queue is full, and not longer after an acceptance', async () => {
    const stage = createStage({ settings: { maxPending: 1, slots: 1, durationMs: 2 * HOUR_MS }, maxPending: 5 });
    await submitMany(stage, 3);
    await stage.tickFor(30);
    expect(await shape(stage)).toMatchObject({ holdReason: 'queue-full', holdMs: 10 * MINUTE_MS });
    stage.model.configure({ maxPending: 10 });
    await stage.tickFor(12);
    expect((await stage.read('job-2')).state).toBe('PENDING');
    expect(await shape(stage)).not.toHaveProperty('holdMs');
  });

  test('sends no more than the queue has room for', async () => {
    const stage = createStage({ settings: { slots: 1, durationMs: DAY_MS }, maxPending: 5 });
    await submitMany(stage, 1);
    stage.model.configure({ refusals: { 'my-project': 'dailyEecuQuota' } });
    await submitMany(stage, 9, 1);
    stage.model.configure({ refusals: {} });
    await stage.clock.advance(DAY_MS);
    await stage.tickFor(5);
    expect(stage.model.count('my-project')).toEqual({ pending: 5, running: 1 });
  });

  test('counts what was submitted since the last walk', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS } });
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'cutAfter' } });
    await stage.submit('doubtful', {}, { repeat: false });
    await stage.clock.advance(10 * SECOND_MS);
    await stage.tick();
    expect(await shape(stage)).toMatchObject({ walk: { pending: 0 }, submittedSince: 0 });
    await submitMany(stage, 3);
    stage.faults.add({ ...LIST, fault: { kind: 'html' } });
    await stage.tick();
    expect(await shape(stage)).toMatchObject({ walk: { pending: 0 }, submittedSince: 4 });
  });

  test('sends nothing until the next day in California when the daily quota is used up', async () => {
    const stage = createStage();
    stage.model.configure({ refusals: { 'my-project': 'dailyEecuQuota' } });
    await stage.submit('job');
    expect(await stage.read('job')).toMatchObject({ state: 'QUEUED', submission: 2 });
    stage.model.configure({ refusals: {} });
    await stage.clock.advance(23 * HOUR_MS + 58 * MINUTE_MS);
    await stage.tick();
    expect(stage.sentIds()).toHaveLength(1);
    await stage.clock.advance(2 * MINUTE_MS);
    await stage.tick();
    expect((await stage.read('job')).state).toBe('PENDING');
  });

  test('stops at the first answer that concerns them all, and puts the others back', async () => {
    const stage = createStage({ settings: { maxPending: 0 } });
    await stage.submit('job-0');
    await submitMany(stage, 24, 1);
    await stage.clock.advance(3 * MINUTE_MS);
    const from = stage.requests.length;
    stage.faults.add({ ...LIST, fault: { kind: 'html' } });
    await stage.tick();
    expect(countCalls(stage, from).posts).toBe(10);
    const waiting = await stage.ledger.waiting('my-project', 100);
    expect(waiting).toHaveLength(25);
    const counts = [1, 2, 3].map((number) => waiting.filter(({ submission }) => submission === number).length);
    expect(counts).toEqual([15, 9, 1]);
  });

  test('lets one try for all after the credentials were refused', async () => {
    const stage = createStage();
    stage.model.configure({ refusals: { 'my-project': 'apiDisabled' } });
    await submitMany(stage, 12);
    expect(await shape(stage)).toMatchObject({ holdReason: 'credentials' });
    await stage.tickFor(5);
    expect(countCalls(stage).posts).toBe(1);
    await stage.tickFor(1);
    expect(countCalls(stage).posts).toBe(2);
    stage.model.configure({ refusals: {} });
    await stage.tickFor(5);
    expect(countCalls(stage).posts).toBe(14);
    expect(await shape(stage)).not.toHaveProperty('holdReason');
  });

  test('gives up on an export whose own sends were refused for half an hour, not on the others', async () => {
    const stage = createStage();
    stage.model.configure({ refusals: { 'my-project': 'serviceUsage' } });
    await submitMany(stage, 2);
    await stage.tickFor(36);
    expect(await stage.read('job-0')).toMatchObject({ state: 'REJECTED', error: { reason: 'USER_PROJECT_DENIED' } });
    expect(await stage.read('job-1')).toMatchObject({ state: 'QUEUED' });
    expect(stage.eventIds()).toEqual(['job-0:REJECTED:1']);
  });

  test('takes a doubtful export to try with, and goes on with the rest when that is answered', async () => {
    const stage = createStage();
    await stage.submit('known');
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'cutBefore' } });
    await stage.submit('doubtful', {}, { repeat: false });
    stage.model.configure({ refusals: { 'my-project': 'apiDisabled' } });
    await submitMany(stage, 3);
    stage.model.configure({ refusals: {} });
    const from = stage.sentIds().length;
    await stage.clock.advance(6 * MINUTE_MS);
    await stage.tick();
    expect(stage.sentIds().slice(from)).toEqual(['doubtful', 'job-0', 'job-1', 'job-2']);
  });

  test('makes what backs off wait while the project is on hold', async () => {
    const stage = createStage();
    const body = { error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' } };
    stage.faults.add({ ...POST, nth: 1, fault: { kind: 'status', code: 429, body, headers: { 'retry-after': '60' } } });
    await stage.submit('slow', {}, { repeat: false });
    stage.model.configure({ refusals: { 'my-project': 'dailyEecuQuota' } });
    await stage.submit('job');
    await stage.tickFor(3);
    const slow = await stage.read('slow');
    expect(slow).toMatchObject({ state: 'QUEUED', admitRank: expect.any(Number) });
    expect(slow).not.toHaveProperty('dueAt');
  });

  test('goes on looking for what is in doubt while the project is on hold', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'cutBefore' } });
    await stage.submit('doubtful', {}, { repeat: false });
    stage.model.configure({ refusals: { 'my-project': 'dailyEecuQuota' } });
    await stage.submit('job');
    const posts = stage.sentIds().length;
    await stage.clock.advance(MINUTE_MS);
    await stage.tick();
    expect(stage.sentIds()).toHaveLength(posts);
    const { walks, dueAt = 0 } = await stage.read('doubtful');
    expect(walks).toBe(1);
    expect(dueAt).toBeGreaterThan(stage.clock.now());
  });

  test('ends what has no body any more, and never what may have been sent before', async () => {
    const stage = createStage();
    stage.model.configure({ refusals: { 'my-project': 'dailyEecuQuota' } });
    await stage.submit('waits');
    stage.faults.add({ ...POST, nth: 1, fault: { kind: 'html' } });
    const doubtful = createStage();
    doubtful.faults.add({ ...POST, nth: 1, times: 9, fault: { kind: 'html' } });
    await doubtful.submit('doubtful', {}, { repeat: false });
    for (const each of [stage, doubtful]) {
      const body = each.createProcess();
      body.ledger.body = async () => undefined;
    }
    await stage.ledger.update(await stage.read('waits'), { hasBody: false });
    await doubtful.ledger.update(await doubtful.read('doubtful'), { hasBody: false });
    stage.model.configure({ refusals: {} });
    await stage.clock.advance(DAY_MS);
    await stage.tickFor(2);
    expect(await stage.read('waits')).toMatchObject({ state: 'REJECTED', error: { reason: 'BODY_LOST' } });
    await doubtful.tickFor(3);
    expect(await doubtful.read('doubtful')).toMatchObject({ state: 'QUEUED', doubtful: 'settling' });
    await doubtful.tickFor(20);
    expect(await doubtful.read('doubtful')).toMatchObject({ state: 'REJECTED', error: { reason: 'BODY_LOST' } });
  });
});

describe('a doubtful export', () => {
  test('is looked for before it is sent again', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'cutAfter' } });
    await stage.submit('job', {}, { repeat: false });
    await stage.tickFor(2);
    expect(stage.sentIds()).toEqual(['job']);
    expect(await stage.read('job')).toMatchObject({ operation: stage.model.operations('my-project')[0]?.name });
  });

  test('is sent again under the same id when the list does not show it', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'cutBefore' } });
    await stage.submit('job', {}, { repeat: false });
    await stage.tickFor(2);
    expect(stage.sentIds()).toEqual(['job', 'job']);
    expect((await stage.read('job')).operation).toBeDefined();
  });

  test('is never sent again once its first send is a day old, and ends as LOST after eleven days', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, fault: { kind: 'cutBefore' } });
    await stage.submit('job', {}, { repeat: false });
    for (let hour = 0; hour < 11 * 24 - 1; hour += 1) {
      await stage.clock.advance(HOUR_MS);
      await stage.tick();
      if (hour === 24) stage.faults.clear();
    }
    expect(stage.sentIds().length).toBeLessThanOrEqual(25);
    expect(await stage.read('job')).toMatchObject({ state: 'QUEUED' });
    await stage.clock.advance(2 * HOUR_MS);
    await stage.tickFor(2);
    expect(stage.eventIds()).toEqual(['job:LOST:1']);
    expect(stage.model.operations('my-project')).toEqual([]);
  });

  test('waits longer after every walk that settles nothing', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, fault: { kind: 'cutBefore' } });
    await stage.submit('job', {}, { repeat: false });
    await stage.tickFor(60);
    expect(stage.sentIds().length).toBeLessThan(14);
    expect(await stage.read('job')).toMatchObject({ walks: expect.any(Number) });
  });

  test('adopts an earlier submission that was started after all, when the present one was never sent', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS } });
    await stage.submit('job');
    const { operation } = await stage.read('job');
    await stage.tickFor(1);
    const taken = { submission: 2, state: 'QUEUED', operation: null, admitRank: 1 } as const;
    await stage.ledger.update(await stage.read('job'), taken);
    const project = await shape(stage);
    await stage.ledger.updateProject(project ?? '', { tracked: [] });
    await stage.tickFor(1);
    expect(await stage.read('job')).toMatchObject({ state: 'RUNNING', operation });
    expect(stage.model.operations('my-project')).toHaveLength(1);
  });

  test('has a superseded operation cancelled when the present one was accepted', async () => {
    const stage = createStage({ settings: { durationMs: DAY_MS } });
    await stage.submit('job');
    const superseded = (await stage.read('job')).operation;
    const taken = { submission: 2, state: 'QUEUED', operation: null, admitRank: 1, dueAt: null } as const;
    stage.faults.add({ ...LIST, nth: 1, fault: { kind: 'html' } });
    await stage.ledger.updateProject('my-project', {});
    await stage.ledger.update(await stage.read('job'), taken);
    await stage.tick();
    const { operation } = await stage.read('job');
    expect(operation).toEqual(expect.any(String));
    expect(operation).not.toBe(superseded);
    await stage.tickFor(3);
    const states = stage.model.operations('my-project').map(({ name, state }) => [name === superseded, state]);
    expect(states).toEqual([
      [true, 'CANCELLED'],
      [false, 'RUNNING'],
    ]);
    expect(stage.lines.join('')).toContain('Superseded operation is cancelled');
  });
});

describe('a completion event', () => {
  test('is published after hours in which it could not be, once', async () => {
    const stage = createStage();
    stage.publisher.failing = true;
    await stage.submit('job');
    await stage.tickFor(180);
    expect(await stage.read('job')).toMatchObject({ state: 'SUCCEEDED', outboxAt: expect.any(Number) });
    expect(await stage.read('job')).not.toHaveProperty('expireAt');
    stage.publisher.failing = false;
    await stage.tickFor(2);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });

  test('that cannot be published does not stand in the way of others', async () => {
    const stage = createStage();
    const { publish } = stage.publisher;
    stage.publisher.publish = async (message) => {
      if (message.attributes['exportId'] === 'poison') throw new Error('This one is refused');
      return publish(message);
    };
    await stage.submit('poison');
    await submitMany(stage, 3);
    await stage.tickFor(10);
    expect(stage.eventIds()).toHaveLength(3);
    expect(new Set(stage.eventIds())).toEqual(new Set([0, 1, 2].map((index) => `job-${index}:SUCCEEDED:1`)));
  });

  test('comes in its turn though many that cannot be published come before it', async () => {
    const stage = createStage();
    const { publish } = stage.publisher;
    stage.publisher.publish = async (message) => {
      if (message.attributes['exportId']?.startsWith('poison')) throw new Error('This one is refused');
      return publish(message);
    };
    for (let index = 0; index < 15; index += 1) {
      const origin = { id: `poison-${index}` };
      await stage.submitter.refuse(origin, { project: 'my-project', error: NO_REQUEST });
    }
    await stage.submit('job');
    await stage.tickFor(6);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });

  test('does not use up the tick while the topic is away', async () => {
    const stage = createStage();
    for (let index = 0; index < 60; index += 1) {
      await stage.submitter.refuse({ id: `ps-${index}` }, { project: 'my-project', error: NO_REQUEST });
    }
    await stage.submit('job');
    let tries = 0;
    stage.publisher.publish = async () => {
      tries += 1;
      await new Promise<void>((resolve) => stage.clock.after(4 * SECOND_MS, resolve));
      throw new Error('Pub/Sub is away');
    };
    await stage.tick();
    expect(tries).toBeLessThanOrEqual(2 * 12);
    expect((await stage.read('job')).state).not.toBe('QUEUED');
    expect(stage.requests.some(({ path }) => path.includes('/operations/'))).toBe(true);
  });

  test('joins the trace of whoever asked', async () => {
    const stage = createStage();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await stage.clock.runUntil(stage.submitter.submit(toValid('job'), { id: 'job', traceparent }, { repeat: false }));
    await stage.tickFor(4);
    expect(stage.events[0]?.attributes['traceparent']).toBe(traceparent);
    expect(stage.requests[0]?.headers).toMatchObject({ traceparent });
  });
});
