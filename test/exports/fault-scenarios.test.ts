import { describe, expect, test } from '@jest/globals';
import { startBudget } from '../../src/budget.ts';
import type { Ledger } from '../../src/exports/ledger.ts';
import { giveBackLease, takeLease } from '../../src/exports/polling/lease.ts';
import { createTickReport } from '../../src/exports/polling/tick-report.ts';
import type { PollerParts } from '../../src/exports/polling/visit.ts';
import { createSender } from '../../src/exports/sending/sender.ts';
import { createSubmitter, type Submitted } from '../../src/exports/submitter.ts';
import { playAllOrders, type Turnstile } from './interleavings.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './sample-record.ts';
import { createStage, type Stage, type StageOptions, toValid } from './stage.ts';

const LONG_MS = 60_000;
const POST = { method: 'POST', path: 'classifier:export' };

function operationsOf(stage: Stage) {
  return stage.model.operations('my-project');
}

/** These events, each once. */
function expectEvents(stage: Stage, ...ids: string[]): void {
  expect(stage.eventIds()).toHaveLength(ids.length);
  expect(new Set(stage.eventIds())).toEqual(new Set(ids));
}

/** One operation, one event, and both belong together. */
async function expectOneOfEach(stage: Stage, id: string): Promise<void> {
  await stage.tickFor(6);
  expect(operationsOf(stage)).toHaveLength(1);
  expect(stage.eventIds()).toEqual([`${id}:SUCCEEDED:1`]);
  expect((await stage.read(id)).operation).toBe(operationsOf(stage)[0]?.name);
}

describe('the answer to a send is lost', () => {
  test('and the process with it: the operation is found, not started a second time', async () => {
    const stage = createStage();
    const doomed = stage.createProcess();
    stage.faults.add({ ...POST, fault: { kind: 'hang', executed: true } });
    void doomed.submitter.submit(toValid('job'), { id: 'job' }, { repeat: true });
    await stage.clock.advance(SECOND_MS);
    stage.faults.clear();
    expect(await stage.read('job')).toMatchObject({
      state: 'QUEUED',
      doubtful: 'unanswered',
      claimUntil: expect.any(Number),
    });
    expect(operationsOf(stage)).toHaveLength(1);
    await expectOneOfEach(stage, 'job');
  });

  test(
    'after any number of its bytes: the same call learns of the operation',
    async () => {
      const stage = createStage({ settings: { maxPageSize: 3 } });
      const { answer } = (await stage.submit('job-999')) as { answer?: object };
      const { length } = JSON.stringify(answer);
      expect(length).toBeGreaterThan(200);
      for (let bytes = 0; bytes < length; bytes += 1) {
        const id = `job-${String(bytes).padStart(3, '0')}`;
        stage.faults.clear();
        stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'truncate', bytes } });
        expect(await stage.submit(id)).toMatchObject({ record: { operation: operationsOf(stage).at(-1)?.name } });
      }
      expect(operationsOf(stage)).toHaveLength(length + 1);
      expect(stage.sentIds()).toHaveLength(2 * length + 1);
      expect(new Set(stage.sentIds()).size).toBe(length + 1);
    },
    LONG_MS,
  );

  test.each(['error', 'same'] as const)('and the repetition is answered by "%s"', async (duplicateReply) => {
    const stage = createStage({ settings: { duplicateReply } });
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'html', executed: true } });
    expect(await stage.submit('job')).toMatchObject({ record: { state: 'PENDING' } });
    await expectOneOfEach(stage, 'job');
  });

  test('and the list shows the operation only later: never a new requestId', async () => {
    const stage = createStage({ settings: { listLagMs: 5 * MINUTE_MS } });
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'html', executed: true } });
    expect(await stage.submit('job')).toMatchObject({ record: { state: 'QUEUED', doubtful: 'settling' } });
    await stage.tickFor(8);
    expect(new Set(stage.sentIds())).toEqual(new Set(['job']));
    await expectOneOfEach(stage, 'job');
  });

  test('and it comes when nobody waits for it any more', async () => {
    const stage = createStage({ settings: { durationMs: 10 * MINUTE_MS } });
    stage.faults.add({
      ...POST,
      nth: 1,
      times: 1,
      fault: { kind: 'delay', delayMs: 3 * MINUTE_MS, executeLate: true },
    });
    await stage.submit('job');
    await stage.tickFor(5);
    expect(operationsOf(stage)).toHaveLength(1);
    await stage.tickFor(15);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });

  test.each([true, false])('and the queue was full, requestId used up by it: %s', async (queueFullBurnsId) => {
    const stage = createStage({ settings: { maxPending: 0, queueFullBurnsId } });
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'cutAfter' } });
    await stage.submit('job', {}, { repeat: false });
    stage.model.configure({ maxPending: 10 });
    await stage.tickFor(25);
    expect(operationsOf(stage)).toHaveLength(1);
    expect(new Set(stage.sentIds()).size).toBe(queueFullBurnsId ? 2 : 1);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });
});

describe('the same message comes', () => {
  /** A submitter that passes the turnstile before every step it takes into the world. */
  function createGated(stage: Stage, turnstile: Turnstile, run: number) {
    const ledger = new Proxy(stage.ledger, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function' || name === 'now') return method;
        return async (...args: unknown[]) => {
          await turnstile.pass(run);
          return method.apply(target, args);
        };
      },
    }) as Ledger;
    const earthEngine = {
      ...stage.earthEngine,
      async exportClassifier(...args: Parameters<Stage['earthEngine']['exportClassifier']>) {
        await turnstile.pass(run);
        return stage.earthEngine.exportClassifier(...args);
      },
    };
    const parts = { ...stage, ledger, earthEngine };
    return createSubmitter({ ...parts, sender: createSender(parts) });
  }

  test(
    'twice at once: one is sent, both are answered after it is recorded, in every order of their steps',
    async () => {
      const orders = await playAllOrders(async (turnstile) => {
        const stage = createStage();
        const answers = [0, 1].map(async (run): Promise<Submitted> => {
          const submitter = createGated(stage, turnstile, run);
          const submitted = await submitter.submit(toValid('job'), { id: 'job' }, { repeat: false });
          expect(await stage.ledger.get('job')).toBeDefined();
          return submitted;
        });
        const kinds = (await Promise.all(answers)).map((answer) => answer.kind === 'recorded' && answer.known);
        expect(kinds.sort()).toEqual([false, true]);
        expect(operationsOf(stage)).toHaveLength(1);
        await stage.ledger.close();
      }, 5_000);
      expect(orders).toBeGreaterThan(50);
      expect(orders).toBeLessThan(5_000);
    },
    LONG_MS,
  );

  test('again while the first is still being sent: it is answered, and nothing is sent', async () => {
    const stage = createStage();
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'hang', executed: true } });
    const first = stage.submitter.submit(toValid('job'), { id: 'job' }, { repeat: false });
    await stage.clock.advance(10 * SECOND_MS);
    expect(await stage.submit('job')).toMatchObject({ known: true, record: { state: 'QUEUED' } });
    await stage.clock.runUntil(first);
    expect(stage.sentIds()).toEqual(['job']);
    await expectOneOfEach(stage, 'job');
  });

  test('again with other content: the first is untouched, whatever the order of the keys', async () => {
    const stage = createStage();
    await stage.submit('job', { description: 'maize', workloadTag: 'a' });
    expect(await stage.submit('job', { workloadTag: 'a', description: 'maize' })).toMatchObject({
      kind: 'recorded',
      known: true,
    });
    expect(await stage.submit('job', { description: 'wheat', workloadTag: 'a' })).toMatchObject({ kind: 'conflict' });
    expect(operationsOf(stage)).toMatchObject([{ description: expect.stringMatching(/^maize;/) }]);
  });
});

function toParts(stage: Stage): PollerParts {
  return { ...stage, submitBudgetMs: 1, maxPending: 1 };
}

async function visit(stage: Stage, owner: string) {
  const due = await stage.ledger.due(10);
  const budget = startBudget(50 * SECOND_MS, stage);
  return takeLease(toParts(stage), 'my-project', { due, budget, owner, report: createTickReport() });
}

describe('pollers', () => {
  test('overlap: the events are the same as of one, and nothing is sent twice', async () => {
    const stage = createStage({ settings: { slots: 1, maxPending: 2, durationMs: 30 * SECOND_MS } });
    const pollers = [stage, stage.createProcess(), stage.createProcess()].map(({ poller }) => poller);
    for (let index = 0; index < 5; index += 1) await stage.submit(`job-${index}`);
    for (let minute = 0; minute < 40; minute += 1) {
      await stage.clock.runUntil(Promise.all(pollers.flatMap((poller) => [poller.tick(), poller.tick()])));
      await stage.clock.advance(MINUTE_MS);
    }
    expect(new Set(stage.eventIds())).toEqual(new Set([0, 1, 2, 3, 4].map((index) => `job-${index}:SUCCEEDED:1`)));
    expect(operationsOf(stage)).toHaveLength(5);
  });

  test.each([true, false])(
    'stand still past their lease: what they find out changes nothing; woken first: %s',
    async (isFirst) => {
      const stage = createStage();
      await stage.submit('job');
      const parts = toParts(stage);
      const stale = await visit(stage, 'sleeper#1');
      expect(await visit(stage, 'other#1')).toBeUndefined();
      await stage.clock.advance(5 * MINUTE_MS);
      await stage.submit('later');
      const fresh = await visit(stage, 'other#2');
      if (!stale || !fresh) throw new Error('Cannot go on: there was no lease');
      if (isFirst) await giveBackLease(parts, stale, 'sleeper#1');
      expect(await stage.ledger.project('my-project')).toMatchObject({ leaseOwner: 'other#2' });
      await giveBackLease(parts, fresh, 'other#2');
      if (!isFirst) await giveBackLease(parts, stale, 'sleeper#1');
      const project = await stage.ledger.project('my-project');
      expect(project?.tracked.map(({ id }) => id)).toEqual(['job', 'later']);
      expect(project).not.toHaveProperty('leaseOwner');
    },
  );

  test('do not take over a send for having a clock that is ahead', async () => {
    const stage = createStage();
    const ahead = stage.createProcess(10 * MINUTE_MS);
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'hang' } });
    const sent = stage.submitter.submit(toValid('job'), { id: 'job' }, { repeat: false });
    await stage.clock.advance(10 * SECOND_MS);
    await stage.clock.runUntil(ahead.poller.tick());
    expect(stage.sentIds()).toEqual(['job']);
    await stage.clock.runUntil(sent);
  });

  test('of two versions work side by side: what the newer one writes besides survives', async () => {
    const stage = createStage();
    await stage.submit('job');
    await stage.ledger.update(await stage.read('job'), { colour: 'blue' } as object);
    await stage.tickFor(4);
    expect(await stage.read('job')).toMatchObject({ state: 'SUCCEEDED', colour: 'blue' });
  });
});

/** Every status an answer to a send can have, and every body. What becomes of the export, sent once. */
const BODIES = {
  'a Google error': (code: number) => ({ error: { code, message: 'Something is wrong', status: 'X' } }),
  HTML: () => '<!DOCTYPE html><title>Error</title>',
  nothing: () => '',
  'other JSON': () => ({ message: 'hello' }),
};
const DOUBTFUL = ['QUEUED', 'unanswered'];
const ANSWERS: Record<number, Partial<Record<keyof typeof BODIES, (string | undefined)[]>>> = {
  200: {},
  201: {},
  302: {},
  400: { 'a Google error': ['REJECTED'] },
  401: Object.fromEntries(Object.keys(BODIES).map((body) => [body, ['QUEUED']])),
  403: { 'a Google error': ['REJECTED'] },
  404: { 'a Google error': ['REJECTED'] },
  408: {},
  409: { 'a Google error': ['REJECTED'] },
  412: { 'a Google error': ['REJECTED'] },
  429: Object.fromEntries(Object.keys(BODIES).map((body) => [body, ['QUEUED']])),
  500: {},
  502: {},
  503: {},
  504: {},
};
const MATRIX = Object.entries(ANSWERS).flatMap(([code, steps]) =>
  Object.keys(BODIES).map((body) => {
    const kind = body as keyof typeof BODIES;
    return [Number(code), kind, steps[kind] ?? DOUBTFUL] as const;
  }),
);

describe('Earth Engine answers a send', () => {
  test.each(MATRIX)('with %i and %s: %j', async (code, body, [state, doubtful]) => {
    const stage = createStage();
    stage.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'status', code, body: BODIES[body](code) } });
    await stage.submit('job', {}, { repeat: false });
    const record = await stage.read('job');
    expect([record.state, record.doubtful]).toEqual([state, doubtful]);
    if (state === 'REJECTED') return;
    await stage.tickFor(14);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });

  test('that the token is old, until it is renewed: the project waits, one tries, then all go', async () => {
    const stage = createStage();
    stage.model.configure({ refusals: { 'my-project': 'unauthenticated' } });
    for (let index = 0; index < 3; index += 1) await stage.submit(`job-${index}`);
    await stage.tickFor(12);
    expect(stage.sentIds()).toEqual(['job-0', 'job-0', 'job-0']);
    stage.model.configure({ refusals: {} });
    await stage.tickFor(15);
    expect(stage.eventIds()).toHaveLength(3);
  });

  test('that there is a classifier of that name: REJECTED with a remedy, and not when it may be our own', async () => {
    const assets = [{ name: 'projects/my-project/assets/job', type: 'CLASSIFIER' }];
    const stage = createStage({ assets, settings: { overwriteRefusedAt: 'submit' } });
    await stage.submit('job');
    expect(await stage.read('job')).toMatchObject({
      state: 'REJECTED',
      error: { reason: 'ASSET_EXISTS', remedy: expect.stringContaining('overwrite') },
    });
    const settings = { requestIdLifetimeMs: 0, durationMs: 1, startDelayMs: 0 };
    const fast = createStage({ settings: { overwriteRefusedAt: 'submit', ...settings } });
    fast.faults.add({ ...POST, nth: 1, times: 1, fault: { kind: 'cutAfter' } });
    await fast.submit('job');
    expect(fast.sentIds()).toEqual(['job', 'job']);
    await fast.tick();
    expect(fast.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });
});

describe('Earth Engine', () => {
  test('has a full queue: nothing is lost, everything goes in turn', async () => {
    const stage = createStage({ settings: { slots: 2, maxPending: 3, durationMs: 20 * SECOND_MS } });
    for (let index = 0; index < 15; index += 1) await stage.submit(`job-${index}`);
    await stage.tickFor(120);
    expect(stage.eventIds()).toHaveLength(15);
    expect(operationsOf(stage)).toHaveLength(15);
    const order = operationsOf(stage).map(({ asset }) => Number(asset?.split('-').at(-1)));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test('moves its list under the walk: every export is seen to end', async () => {
    const settings: StageOptions['settings'] = {
      paging: 'offset',
      maxPageSize: 1,
      oddities: { emptyPage: 0.5, missingOperations: 1 },
      slots: 3,
    };
    const stage = createStage({ settings });
    for (let index = 0; index < 8; index += 1) {
      await stage.submit(`job-${index}`);
      stage.model.startTask({ project: 'my-project', user: 'somebody', type: 'EXPORT_TABLE' });
    }
    await stage.tickFor(40);
    expect([...new Set(stage.eventIds())]).toHaveLength(8);
  });

  test('does not list an operation for an hour: it is asked for by name, and its absence is no verdict', async () => {
    const stage = createStage({ settings: { listLagMs: HOUR_MS, durationMs: 10 * MINUTE_MS } });
    for (let index = 0; index < 4; index += 1) await stage.submit(`job-${index}`);
    await stage.tickFor(40);
    expectEvents(stage, ...[0, 1, 2, 3].map((index) => `job-${index}:SUCCEEDED:1`));
  });

  test('answers with every peculiarity at once', async () => {
    const oddities = {
      missingState: 1,
      missingDescription: 1,
      epochStartTime: 1,
      stagesWithoutUnits: 1,
      textualUnits: 1,
      missingOperations: 1,
      emptyPage: 1,
      doneFalseOnSuccess: 1,
    };
    const stage = createStage({ settings: { oddities } });
    await stage.submit('job');
    await expectOneOfEach(stage, 'job');
  });

  test('runs a failing task up to five times: only the last word counts', async () => {
    const failed = { code: 13, message: 'Internal error.' };
    const stage = createStage({
      settings: { outcome: () => ({ failed, transient: true }), durationMs: 2 * MINUTE_MS },
    });
    await stage.submit('job');
    await stage.tickFor(9);
    expect(stage.events).toEqual([]);
    await stage.tickFor(8);
    expect(stage.eventIds()).toEqual(['job:FAILED:1']);
    expect(await stage.read('job')).toMatchObject({ attempt: 1, error: { reason: 'INTERNAL', retryable: true } });
    await stage.tickFor(60);
    expect(operationsOf(stage)).toHaveLength(1);
  });

  test('is away for hours: nothing is lost, nothing is doubled', async () => {
    const stage = createStage();
    await stage.submit('before');
    stage.faults.add({ path: '.', probability: 0.7, fault: { kind: 'html' } });
    stage.faults.add({ path: '.', probability: 0.5, fault: { kind: 'cutAfter' } });
    stage.faults.add({ path: '.', fault: { kind: 'cutBefore' } });
    await stage.submit('within');
    await stage.tickFor(4 * 60);
    stage.faults.clear();
    await stage.tickFor(40);
    expectEvents(stage, 'before:SUCCEEDED:1', 'within:SUCCEEDED:1');
    expect(operationsOf(stage)).toHaveLength(2);
  });

  test('does not answer: the caller is answered in time', async () => {
    const stage = createStage();
    stage.faults.add({ path: '.', fault: { kind: 'hang' } });
    const start = stage.clock.now();
    expect(await stage.submit('job')).toMatchObject({ record: { state: 'QUEUED', doubtful: 'unanswered' } });
    expect(stage.clock.now() - start).toBeLessThanOrEqual(20 * SECOND_MS);
  });
});

describe('the ledger', () => {
  test('is away while an export runs: it is announced afterwards', async () => {
    const stage = createStage();
    await stage.submit('job');
    await stage.tick();
    stage.away.ledger = true;
    for (let minute = 0; minute < 30; minute += 1) {
      await expect(stage.tick()).rejects.toThrow('away');
      await stage.clock.advance(MINUTE_MS);
    }
    stage.away.ledger = false;
    await stage.tickFor(2);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1']);
  });
});

describe('the topic', () => {
  test('is away: exports are accepted all the same, and their events come later, the oldest first', async () => {
    const stage = createStage({ settings: { slots: 1 } });
    stage.publisher.failing = true;
    for (let index = 0; index < 3; index += 1) {
      expect(await stage.submit(`job-${index}`)).toMatchObject({ record: { state: 'PENDING' } });
      await stage.tickFor(3);
    }
    await stage.tickFor(10);
    expect(stage.events).toEqual([]);
    stage.publisher.failing = false;
    await stage.tickFor(2);
    expect(stage.eventIds()).toEqual(['job-0:SUCCEEDED:1', 'job-1:SUCCEEDED:1', 'job-2:SUCCEEDED:1']);
  });

  test('took an event, and the word of it was lost: the event comes again under the same id', async () => {
    const stage = createStage();
    const { publish } = stage.publisher;
    stage.publisher.publish = async (message) => {
      await publish(message);
      if (stage.events.length === 1) throw new Error('No answer');
    };
    await stage.submit('job');
    await stage.tickFor(5);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1', 'job:SUCCEEDED:1']);
    expect(stage.events[0]).toEqual(stage.events[1]);
  });
});

describe('the process is told to stop', () => {
  test(
    'with fifty requests in flight: each is answered within five seconds, and none is lost',
    async () => {
      const stage = createStage();
      stage.faults.add({ ...POST, fault: { kind: 'delay', delayMs: MINUTE_MS } });
      const start = stage.clock.now();
      const ids = Array.from({ length: 50 }, (_, index) => `job-${index}`);
      const answers = ids.map((id) => stage.submitter.submit(toValid(id), { id }, { repeat: true }));
      await stage.clock.advance(2 * SECOND_MS);
      stage.drain();
      const submitted = await stage.clock.runUntil(Promise.all(answers));
      expect(stage.clock.now() - start).toBe(7 * SECOND_MS);
      expect(submitted.every(({ record }) => record.doubtful === 'unanswered')).toBe(true);
      const next = stage.createProcess();
      await stage.clock.advance(MINUTE_MS);
      for (let minute = 0; minute < 60; minute += 1) {
        await stage.clock.runUntil(next.poller.tick());
        await stage.clock.advance(MINUTE_MS);
      }
      expect(new Set(stage.eventIds()).size).toBe(50);
      expect(operationsOf(stage)).toHaveLength(50);
    },
    LONG_MS,
  );
});

describe('an export', () => {
  test('is retried after it failed: a new attempt with an event of its own', async () => {
    let runs = 0;
    const failed = { code: 3, message: 'User memory limit exceeded.' };
    const outcome = () => {
      runs += 1;
      return runs === 1 ? { failed } : ('SUCCEEDED' as const);
    };
    const stage = createStage({ settings: { outcome } });
    await stage.submit('job');
    await stage.tickFor(4);
    expect(stage.eventIds()).toEqual(['job:FAILED:1']);
    expect((await stage.retry('job')).kind).toBe('retried');
    await stage.tickFor(5);
    expect(stage.eventIds()).toEqual(['job:FAILED:1', 'job:SUCCEEDED:2']);
    expect(stage.sentIds()[1]).toMatch(/^[0-9a-f]{40}-a2-s1$/);
  });

  test('is asked for again a quarter of a year later, under the id of one that is long gone', async () => {
    const stage = createStage();
    await stage.submit('job');
    await stage.tickFor(4);
    await stage.clock.advance(91 * DAY_MS);
    await stage.tick();
    expect(await stage.submit('job', { assetExportOptions: toOverwriting('job') })).toMatchObject({ known: false });
    await stage.tickFor(30);
    expect(stage.eventIds()).toEqual(['job:SUCCEEDED:1', 'job:SUCCEEDED:1']);
    expect(operationsOf(stage)).toHaveLength(2);
    expect((await stage.read('job')).operation).toBe(operationsOf(stage)[1]?.name);
  });
});

function toOverwriting(id: string): object {
  return { earthEngineDestination: { name: `projects/my-project/assets/${id}`, overwrite: true } };
}
