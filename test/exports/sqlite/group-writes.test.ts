import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createGroupWrites } from '../../../src/exports/sqlite/group-writes.ts';

let folder: string;
let database: DatabaseSync;
let other: DatabaseSync;
let begun: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'group-writes-'));
  database = open();
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE rows (name TEXT)');
  other = open();
  begun = 0;
});

afterEach(() => {
  database.close();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

test('write() makes what is asked for in one turn in one transaction, and answers each when it can be read', async () => {
  const { write } = createGroupWrites(transaction);
  const answers = await Promise.all(
    ['one', 'two', 'three'].map(async (name) => [await write(() => insert(name)), readRows().length]),
  );
  expect(answers).toEqual([
    ['one', 3],
    ['two', 3],
    ['three', 3],
  ]);
  expect(begun).toBe(1);
});

test('write() has nothing of the turns before: each has a transaction of its own', async () => {
  const { write } = createGroupWrites(transaction);
  await write(() => insert('one'));
  await write(() => insert('two'));
  expect(readRows()).toEqual(['one', 'two']);
  expect(begun).toBe(2);
});

test('write() rejects for the one that fails, of which nothing is left, and makes the others', async () => {
  const { write } = createGroupWrites(transaction);
  const writes = [
    write(() => insert('one')),
    write(() => {
      insert('half');
      throw new RangeError('too long');
    }),
    write(() => insert('three')),
  ];
  expect(await Promise.allSettled(writes)).toMatchObject([
    { status: 'fulfilled', value: 'one' },
    { status: 'rejected', reason: { message: 'too long' } },
    { status: 'fulfilled', value: 'three' },
  ]);
  expect(readRows()).toEqual(['one', 'three']);
});

test('write() rejects for all of a turn, after one wait, where another process keeps the file locked', async () => {
  const { write } = createGroupWrites(transaction);
  other.exec('BEGIN IMMEDIATE');
  const settled = await Promise.allSettled(['one', 'two'].map((name) => write(() => insert(name))));
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(begun).toBe(1);
  other.exec('ROLLBACK');
  await write(() => insert('three'));
  expect(readRows()).toEqual(['three']);
});

test('write() rejects for each whose transaction cannot be ended, and tells none that it is written before', async () => {
  const { write } = createGroupWrites((work) => transaction(work, () => fail('the disk is full')));
  const settled = await Promise.allSettled(['one', 'two'].map((name) => write(() => insert(name))));
  expect(settled).toMatchObject([
    { reason: { message: 'the disk is full' } },
    { reason: { message: 'the disk is full' } },
  ]);
  expect(readRows()).toEqual([]);
});

test('write() makes one by one what could not be ended together', async () => {
  const { write } = createGroupWrites((work) => transaction(work, () => begun === 1 && fail('the disk is full')));
  const written = await Promise.all(['one', 'two'].map((name) => write(() => insert(name))));
  expect(written).toEqual(['one', 'two']);
  expect(readRows()).toEqual(['one', 'two']);
  expect(begun).toBe(3);
});

test('flush() makes at once what waits, and nothing where nothing does', async () => {
  const { write, flush } = createGroupWrites(transaction);
  flush();
  expect(begun).toBe(0);
  const written = write(() => insert('one'));
  expect(readRows()).toEqual([]);
  flush();
  expect(readRows()).toEqual(['one']);
  expect(await written).toBe('one');
});

function open(): DatabaseSync {
  return new DatabaseSync(join(folder, 'rows.db'), { timeout: 10 });
}

function fail(message: string): never {
  throw new Error(message);
}

/** `atEnd` stands for what may happen when it is to be made durable. */
function transaction<T>(work: () => T, atEnd: () => unknown = () => undefined): T {
  begun += 1;
  database.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    atEnd();
    database.exec('COMMIT');
    return value;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function insert(name: string): string {
  database.prepare('INSERT INTO rows VALUES (?)').run(name);
  return name;
}

/** As another process sees them. */
function readRows(): unknown[] {
  return other
    .prepare('SELECT name FROM rows ORDER BY rowid')
    .all()
    .map(({ name }) => name);
}
