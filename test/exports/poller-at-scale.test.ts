import { describe, expect, test } from '@jest/globals';
import { createPoller } from '../../src/exports/poller.ts';
import { countLedger } from '../bench/count-ledger.ts';
import { sampleExport } from './sample-export.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, toEntry } from './sample-record.ts';
import { createStage, type Stage, toValid } from './stage.ts';

const LOOK = { method: 'GET', path: '/operations/' };
const LIST = { method: 'GET', path: '/operations\\?' };
const CANCEL = { method: 'POST', path: ':cancel' };

/** The names of the operations that were asked for one by one since `from`. */
function namesAsked({ requests }: Stage, from = 0): string[] {
  const gets = requests.slice(from).filter(({ method, path }) => method === 'GET' && path.includes('/operations/'));
  return gets.map(({ path }) => path.replace('/v1/', ''));
}

async function submitMany(stage: Stage, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await stage.submit(`job-${index}`);
}

/** Records so many exports that Earth Engine has accepted a moment ago. */
async function recordAccepted({ ledger, model, clock }: Stage, count: number): Promise<void> {
  const now = clock.now();
  for (let index = 0; index < count; index += 1) {
    const { name } = model.startTask({ project: 'my-project', user: 'somebody', type: 'EXPORT_CLASSIFIER' });
    const accepted = { state: 'PENDING', operation: name, createTime: now, submitTime: now, dueAt: now } as const;
    await ledger.create(sampleExport(`job-${index}`, { project: 'my-project', ...accepted }));
  }
}

describe('a tick over 3,000 tracked operations in which nothing changed', () => {
  async function createFullQueue() {
    const stage = createStage({ settings: { slots: 2, durationMs: 24 * HOUR_MS } });
    await submitMany(stage, 8);
    await stage.tickFor(2);
    const project = (await stage.ledger.project('my-project')) ?? '';
    const createTime = stage.clock.now();
    const nextLookAt = createTime + 6 * HOUR_MS;
    const others = Array.from({ length: 2_992 }, (_, index) =>
      toEntry({ name: `projects/my-project/operations/O${index}`, createTime, nextLookAt }),
    );
    const tracked = [...(typeof project === 'string' ? [] : project.tracked), ...others];
    await stage.ledger.updateProject(project, { tracked });
    const counts = { reads: 0, writes: 0 };
    const parts = stage.createProcess();
    const options = { pollBudgetMs: 50_000, maxPending: 3_000, retentionDays: 90, owner: 'counted' };
    const ledger = countLedger(parts.ledger, counts);
    const poller = createPoller({ ...parts, ...options, ledger, publisher: stage.publisher });
    return { stage, counts, tick: () => stage.clock.runUntil(poller.tick()) };
  }

  test('reads at most 60 records and writes at most 2', async () => {
    const { counts, tick } = await createFullQueue();
    const report = await tick();
    expect(report).toMatchObject({ changed: 0, announced: 0, pending: 2_998, running: 2 });
    expect(report.lookedAt).toBeGreaterThan(0);
    expect(counts.reads).toBeLessThanOrEqual(60);
    expect(counts.writes).toBeLessThanOrEqual(2);
  });

  test('looks at what runs and at the head of the queue, minute after minute', async () => {
    const { stage, tick } = await createFullQueue();
    for (let minute = 0; minute < 3; minute += 1) {
      const { apiCalls, lookedAt } = await tick();
      expect(lookedAt).toBeGreaterThanOrEqual(6);
      expect(apiCalls).toBeLessThanOrEqual(6);
      await stage.clock.advance(MINUTE_MS);
    }
  });
});

describe('a tick', () => {
  test('takes up whatever is due, in as many rounds as it takes', async () => {
    const stage = createStage({ settings: { durationMs: HOUR_MS } });
    await recordAccepted(stage, 1_100);
    await stage.clock.advance(30 * SECOND_MS);
    expect(await stage.tick()).toMatchObject({ left: 0, oldestDueAgeSeconds: 30 });
    expect(await stage.ledger.due(1)).toEqual([]);
    expect((await stage.ledger.project('my-project'))?.tracked).toHaveLength(1_100);
  });

  test('does not go round and round over what another one holds', async () => {
    const stage = createStage();
    await recordAccepted(stage, 501);
    await stage.ledger.updateProject('my-project', {
      leaseOwner: 'another',
      leaseUntil: stage.clock.now() + MINUTE_MS,
    });
    expect(await stage.tick()).toMatchObject({ left: 500, lookedAt: 0, apiCalls: 0 });
  });

  test('takes up first what the one before it left, and tells how much that was', async () => {
    const stage = createStage({ settings: { durationMs: 24 * HOUR_MS, slots: 100 } });
    await submitMany(stage, 80);
    await stage.clock.advance(10 * SECOND_MS);
    stage.faults.add({ ...LIST, fault: { kind: 'html' } });
    stage.faults.add({ ...LOOK, fault: { kind: 'delay', delayMs: 9 * SECOND_MS } });
    const report = await stage.tick();
    const asked = new Set(namesAsked(stage));
    const all = stage.model.operations('my-project').map(({ name }) => name);
    const left = all.filter((name) => !asked.has(name));
    expect(left.length).toBeGreaterThanOrEqual(10);
    expect(report.left).toBeGreaterThanOrEqual(left.length);
    await stage.clock.advance(20 * SECOND_MS);
    const from = stage.requests.length;
    const { oldestDueAgeSeconds } = await stage.tick();
    expect(new Set(namesAsked(stage, from).slice(0, left.length))).toEqual(new Set(left));
    expect(oldestDueAgeSeconds).toBeGreaterThan(20);
  });

  test('counts every request it makes, and logs its counts in one line', async () => {
    const stage = createStage({ settings: { durationMs: 3 * MINUTE_MS } });
    stage.faults.add({ ...LIST, nth: 2, times: 2, fault: { kind: 'html' } });
    stage.faults.add({ ...CANCEL, nth: 1, times: 1, fault: { kind: 'html' } });
    stage.model.configure({ refusals: { 'my-project': 'dailyEecuQuota' } });
    await submitMany(stage, 3);
    const name = 'projects/my-project/assets/new/folder/job';
    await stage.submit('nested', {
      createParents: true,
      assetExportOptions: { earthEngineDestination: { name } },
    });
    stage.model.configure({ refusals: {} });
    await stage.clock.advance(24 * HOUR_MS);
    for (let minute = 0; minute < 20; minute += 1) {
      if (minute === 2) await stage.cancel('job-1');
      const from = stage.requests.length;
      stage.lines.length = 0;
      const report = await stage.tick();
      expect(report.apiCalls).toBe(stage.requests.length - from);
      const ends = stage.lines.filter((line) => line.includes('Tick has ended')).map((line) => JSON.parse(line));
      expect(ends).toHaveLength(1);
      expect(ends[0]).toMatchObject(report);
      await stage.clock.advance(MINUTE_MS);
    }
    expect(stage.requests.filter(({ path }) => path.endsWith(':cancel'))).toHaveLength(2);
    expect(stage.requests.some(({ method, path }) => method === 'POST' && path.includes('/assets?'))).toBe(true);
    expect(stage.events).toHaveLength(4);
  });
});

describe('several projects', () => {
  test('go on beside one that is on hold', async () => {
    const stage = createStage();
    stage.model.configure({ refusals: { 'held-project': 'dailyEecuQuota' } });
    await stage.submit('held', { project: 'held-project' });
    await stage.submit('held-too', { project: 'held-project' });
    await stage.submit('job-1');
    await stage.submit('job-2', { project: 'other-project' });
    expect(await stage.tick()).toMatchObject({ held: 1 });
    await stage.tickFor(4);
    expect(new Set(stage.eventIds())).toEqual(new Set(['job-1:SUCCEEDED:1', 'job-2:SUCCEEDED:1']));
    expect(stage.sentIds()).toEqual(['held', 'job-1', 'job-2']);
  });

  test('are shared between pollers by their leases, and each is looked at once', async () => {
    const stage = createStage({ settings: { durationMs: HOUR_MS } });
    for (let index = 0; index < 12; index += 1) await stage.submit(`job-${index}`, { project: `project-${index}` });
    stage.faults.add({ ...LOOK, fault: { kind: 'delay', delayMs: 5 * SECOND_MS } });
    const ticks = [stage.poller, stage.createProcess().poller].map(({ tick }) => tick());
    await stage.clock.advance(SECOND_MS);
    const owners = (await stage.ledger.projects()).map(({ leaseOwner }) => leaseOwner?.split('#')[0]);
    expect(owners.filter((owner) => owner === 'poller-1')).toHaveLength(8);
    expect(owners.filter((owner) => owner === 'poller-2')).toHaveLength(4);
    await stage.clock.runUntil(Promise.all(ticks));
    expect(namesAsked(stage)).toHaveLength(12);
    expect(new Set(namesAsked(stage)).size).toBe(12);
  });
});

describe('an export of the lowest priority', () => {
  test('gets in behind ever new ones of the highest, once it is two hours old', async () => {
    const stage = createStage({ settings: { maxPending: 1, slots: 1, durationMs: 3 * MINUTE_MS }, maxPending: 1 });
    await stage.submit('first');
    await stage.clock.advance(10 * SECOND_MS);
    await stage.submit('second');
    await stage.submit('full', { priority: 200 });
    await stage.submit('low', { priority: 0 });
    const { createTime } = await stage.read('low');
    for (let minute = 0; (await stage.read('low')).state === 'QUEUED' && minute < 300; minute += 1) {
      if (minute % 8 === 0) await stage.submit(`urgent-${minute}`, { priority: 200 });
      await stage.tickFor(1);
    }
    expect((await stage.read('low')).submitTime).toBeGreaterThan(createTime + 2 * HOUR_MS);
    const waiting = await stage.ledger.waiting('my-project', 100);
    expect(waiting.length).toBeGreaterThan(0);
    expect(Math.min(...waiting.map((record) => record.createTime))).toBeGreaterThanOrEqual(createTime + 2 * HOUR_MS);
  });
});

describe('a walk', () => {
  test('through a list that is newest first no more goes as far as it saves calls, and gets the rest', async () => {
    const stage = createStage({ settings: { maxPageSize: 10, durationMs: HOUR_MS, slots: 100 } });
    for (let other = 0; other < 60; other += 1) {
      stage.model.startTask({ project: 'my-project', user: 'somebody', type: 'EXPORT_IMAGE' });
      await stage.clock.advance(SECOND_MS);
    }
    await stage.clock.advance(2 * HOUR_MS);
    await submitMany(stage, 4);
    await stage.tick();
    expect((await stage.ledger.project('my-project'))?.pageEnds).toHaveLength(1);
    stage.model.configure({ listOrder: 'oldestFirst' });
    await stage.clock.advance(10 * MINUTE_MS);
    const from = stage.requests.length;
    await stage.tick();
    const pages = stage.requests.slice(from).filter(({ path }) => path.includes('/operations?'));
    expect([pages.length, namesAsked(stage, from).length]).toEqual([4, 4]);
    expect((await stage.read('job-0')).state).toBe('RUNNING');
    expect((await stage.ledger.project('my-project'))?.pageEnds).toEqual([]);
  });

  test('ends where the list has come to what is older than anything looked for, though it lacks one', async () => {
    const stage = createStage({ settings: { maxPageSize: 10, listLagMs: MINUTE_MS, slots: 100 } });
    for (let other = 0; other < 60; other += 1) {
      stage.model.startTask({ project: 'my-project', user: 'somebody', type: 'EXPORT_IMAGE' });
    }
    await stage.clock.advance(2 * HOUR_MS);
    await submitMany(stage, 4);
    await stage.clock.advance(MINUTE_MS);
    await stage.submit('unlisted');
    const from = stage.requests.length;
    await stage.tick();
    const { operation } = await stage.read('unlisted');
    expect(stage.requests.slice(from).filter(({ path }) => path.includes('/operations?'))).toHaveLength(1);
    expect(namesAsked(stage, from)).toEqual([operation]);
  });
});

test('a submission has its turn at once while the poller looks at hundreds', async () => {
  const stage = createStage({ settings: { durationMs: HOUR_MS } });
  await submitMany(stage, 20);
  stage.faults.add({ ...LIST, fault: { kind: 'html' } });
  const client = stage.earthEngine;
  const looks = Array.from({ length: 400 }, () =>
    client.getOperation('projects/my-project/operations/NONE', { timeoutMs: 20_000 }),
  );
  const start = stage.clock.now();
  await stage.clock.runUntil(stage.submitter.submit(toValid('job'), { id: 'job' }, { repeat: false }));
  expect(stage.clock.now() - start).toBeLessThanOrEqual(SECOND_MS);
  expect((await stage.read('job')).state).toBe('PENDING');
  await stage.clock.runUntil(Promise.all(looks));
  expect(stage.clock.now() - start).toBeGreaterThan(5 * SECOND_MS);
});
