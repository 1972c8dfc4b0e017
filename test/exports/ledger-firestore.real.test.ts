import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Clock, systemClock } from '../../src/clock.ts';
import indexes from '../../src/exports/firestore/firestore-indexes.json' with { type: 'json' };
import { type ExportFilter, type Ledger, LedgerUnavailable } from '../../src/exports/ledger.ts';
import { createFirestoreLedger } from '../../src/exports/ledger-firestore.ts';
import { type EmulatorProxy, startEmulatorProxy } from '../emulators/emulator-proxy.ts';
import { describeWithFirestore } from '../emulators/emulators.ts';
import { describeIndex, lookInto } from './firestore/documents.ts';
import { testLedger } from './ledger.contract.ts';
import { everyFilter } from './ledger-list.contract.ts';
import { noise } from './noise.ts';
import { fullExport, sampleExport } from './sample-export.ts';

const MINUTE_MS = 60_000;
/** The emulator is slow at first, and where much else runs. */
const PATIENCE_MS = 30_000;
const declared = indexes.indexes.map(describeIndex);

jest.setTimeout(PATIENCE_MS);

describeWithFirestore('the Firestore ledger', (emulator) => {
  let projectId: string;
  const proxies: EmulatorProxy[] = [];

  beforeEach(() => {
    projectId = `p-${randomUUID()}`;
  });
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.close();
  });

  async function startProxy(): Promise<EmulatorProxy> {
    const proxy = await startEmulatorProxy(emulator.host);
    proxies.push(proxy);
    return proxy;
  }

  function open(options: { host?: string; clock?: Clock; timeoutMs?: number } = {}): Ledger {
    const { host = emulator.host, clock = systemClock, timeoutMs = PATIENCE_MS } = options;
    const getToken = () => Promise.reject(new Error('an emulator needs no token'));
    return createFirestoreLedger({ projectId, emulatorHost: host, getToken, clock, random: Math.random, timeoutMs });
  }

  testLedger('Firestore', async () => {
    const documents = lookInto(emulator, projectId);
    return {
      ledger: open(),
      other: open(),
      async close() {
        // The emulator answers without indexes, production does not.
        for (const index of await documents.neededIndexes()) expect(declared).toContain(index);
      },
    };
  });

  describe('indexes', () => {
    test('all queries there are need the indexes that are declared, and no others', async () => {
      const ledger = open();
      await ledger.create(fullExport('one'));
      await ledger.updateProject('p', {});
      await Promise.all([
        ledger.due(1),
        ledger.outbox(1),
        ledger.waiting('p', 1),
        ledger.accepted('p'),
        ledger.findByOperation('o'),
        ledger.countByState('p'),
        ledger.project('p'),
        ledger.projects(),
      ]);
      for (const filter of everyFilter()) await ledger.list(filter, { pageSize: 1 });
      const needed = await lookInto(emulator, projectId).neededIndexes();
      expect([...new Set(needed)].sort(compareText)).toEqual([...declared].sort(compareText));
    });

    test('what is long is not indexed, what is searched by is', async () => {
      const ledger = open();
      await ledger.create({ ...fullExport('one'), hasBody: true }, '{}');
      await ledger.updateProject('p', {});
      const exempt = indexes.fieldOverrides.map(({ collectionGroup, fieldPath }) => `${collectionGroup} ${fieldPath}`);
      for (const collection of ['exports', 'bodies', 'projects']) {
        for (const fields of (await lookInto(emulator, projectId).read(collection)).values()) {
          const long = Object.keys(fields).filter((field) => /bytesValue|mapValue/.test(JSON.stringify(fields[field])));
          expect(exempt).toEqual(expect.arrayContaining(long.map((field) => `${collection} ${field}`)));
        }
      }
      for (const field of ['dueAt', 'outboxAt', 'operation', 'createTime', 'listKeys']) {
        expect(exempt).not.toContain(`exports ${field}`);
      }
    });
  });

  describe('an answer that is lost after the write took effect', () => {
    let proxy: EmulatorProxy;
    let ledger: Ledger;

    beforeEach(async () => {
      proxy = await startProxy();
      ledger = open({ host: proxy.host });
    });

    test.each([
      ['without a body', undefined],
      ['with a small body', '{}'],
      ['with a large one', noise(2_000_000)],
    ])('create() %s knows its own record', async (_, body) => {
      proxy.loseAnswer('commit');
      const { created, record } = await ledger.create(sampleExport('one', { hasBody: body !== undefined }), body);
      expect(created).toBe(true);
      expect(proxy.calls.filter((method) => method === 'commit')).toHaveLength(2);
      expect(await open().get('one')).toEqual(record);
      expect((await ledger.body(record)) === body).toBe(true);
    });

    test('update() knows its own write', async () => {
      const { record } = await ledger.create(sampleExport('one', { hasBody: true }), '{}');
      proxy.loseAnswer('commit');
      const changed = await ledger.update(record, { progress: 0.5, hasBody: false });
      expect(changed).toMatchObject({ progress: 0.5, hasBody: false });
      expect(await open().get('one')).toEqual(changed);
    });

    test("update() does not take another's write for its own", async () => {
      const { record } = await ledger.create(sampleExport('one'));
      const winner = await open().update(record, { walks: 1 });
      proxy.loseAnswer('commit');
      expect(await ledger.update(record, { walks: 2 })).toBeUndefined();
      expect(await open().get('one')).toEqual(winner);
    });

    test('updateMany() knows its own writes, and which were lost', async () => {
      const records = await Promise.all(
        ['a', 'b', 'c'].map(async (id) => (await ledger.create(sampleExport(id))).record),
      );
      const [, b] = records;
      if (b) await open().update(b, { walks: 1 });
      proxy.loseAnswer('batchWrite');
      const results = await ledger.updateMany(records.map((record) => ({ record, changes: { walks: 2 } })));
      expect(results.map((result) => result?.walks)).toEqual([2, undefined, 2]);
      expect(await open().get('a')).toEqual(results[0]);
    });

    test('updateProject() knows its own record and write', async () => {
      proxy.loseAnswer('commit');
      const first = await ledger.updateProject('p', { leaseOwner: 'a' });
      proxy.loseAnswer('commit');
      const second = first && (await ledger.updateProject(first, { leaseOwner: 'b' }));
      expect(second?.leaseOwner).toBe('b');
      expect(await open().project('p')).toEqual(second);
    });
  });

  test('100 claims are one request', async () => {
    const proxy = await startProxy();
    const ledger = open({ host: proxy.host });
    const ids = Array.from({ length: 100 }, (_, index) => `e${index}`);
    const records = await Promise.all(ids.map(async (id) => (await ledger.create(sampleExport(id))).record));
    proxy.calls.length = 0;
    await ledger.updateMany(records.map((record) => ({ record, changes: { walks: 1 } })));
    expect(proxy.calls).toEqual(['batchWrite']);
  });

  test('a list of few among many is one request', async () => {
    const proxy = await startProxy();
    const ledger = open({ host: proxy.host });
    await Promise.all(Array.from({ length: 60 }, (_, index) => ledger.create(sampleExport(`e${index}`))));
    await ledger.create({ ...fullExport('rare'), project: 'p', createTime: 1_800_000_000_000 });
    const filters: ExportFilter[] = [
      { project: 'p' },
      { projects: ['p', 'q'] },
      { state: 'FAILED' },
      { workloadTag: 'nightly' },
      { labels: { team: 'crops' } },
      { project: 'p', labels: { team: 'crops' }, state: 'FAILED' },
      { createdAfter: 1_799_999_999_999 },
    ];
    for (const filter of filters) {
      proxy.calls.length = 0;
      const page = await ledger.list(filter, { pageSize: 1 });
      expect(page.exports.map(({ id }) => id)).toEqual(['rare']);
      expect({ filter, calls: proxy.calls }).toEqual({ filter, calls: ['runQuery'] });
    }
  });

  describe('an emulator that stands still', () => {
    afterEach(() => emulator.resume());

    test('is LedgerUnavailable within the budget, whatever is asked, and good again when it goes on', async () => {
      const ledger = open({ timeoutMs: 600 });
      const { record } = await open().create(sampleExport('one', { createTime: 5 }));
      const project = await open().updateProject('p', {});
      if (!project) throw new Error('the project was not created');
      await ledger.now();
      await emulator.pause();
      const calls = [
        ledger.get('one'),
        ledger.create(sampleExport('two'), '{}'),
        ledger.create(sampleExport('three'), noise(2_000_000)),
        ledger.update(record, { progress: 0.5 }),
        ledger.updateMany([{ record, changes: { progress: 0.5 } }]),
        ledger.due(1),
        ledger.list({}, { pageSize: 1 }),
        ledger.countByState('p'),
        ledger.updateProject(project, { leaseOwner: 'a' }),
      ];
      const started = performance.now();
      const results = await Promise.allSettled(calls);
      expect(performance.now() - started).toBeLessThan(3000);
      for (const result of results) {
        expect(result.status === 'rejected' && result.reason).toBeInstanceOf(LedgerUnavailable);
      }
      emulator.resume();
      const again = open();
      await again.create(sampleExport('two'), '{}');
      expect(await again.countByState('forest-watch')).toEqual({ QUEUED: 2 });
      expect((await again.list({ createdAfter: 6 }, { pageSize: 5 })).exports.map(({ id }) => id)).toEqual(['two']);
    });
  });

  describe('records of a newer version', () => {
    test('keep fields of any kind, and states, that this version does not know', async () => {
      const documents = lookInto(emulator, projectId);
      const ledger = open();
      await ledger.create(sampleExport('one'));
      const newer = {
        state: { stringValue: 'PAUSED' },
        where: { geoPointValue: { latitude: 1, longitude: 2 } },
        nested: { mapValue: { fields: { a: { arrayValue: { values: [{ nullValue: null }] } } } } },
      };
      await documents.write('exports/one', newer);
      const record = await ledger.get('one');
      expect(record?.state).toBe('PAUSED');
      expect(record && (await ledger.update(record, { progress: 0.5 }))).toBeDefined();
      const fields = (await documents.read('exports')).get('one');
      expect(fields).toMatchObject({ ...newer, progress: { doubleValue: 0.5 } });
    });
  });

  describe('documents', () => {
    test('show times as dates and keep no field that does not apply', async () => {
      const { record } = await open().create(sampleExport('one', { dueAt: 1_790_000_000_123, admitRank: 5 }));
      await open().update(record, { dueAt: null, outboxAt: 1_790_000_000_456 });
      const fields = (await lookInto(emulator, projectId).read('exports')).get('one');
      expect(fields?.['outboxAt']).toEqual({ timestampValue: '2026-09-21T14:13:20.456Z' });
      expect(fields?.['admitRank']).toEqual({ integerValue: '5' });
      expect(fields).not.toHaveProperty('dueAt');
    });

    test('of a long list of tracked operations are as many as it needs', async () => {
      const ledger = open();
      const tracked = Array.from({ length: 100 }, (_, index) => ({
        name: noise(20_000, index + 1),
        id: 'one',
        state: 'PENDING' as const,
        priority: 100,
        createTime: 1,
        nextLookAt: 2,
        seenAt: 3,
      }));
      const ids = async () => [...(await lookInto(emulator, projectId).read('projects')).keys()];
      const long = await ledger.updateProject('p', { tracked });
      expect(await ids()).toEqual(['p', 'p!1', 'p!2']);
      await ledger.updateProject('p-2', {});
      expect((await ledger.project('p'))?.tracked).toEqual(tracked);
      const short = long && (await ledger.updateProject(long, { tracked: tracked.slice(0, 50) }));
      expect(await ids()).toEqual(['p', 'p!1', 'p-2']);
      expect(await ledger.project('p')).toEqual(short);
    });
  });

  describe('a body in several documents', () => {
    const body = noise(2_000_000);
    let proxy: EmulatorProxy;
    let ledger: Ledger;

    beforeEach(async () => {
      proxy = await startProxy();
      ledger = open({ host: proxy.host });
    });

    const create = () => ledger.create(sampleExport('one', { hasBody: true }), body);
    const chunks = async () => [...(await lookInto(emulator, projectId).read('bodies')).values()];

    test('is uploaded before its record, to expire within the hour, and stays with it', async () => {
      let uploaded: unknown[] = [];
      proxy.before('commit', async () => {
        expect(await ledger.get('one')).toBeUndefined();
        uploaded = (await chunks()).map(({ expireAt }) => Date.parse(String(expireAt?.['timestampValue'])));
      });
      await create();
      expect(uploaded).toHaveLength(3);
      for (const time of uploaded) expect(Math.abs(Number(time) - Date.now() - 60 * MINUTE_MS)).toBeLessThan(MINUTE_MS);
      expect((await chunks()).map(({ expireAt }) => expireAt)).toEqual([undefined, undefined, undefined]);
    });

    test('is uploaded once when the creation is tried again', async () => {
      const impatient = open({ host: proxy.host, timeoutMs: 1500 });
      proxy.before('commit', async () => proxy.cut());
      await expect(impatient.create(sampleExport('one', { hasBody: true }), body)).rejects.toThrow(LedgerUnavailable);
      proxy.restore();
      const { record } = await create();
      expect(await chunks()).toHaveLength(3);
      expect((await ledger.body(record)) === body).toBe(true);
    });

    test('is uploaded again where a part expired before its record was created', async () => {
      proxy.before('commit', async () => {
        const [id] = (await lookInto(emulator, projectId).read('bodies')).keys();
        await lookInto(emulator, projectId).remove(`bodies/${id}`);
      });
      const { created, record } = await create();
      expect(created).toBe(true);
      expect((await ledger.body(record)) === body).toBe(true);
      expect((await chunks()).map(({ expireAt }) => expireAt)).toEqual([undefined, undefined, undefined]);
    });

    test('keeps its chunks when another process uploads the same ones', async () => {
      proxy.before('batchWrite', async () => void (await open().create(sampleExport('one', { hasBody: true }), body)));
      const { created, record } = await create();
      expect(created).toBe(false);
      expect((await chunks()).map(({ expireAt }) => expireAt)).toEqual([undefined, undefined, undefined]);
      expect((await ledger.body(record)) === body).toBe(true);
    });

    test('is not uploaded for a record that is there', async () => {
      await create();
      proxy.calls.length = 0;
      expect((await create()).created).toBe(false);
      expect(proxy.calls).not.toContain('batchWrite');
    });

    test('expires with its record, and not when that is taken back', async () => {
      const { record } = await create();
      const expiring = await ledger.update(record, { expireAt: 4_000_000_000_000 });
      const timestampValue = '2096-10-02T07:06:40Z';
      expect((await chunks()).map(({ expireAt }) => expireAt)).toEqual(Array(3).fill({ timestampValue }));
      expect(expiring && (await ledger.update(expiring, { expireAt: null }))).toBeDefined();
      expect((await chunks()).map(({ expireAt }) => expireAt)).toEqual([undefined, undefined, undefined]);
    });

    test('is gone when a part of it is', async () => {
      const { record } = await create();
      const [id] = (await lookInto(emulator, projectId).read('bodies')).keys();
      await lookInto(emulator, projectId).remove(`bodies/${id}`);
      expect(await ledger.body(record)).toBeUndefined();
    });

    test('leaves nothing behind with hasBody: false', async () => {
      const { record } = await create();
      expect(await ledger.update(record, { hasBody: false })).toBeDefined();
      expect(await chunks()).toEqual([]);
    });
  });

  describe('ledger time', () => {
    test.each([-10 * MINUTE_MS, 10 * MINUTE_MS])(
      'is the same on an instance whose clock is %d ms off',
      async (skewMs) => {
        const clock: Clock = { ...systemClock, now: () => Date.now() + skewMs };
        const ledger = open({ clock });
        expect(Math.abs((await ledger.now()) - Date.now())).toBeLessThan(2000);
        await ledger.create(sampleExport('one', { dueAt: Date.now() - 1000 }));
        await ledger.create(sampleExport('two', { dueAt: Date.now() + MINUTE_MS }));
        expect((await ledger.due(5)).map(({ id }) => id)).toEqual(['one']);
      },
    );
  });
});

function compareText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
