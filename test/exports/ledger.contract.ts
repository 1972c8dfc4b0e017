import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ExportRecord, ExportState } from '../../src/exports/export.ts';
import type { ExportFilter, Ledger } from '../../src/exports/ledger.ts';
import type { TrackedOperation } from '../../src/exports/record/project-record.ts';
import { testListing } from './ledger-list.contract.ts';
import { noise } from './noise.ts';
import { fullExport, sampleExport } from './sample-export.ts';

/** An empty store with two ledgers on it, as two processes would have them. */
export interface LedgerUnderTest {
  ledger: Ledger;
  other: Ledger;
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;

/** The suite that every ledger must pass; `create` gives an empty store each time. */
export function testLedger(name: string, create: () => Promise<LedgerUnderTest>): void {
  describe(`the contract of a ledger, ${name}`, () => {
    let store: LedgerUnderTest;
    let ledger: Ledger;

    beforeEach(async () => {
      store = await create();
      ledger = store.ledger;
    });
    afterEach(() => store.close());

    async function add(id: string, fields: Partial<ExportRecord> = {}): Promise<ExportRecord> {
      const { created, record } = await ledger.create(sampleExport(id, fields));
      expect(created).toBe(true);
      return record;
    }

    describe('create()', () => {
      test('keeps every field of a record and adds a version', async () => {
        const { created, record } = await ledger.create(fullExport('full'));
        expect(created).toBe(true);
        expect(record).toEqual({ ...fullExport('full'), version: expect.any(String) });
        expect(await ledger.get('full')).toEqual(record);
      });

      test('keeps fields that are absent absent', async () => {
        await add('bare');
        const record = await ledger.get('bare');
        expect(new Set(Object.keys(record ?? {}))).toEqual(new Set([...Object.keys(sampleExport('bare')), 'version']));
      });

      test('gives the record that is there to whoever comes second, and changes nothing', async () => {
        const first = await ledger.create(sampleExport('one', { digest: 'c1:a' }), '{"first":1}');
        const second = await store.other.create(sampleExport('one', { digest: 'c1:b' }), '{"second":2}');
        expect(second).toEqual({ created: false, record: first.record });
        expect(await ledger.get('one')).toEqual(first.record);
      });

      test('makes one record when 20 race for one id', async () => {
        const racers = Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? ledger : store.other).create(
            sampleExport('one', { requestedBy: `racer ${index}` }),
            `{"n":${index}}`,
          ),
        );
        const results = await Promise.all(racers);
        const winners = results.filter((result) => result.created);
        expect(winners).toHaveLength(1);
        expect(new Set(results.map((result) => result.record.requestedBy))).toEqual(
          new Set([winners[0]?.record.requestedBy]),
        );
        expect((await ledger.get('one'))?.requestedBy).toBe(winners[0]?.record.requestedBy);
      });

      test('keeps hostile keys and characters as plain data', async () => {
        const labels = JSON.parse('{"__proto__":"a","constructor":"b","":"c","k\\"=:.$[0]":"é\\u0000 \\ud83c\\udf3d"}');
        const sentDescription = 'half a \ud83c;abcdefghij';
        await add('hostile', { labels, sentDescription, originalKey: "'; DROP TABLE exports; --" });
        const record = await ledger.get('hostile');
        expect(JSON.stringify(record?.labels)).toBe(JSON.stringify(labels));
        expect(record?.originalKey).toBe("'; DROP TABLE exports; --");
        expect(record?.sentDescription).toBe(sentDescription);
        expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
      });
    });

    describe('get()', () => {
      test('knows nothing of an id that was never created', async () => {
        expect(await ledger.get('nobody')).toBeUndefined();
      });

      test('shows another process what was written', async () => {
        const record = await add('one');
        expect(await store.other.get('one')).toEqual(record);
      });
    });

    describe('update()', () => {
      test('changes the fields named, removes those that are null and leaves the rest', async () => {
        const record = await add('one', { dueAt: 5, digest: 'c1:a', labels: { a: '1', b: '2' } });
        const changed = await ledger.update(record, { state: 'PENDING', dueAt: null, labels: { b: '3' }, progress: 0 });
        const { dueAt, ...kept } = record;
        expect(dueAt).toBe(5);
        expect(changed).toEqual({
          ...kept,
          state: 'PENDING',
          labels: { b: '3' },
          progress: 0,
          version: expect.any(String),
        });
        expect(changed?.version).not.toBe(record.version);
        expect(await ledger.get('one')).toEqual(changed);
      });

      test('does nothing when another write came first', async () => {
        const record = await add('one');
        const winner = await store.other.update(record, { digest: 'c1:winner' });
        expect(await ledger.update(record, { digest: 'c1:loser', hasBody: false })).toBeUndefined();
        expect(await ledger.get('one')).toEqual(winner);
      });

      test('does nothing to a record that is not there', async () => {
        const record = await add('one');
        expect(await ledger.update({ ...record, id: 'two' }, { digest: 'c1:b' })).toBeUndefined();
        expect(await ledger.get('two')).toBeUndefined();
      });

      test('lets one of 20 racers win', async () => {
        const record = await add('one');
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            (index % 2 ? ledger : store.other).update(record, { requestedBy: `racer ${index}` }),
          ),
        );
        const winners = results.filter((result) => result !== undefined);
        expect(winners).toHaveLength(1);
        expect(await ledger.get('one')).toEqual(winners[0]);
      });

      test('gives a version that the next update goes on from', async () => {
        let record = await add('one');
        for (const walks of [1, 2, 3]) {
          const next = await ledger.update(record, { walks });
          expect(next?.walks).toBe(walks);
          record = next ?? record;
        }
        expect(await ledger.get('one')).toEqual(record);
      });

      test('keeps fields and states of a newer version, also when the writer did not pass them on', async () => {
        const newer = { ...sampleExport('newer'), state: 'PAUSED' as ExportState, newField: { deep: [1] }, schema: 9 };
        const { record } = await ledger.create(newer);
        expect(record).toEqual({ ...newer, version: record.version });
        const known: ExportRecord = { ...sampleExport('newer'), version: record.version };
        const changed = await ledger.update(known, { progress: 0.5 });
        expect(changed).toBeDefined();
        expect(await ledger.get('newer')).toEqual({ ...newer, progress: 0.5, version: changed?.version });
      });
    });

    test('records go in and out as copies', async () => {
      const given = sampleExport('one', { labels: { a: '1' } });
      const { record } = await ledger.create(given);
      given.labels['a'] = 'changed by the giver';
      expect(record.labels).toEqual({ a: '1' });
      record.labels['a'] = 'changed by the creator';
      const read = await ledger.get('one');
      expect(read?.labels).toEqual({ a: '1' });
      if (!read) throw new Error('the record is gone');
      const labels = { b: '2' };
      const changed = await ledger.update(read, { labels });
      labels.b = 'changed by the giver';
      expect(changed?.labels).toEqual({ b: '2' });
      expect((await ledger.get('one'))?.labels).toEqual({ b: '2' });
    });

    describe('updateMany()', () => {
      test('answers in the order given, each update succeeding or not by itself', async () => {
        const [a, b, c] = [await add('a'), await add('b'), await add('c')];
        const newB = await ledger.update(b, { walks: 7 });
        const results = await ledger.updateMany([
          { record: c, changes: { walks: 3 } },
          { record: b, changes: { walks: 2 } },
          { record: a, changes: { walks: 1, dueAt: null } },
        ]);
        expect(results.map((result) => result?.walks)).toEqual([3, undefined, 1]);
        expect(await ledger.get('a')).toEqual(results[2]);
        expect(await ledger.get('b')).toEqual(newB);
        expect(await ledger.get('c')).toEqual(results[0]);
      });

      test('takes no updates at all', async () => {
        expect(await ledger.updateMany([])).toEqual([]);
      });

      test('removes bodies with the others', async () => {
        const { record } = await ledger.create(sampleExport('with', { hasBody: true }), '{}');
        const without = await add('without');
        const results = await ledger.updateMany([
          { record: without, changes: { walks: 1 } },
          { record, changes: { hasBody: false } },
        ]);
        expect(results.map((result) => result?.hasBody)).toEqual([false, false]);
        expect(await ledger.body(record)).toBeUndefined();
      });

      test('lets two workers claim 100 due records without overlap', async () => {
        const now = await ledger.now();
        const ids = Array.from({ length: 100 }, (_, index) => `due-${index}`);
        await Promise.all(ids.map((id, index) => add(id, { dueAt: now - 1000 - index })));
        const claims = await Promise.all(
          [ledger, store.other].map(async (worker, index) => {
            const due = await worker.due(100);
            expect(due).toHaveLength(100);
            const changes = { claimUntil: now + HOUR_MS, dueAt: now + HOUR_MS, requestedBy: `worker ${index}` };
            return worker.updateMany(due.map((record) => ({ record, changes })));
          }),
        );
        const won = claims.flat().filter((record) => record !== undefined);
        expect(won).toHaveLength(100);
        expect(new Set(won.map((record) => record.id))).toEqual(new Set(ids));
        for (const record of won) expect(await ledger.get(record.id)).toEqual(record);
        expect(await ledger.due(100)).toEqual([]);
      });
    });

    describe('due(), outbox() and waiting()', () => {
      test('due() gives what is due by ledger time, the longest due first, as many as asked for', async () => {
        const now = await ledger.now();
        await add('later', { dueAt: now + HOUR_MS });
        await add('b', { dueAt: now - 2000 });
        await add('a', { dueAt: now - 1000 });
        await add('c', { dueAt: now - HOUR_MS });
        await add('never');
        expect((await ledger.due(10)).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
        expect((await ledger.due(2)).map(({ id }) => id)).toEqual(['c', 'b']);
      });

      test('outbox() gives what waits to be published, oldest first', async () => {
        const now = await ledger.now();
        await add('a', { outboxAt: now - 1000 });
        await add('b', { outboxAt: now - 2000 });
        await add('later', { outboxAt: now + HOUR_MS });
        await add('due, but not for this', { dueAt: now - 1000 });
        expect((await ledger.outbox(10)).map(({ id }) => id)).toEqual(['b', 'a']);
        expect((await ledger.outbox(1)).map(({ id }) => id)).toEqual(['b']);
      });

      test('what is removed from dueAt and outboxAt is not due any more', async () => {
        const now = await ledger.now();
        const record = await add('one', { dueAt: now - 1000, outboxAt: now - 1000 });
        await ledger.update(record, { dueAt: null, outboxAt: null });
        expect(await ledger.due(10)).toEqual([]);
        expect(await ledger.outbox(10)).toEqual([]);
      });

      test('waiting() gives the exports of one project that have a rank, lowest first', async () => {
        await add('b', { admitRank: 3 });
        await add('c', { admitRank: -1 });
        await add('a', { admitRank: 2.5 });
        await add('not waiting');
        const admitted = await add('admitted', { admitRank: 1 });
        await ledger.update(admitted, { admitRank: null });
        await add('elsewhere', { admitRank: 0, project: 'other-project' });
        expect((await ledger.waiting('forest-watch', 10)).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
        expect((await ledger.waiting('forest-watch', 1)).map(({ id }) => id)).toEqual(['c']);
        expect(await ledger.waiting('nobody', 10)).toEqual([]);
      });
    });

    test('accepted() gives what Earth Engine runs for a project, and nothing else', async () => {
      const states: ExportState[] = ['QUEUED', 'PENDING', 'RUNNING', 'CANCELLING', 'SUCCEEDED', 'LOST'];
      for (const state of states) await add(state, { state });
      await add('elsewhere', { state: 'RUNNING', project: 'other-project' });
      const ids = (await ledger.accepted('forest-watch')).map(({ id }) => id);
      expect(new Set(ids)).toEqual(new Set(['CANCELLING', 'PENDING', 'RUNNING']));
      expect(ids).toHaveLength(3);
    });

    test('every query goes by what a record is now, not by what it was', async () => {
      const record = await add('one', { operation: 'projects/p/operations/A', labels: { a: '1' } });
      const operation = 'projects/p/operations/B';
      await ledger.update(record, { state: 'RUNNING', operation, labels: { b: '2' }, project: 'moved' });
      const idsOf = async (filter: ExportFilter) =>
        (await ledger.list(filter, { pageSize: 5 })).exports.map(({ id }) => id);
      expect(await ledger.countByState('moved')).toEqual({ RUNNING: 1 });
      expect(await ledger.countByState('forest-watch')).toEqual({});
      expect(await ledger.accepted('moved')).toHaveLength(1);
      expect(await ledger.findByOperation('projects/p/operations/A')).toBeUndefined();
      expect((await ledger.findByOperation(operation))?.id).toBe('one');
      expect(await idsOf({ state: 'QUEUED' })).toEqual([]);
      expect(await idsOf({ labels: { a: '1' } })).toEqual([]);
      expect(await idsOf({ project: 'moved', state: 'RUNNING' })).toEqual(['one']);
      expect(await idsOf({ labels: { b: '2' } })).toEqual(['one']);
    });

    test('accepted() gives all of them, however many', async () => {
      const ids = Array.from({ length: 310 }, (_, index) => `e${index}`);
      await Promise.all(ids.map((id) => add(id, { state: 'PENDING' })));
      const found = await ledger.accepted('forest-watch');
      expect(found).toHaveLength(ids.length);
      expect(new Set(found.map(({ id }) => id))).toEqual(new Set(ids));
    });

    test('findByOperation() gives the export of an operation', async () => {
      await add('one', { operation: 'projects/p/operations/A' });
      await add('two', { operation: 'projects/p/operations/B' });
      await add('none');
      expect((await ledger.findByOperation('projects/p/operations/B'))?.id).toBe('two');
      expect(await ledger.findByOperation('projects/p/operations/C')).toBeUndefined();
    });

    test('countByState() counts every state there is of a project', async () => {
      await add('a', { state: 'RUNNING' });
      await add('b', { state: 'RUNNING' });
      await add('c', { state: 'LOST', project: 'other-project' });
      await add('d', { state: 'FAILED' });
      expect(await ledger.countByState('forest-watch')).toEqual({ RUNNING: 2, FAILED: 1 });
      expect(await ledger.countByState('other-project')).toEqual({ LOST: 1 });
      expect(await ledger.countByState('nobody')).toEqual({});
    });

    describe('bodies', () => {
      test.each([
        ['none to speak of', ''],
        ['small', '{"expression":{"result":"0","ü":"\\u0000🌽"}}'],
        ['10 MB that compress well', `{"expression":"${'tree '.repeat(2_000_000)}"}`],
        ['10 MB that hardly compress', noise(10_000_000)],
      ])(
        'body() gives back what create() was given: %s',
        async (_, body) => {
          const { record } = await ledger.create(sampleExport('one', { hasBody: true }), body);
          expect((await store.other.body(record)) === body).toBe(true);
          const read = await store.other.get('one');
          expect(read).toEqual(record);
          expect(read && (await ledger.body(read)) === body).toBe(true);
        },
        60_000,
      );

      test('body() gives nothing for a record that was created without', async () => {
        expect(await ledger.body(await add('one'))).toBeUndefined();
      });

      test.each([
        ['a small', 10],
        ['a large', 5_000_000],
      ])('update() to hasBody: false removes %s body, and a lost one does not', async (_, length) => {
        const { record } = await ledger.create(sampleExport('one', { hasBody: true }), noise(length));
        const changed = await ledger.update(record, { progress: 0.5 });
        if (!changed) throw new Error('the update was lost');
        expect((await ledger.body(changed))?.length).toBe(length);
        expect(await ledger.update(record, { hasBody: false })).toBeUndefined();
        expect((await ledger.body(changed))?.length).toBe(length);
        const without = await ledger.update(changed, { state: 'SUCCEEDED', hasBody: false });
        expect(without).toMatchObject({ state: 'SUCCEEDED', hasBody: false });
        expect(await ledger.body(changed)).toBeUndefined();
        expect(await ledger.get('one')).toEqual(without);
      });

      test('update() keeps the body through expiry set and taken back', async () => {
        const { record } = await ledger.create(sampleExport('one', { hasBody: true }), noise(2_000_000));
        const expiring = await ledger.update(record, { expireAt: (await ledger.now()) + HOUR_MS });
        const kept = expiring && (await ledger.update(expiring, { expireAt: null }));
        expect(kept && (await ledger.body(kept))?.length).toBe(2_000_000);
      });

      test('each of racing creators finds the body of the one that won', async () => {
        const bodies = [noise(2_000_000, 1), noise(2_000_000, 2)];
        const results = await Promise.all(
          [...bodies, ...bodies].map((body, index) =>
            (index % 2 ? ledger : store.other).create(
              sampleExport('one', { hasBody: true, digest: `c1:${index % 2}` }),
              body,
            ),
          ),
        );
        expect(results.filter(({ created }) => created)).toHaveLength(1);
        for (const { record } of results) {
          const body = await ledger.body(record);
          expect(body === bodies[Number(record.digest?.at(-1))]).toBe(true);
        }
      });
    });

    describe('project records', () => {
      test('come into being with the first write, of which one wins', async () => {
        expect(await ledger.project('p')).toBeUndefined();
        const results = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            (index % 2 ? ledger : store.other).updateProject('p', { leaseOwner: `worker ${index}` }),
          ),
        );
        const winners = results.filter((result) => result !== undefined);
        expect(winners).toEqual([
          { project: 'p', version: expect.any(String), tracked: [], leaseOwner: expect.any(String) },
        ]);
        expect(await ledger.project('p')).toEqual(winners[0]);
      });

      test('change field by field, compare-and-set', async () => {
        const walk = { end: 1, pending: 3 };
        const first = await ledger.updateProject('p', { walk, holdUntil: 9, holdReason: 'queue-full' });
        if (!first) throw new Error('the project was not created');
        const tracked = trackedOperations(2);
        const second = await ledger.updateProject(first, { tracked, holdUntil: null, holdReason: null });
        expect(second).toEqual({ project: 'p', version: expect.any(String), tracked, walk });
        expect(await ledger.updateProject(first, { leaseOwner: 'late' })).toBeUndefined();
        expect(await ledger.project('p')).toEqual(second);
      });

      test('let one of 10 racers win', async () => {
        const first = await ledger.updateProject('p', { tracked: trackedOperations(1) });
        if (!first) throw new Error('the project was not created');
        const results = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            (index % 2 ? ledger : store.other).updateProject(first, { leaseOwner: `worker ${index}` }),
          ),
        );
        const winners = results.filter((result) => result !== undefined);
        expect(winners).toHaveLength(1);
        expect(await ledger.project('p')).toEqual(winners[0]);
      });

      test('keep fields of a newer version', async () => {
        const newer = { leaseOwner: 'a', newField: { deep: [1] } };
        const first = await ledger.updateProject('p', newer);
        if (!first) throw new Error('the project was not created');
        const second = await ledger.updateProject(
          { project: 'p', version: first.version, tracked: [] },
          { leaseOwner: 'b' },
        );
        expect(await ledger.project('p')).toEqual({
          project: 'p',
          version: second?.version,
          tracked: [],
          ...newer,
          leaseOwner: 'b',
        });
      });

      test.each([3000, 20_000])(
        'hold %d tracked operations, more or fewer with each write',
        async (count) => {
          const tracked = trackedOperations(count);
          const first = await ledger.updateProject('p', { tracked });
          expect(first?.tracked).toEqual(tracked);
          expect((await store.other.project('p'))?.tracked).toEqual(tracked);
          const leased = first && (await ledger.updateProject(first, { leaseOwner: 'a' }));
          expect(leased?.tracked).toHaveLength(count);
          expect(await store.other.project('p')).toEqual(leased);
          const fewer = leased && (await ledger.updateProject(leased, { tracked: tracked.slice(0, 10) }));
          expect(await store.other.project('p')).toEqual(fewer);
          const none = fewer && (await ledger.updateProject(fewer, { tracked: [] }));
          expect(none?.tracked).toEqual([]);
          const again = none && (await ledger.updateProject(none, { tracked }));
          expect((await store.other.project('p'))?.version).toBe(again?.version);
          expect((await store.other.projects())[0]?.tracked).toEqual(tracked);
        },
        60_000,
      );

      test('projects() gives every one of them', async () => {
        expect(await ledger.projects()).toEqual([]);
        const names = ['a-project', 'example.com:domain-scoped', '123456789'];
        for (const project of names) await ledger.updateProject(project, { tracked: trackedOperations(3) });
        expect(await ledger.project('a')).toBeUndefined();
        const found = await ledger.projects();
        expect(new Set(found.map(({ project }) => project))).toEqual(new Set(names));
        expect(found).toHaveLength(names.length);
        expect(found.every(({ tracked }) => tracked.length === 3)).toBe(true);
      });
    });

    test('removeExpired() leaves alone what has not expired', async () => {
      await add('later', { expireAt: (await ledger.now()) + HOUR_MS });
      await add('never');
      expect(await ledger.removeExpired(10)).toBe(0);
      expect(await ledger.get('later')).toBeDefined();
      expect(await ledger.get('never')).toBeDefined();
    });

    test('now() does not run backwards and agrees between two ledgers', async () => {
      const first = await ledger.now();
      const second = await store.other.now();
      const third = await ledger.now();
      expect(Math.abs(second - first)).toBeLessThan(2000);
      expect(third).toBeGreaterThanOrEqual(first);
    });

    testListing(() => ledger);
  });
}

function trackedOperations(count: number): TrackedOperation[] {
  const names = noise(24 * count).toUpperCase();
  const ids = noise(60 * count, 2);
  return Array.from({ length: count }, (_, index) => ({
    name: `projects/forest-watch/operations/${names.slice(index * 24, index * 24 + 24)}`,
    id: ids.slice(index * 60, index * 60 + 60),
    state: index < 2 ? 'RUNNING' : 'PENDING',
    priority: 100,
    createTime: 1_790_000_000_000 + index,
    nextLookAt: 1_790_000_600_000 + index,
    seenAt: 1_790_000_000_000,
    attemptTokens: index % 7 ? [] : ['abcdefghij'],
  }));
}
