import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startSimulator } from '../../../src/local/earth-engine-simulator/server.ts';
import { toBody } from '../../exports/stage.ts';

const PROJECT = 'projects/my-project';
let folder: string;
let time: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  time = Date.parse('2026-11-02T08:00:00Z');
});
afterEach(() => rmSync(folder, { recursive: true }));

function start() {
  return startSimulator({ stateFile: join(folder, 'state.jsonl'), now: () => time, durationMs: 60_000 });
}

async function call(url: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer secret-token' };
  const response = await fetch(
    `${url}/v1/${path}`,
    body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers },
  );
  return (await response.json()) as Record<string, unknown>;
}

async function readState(url: string, name: unknown): Promise<unknown> {
  return ((await call(url, String(name)))['metadata'] as { state: string }).state;
}

test('startSimulator() with a state file goes on where it was killed: same names, same states, same requestIds', async () => {
  const first = await start();
  const { name: a } = await call(first.url, `${PROJECT}/classifier:export`, toBody('a'));
  time += 30_000;
  await call(first.url, String(a));
  const { name: b } = await call(first.url, `${PROJECT}/classifier:export`, toBody('b'));
  await call(first.url, `${b}:cancel`, {});
  await first.close();
  appendFileSync(join(folder, 'state.jsonl'), '{"time":1,"meth');

  const second = await start();
  expect([await readState(second.url, a), await readState(second.url, b)]).toEqual(['RUNNING', 'CANCELLED']);
  const again = await call(second.url, `${PROJECT}/classifier:export`, toBody('a'));
  expect(again).toMatchObject({ error: { message: expect.stringContaining('already started') } });
  time += 60_000;
  expect(await readState(second.url, a)).toBe('SUCCEEDED');
  await second.close();
});

test('startSimulator() with a state file writes no token down', async () => {
  const simulator = await start();
  await call(simulator.url, `${PROJECT}/classifier:export`, toBody('a'));
  await simulator.close();
  expect(readFileSync(join(folder, 'state.jsonl'), 'utf8')).not.toContain('secret-token');
});
