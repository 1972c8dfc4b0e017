import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Clock } from '../../src/clock.ts';
import { systemClock } from '../../src/clock.ts';
import { LedgerUnavailable } from '../../src/exports/ledger.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { testLedger } from './ledger.contract.ts';
import { sampleExport } from './sample-export.ts';

let folder: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  path = join(folder, 'not', 'yet', 'there', 'ledger.db');
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

testLedger('SQLite in a file', async () => {
  const ledger = createSqliteLedger({ path, clock: systemClock });
  const other = createSqliteLedger({ path, clock: systemClock });
  const close = async () => {
    await ledger.close();
    await other.close();
  };
  return { ledger, other, close };
});

testLedger('SQLite in memory', async () => {
  const ledger = createSqliteLedger({ path: ':memory:', clock: systemClock });
  return { ledger, other: ledger, close: () => ledger.close() };
});

test("now() is the clock's time", async () => {
  let time = 1000;
  const clock: Clock = { ...systemClock, now: () => time };
  const ledger = createSqliteLedger({ path: ':memory:', clock });
  expect(await ledger.now()).toBe(1000);
  await ledger.create(sampleExport('one', { dueAt: 2000 }));
  expect(await ledger.due(1)).toEqual([]);
  time = 2000;
  expect(await ledger.due(1)).toHaveLength(1);
});

test('removeExpired() removes records and bodies once their time has come, as many as asked for', async () => {
  let time = 1000;
  const ledger = createSqliteLedger({ path: ':memory:', clock: { ...systemClock, now: () => time } });
  const first = await ledger.create(sampleExport('first', { expireAt: 2000, hasBody: true }), '{}');
  await ledger.create(sampleExport('second', { expireAt: 3000 }));
  await ledger.create(sampleExport('third', { expireAt: 3001 }));
  time = 3000;
  expect(await ledger.removeExpired(1)).toBe(1);
  expect(await ledger.get('first')).toBeUndefined();
  expect(await ledger.body(first.record)).toBeUndefined();
  expect(await ledger.get('second')).toBeDefined();
  expect(await ledger.removeExpired(10)).toBe(1);
  expect(await ledger.removeExpired(10)).toBe(0);
  expect(await ledger.get('third')).toBeDefined();
});

test('a file is opened in WAL mode with its folder made', async () => {
  const ledger = createSqliteLedger({ path, clock: systemClock });
  expect(existsSync(`${path}-wal`)).toBe(true);
  await ledger.close();
});

test('writes to a file that are asked for in one turn are made together at its end', async () => {
  const ledger = createSqliteLedger({ path, clock: systemClock });
  const other = createSqliteLedger({ path, clock: systemClock });
  const first = ledger.create(sampleExport('first'));
  const second = ledger.create(sampleExport('second'));
  expect(await other.get('first')).toBeUndefined();
  await first;
  expect(await other.get('second')).toBeDefined();
  expect((await second).created).toBe(true);
  await ledger.close();
  await other.close();
});

test('a record goes in as it is when create() is called', async () => {
  const ledger = createSqliteLedger({ path, clock: systemClock });
  const given = sampleExport('one', { labels: { a: '1' } });
  const creating = ledger.create(given);
  given.labels['a'] = 'changed by the giver';
  expect((await creating).record.labels).toEqual({ a: '1' });
  await ledger.close();
});

test('what is no fault of the file is no LedgerUnavailable', async () => {
  const ledger = createSqliteLedger({ path, clock: systemClock });
  const { record } = await ledger.create(sampleExport('one'));
  const unwritable = { labels: { a: 1n as unknown as string } };
  await expect(ledger.update(record, unwritable)).rejects.toThrow(TypeError);
  await expect(ledger.create(sampleExport('two', unwritable))).rejects.toThrow(TypeError);
  await ledger.close();
});

test('close() makes the writes that wait', async () => {
  const ledger = createSqliteLedger({ path, clock: systemClock });
  const creating = ledger.create(sampleExport('one'));
  await ledger.close();
  expect((await creating).created).toBe(true);
  const again = createSqliteLedger({ path, clock: systemClock });
  expect(await again.get('one')).toBeDefined();
  await again.close();
});

describe('several processes on one file', () => {
  test('a record that was created survives kill -9', async () => {
    const child = startWriter(`
      await ledger.create(sample('one'), '{"kept":true}');
      say('created');
    `);
    await release([child]);
    await child.said('created');
    child.process.kill('SIGKILL');
    await child.ended;
    const ledger = createSqliteLedger({ path, clock: systemClock });
    const record = await ledger.get('one');
    expect(record && (await ledger.body(record))).toBe('{"kept":true}');
    await ledger.close();
  });

  test('three that open, create and count at once lose nothing', async () => {
    const writers = [1, 2, 3].map((writer) =>
      startWriter(`
        const one = (await ledger.create(sample('one'))).record;
        const count = async (read, write) => {
          for (let done = false; !done; ) done = await write(await read());
        };
        for (let index = 0; index < 300; index += 1) {
          await ledger.create(sample('${writer}-' + index), 'x');
          await count(() => ledger.get('one'), (known) => ledger.update(known, { walks: (known.walks ?? 0) + 1 }));
          await count(
            () => ledger.project('p'),
            (known) => ledger.updateProject(known ?? 'p', { submittedSince: (known?.submittedSince ?? 0) + 1 }),
          );
        }
        say('done');
      `),
    );
    await release(writers);
    await Promise.all(writers.map(({ said }) => said('done')));
    const ledger = createSqliteLedger({ path, clock: systemClock });
    expect(await ledger.countByState('forest-watch')).toEqual({ QUEUED: 901 });
    expect((await ledger.get('one'))?.walks).toBe(900);
    expect((await ledger.project('p'))?.submittedSince).toBe(900);
    await ledger.close();
  }, 30_000);
});

describe('LedgerUnavailable', () => {
  test('is thrown where the file cannot be opened', () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, 'this is no database, but long enough to be looked at'.repeat(100));
    expect(() => createSqliteLedger({ path: file, clock: systemClock })).toThrow(LedgerUnavailable);
    expect(() => createSqliteLedger({ path: join(file, 'x.db'), clock: systemClock })).toThrow(LedgerUnavailable);
  });

  test('is thrown by writes while another process keeps the file locked, not by reads', async () => {
    const ledger = createSqliteLedger({ path, clock: systemClock, busyTimeoutMs: 50 });
    await ledger.create(sampleExport('one'));
    const locker = new DatabaseSync(path);
    locker.exec('BEGIN IMMEDIATE');
    await expect(ledger.create(sampleExport('two'))).rejects.toThrow(LedgerUnavailable);
    expect(await ledger.get('one')).toBeDefined();
    locker.exec('ROLLBACK');
    locker.close();
    expect((await ledger.create(sampleExport('two'))).created).toBe(true);
    await ledger.close();
  });

  test('is thrown by a ledger that is closed; closing twice is no fault', async () => {
    const ledger = createSqliteLedger({ path: ':memory:', clock: systemClock });
    await ledger.close();
    await ledger.close();
    await expect(ledger.get('one')).rejects.toThrow(LedgerUnavailable);
    await expect(ledger.updateMany([])).rejects.toThrow(LedgerUnavailable);
  });
});

test('a file of a newer version is used as it is, and stays of that version', async () => {
  await createSqliteLedger({ path, clock: systemClock }).close();
  const newer = new DatabaseSync(path);
  newer.exec("ALTER TABLE exports ADD COLUMN priority AS (document ->> '$.request.priority')");
  newer.exec('CREATE INDEX exports_priority ON exports (priority); PRAGMA user_version = 7');
  const ledger = createSqliteLedger({ path, clock: systemClock });
  const { record } = await ledger.create(sampleExport('one'));
  expect(await ledger.update(record, { progress: 0.5 })).toBeDefined();
  await ledger.close();
  expect(newer.prepare('PRAGMA user_version').get()).toEqual({ user_version: 7 });
  newer.close();
});

test.each([
  ['due', 'SELECT * FROM exports WHERE due_at <= 1 ORDER BY due_at LIMIT 1', 'exports_due'],
  ['outbox', 'SELECT * FROM exports WHERE outbox_at <= 1 ORDER BY outbox_at LIMIT 1', 'exports_outbox'],
  ['operation', "SELECT * FROM exports WHERE operation = 'x'", 'exports_operation'],
])('the query of %s goes through its own index', async (_, sql, index) => {
  await createSqliteLedger({ path, clock: systemClock }).close();
  const database = new DatabaseSync(path);
  const plan = JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all());
  expect(plan).toContain(`USING INDEX ${index}`);
  database.close();
});

/**
 * A process that runs `work` with a ledger on the file. All of them open it at the same moment. `said` resolves when the
 * process printed that word.
 */
function startWriter(work: string) {
  const source = (name: string) => JSON.stringify(new URL(`../../${name}`, import.meta.url).href);
  const script = `
    const { createSqliteLedger } = await import(${source('src/exports/ledger-sqlite.ts')});
    const { sampleExport } = await import(${source('test/exports/sample-export.ts')});
    const { systemClock } = await import(${source('src/clock.ts')});
    const sample = (id) => sampleExport(id, { hasBody: true });
    const say = (word) => console.log(word);
    say('ready');
    await new Promise((go) => process.stdin.once('data', go));
    const ledger = createSqliteLedger({ path: ${JSON.stringify(path)}, clock: systemClock });
    ${work}
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async (word: string) => {
    const line = await lines.next();
    if (line.value !== word) throw new Error(`The process said "${line.value}", not "${word}"`);
  };
  return { process: child, said, ended };
}

/** Lets processes go on that `startWriter` made. */
async function release(writers: ReturnType<typeof startWriter>[]): Promise<void> {
  await Promise.all(writers.map(({ said }) => said('ready')));
  for (const { process } of writers) process.stdin.write('go');
}
