import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventMessage } from '../../src/events/completion-event.ts';
import { type Stack, startStack } from '../../src/local/stack.ts';
import { eventually } from '../deployed-function.ts';
import { toBody } from '../exports/stage.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stack-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `npm start` in a process of its own; gives its address once it has printed it. */
async function startProcess(durationMs: number) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/local/start.ts')], {
    env: {
      ...{ PORT: '0', BUS_PORT: '0', SIMULATOR_PORT: '0', LOCAL_FOLDER: folder, LOG_LEVEL: 'error' },
      DURATION_MS: String(durationMs),
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  await eventually(async () => output.includes('Try:'));
  const url = /http:\/\/127\.0\.0\.1:\d+(?=\/v1\/exports)/.exec(output)?.[0];
  return { child, url: String(url), output: () => output };
}

async function post(url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) });
}

describe('npm start', () => {
  test('goes on after kill -9: the exports under way end, each with one operation', async () => {
    const first = await startProcess(2_000);
    for (const id of ['a', 'b']) expect((await post(`${first.url}/v1/exports`, toBody(id))).status).toBe(202);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await startProcess(2_000);
    await eventually(async () => {
      const { exports } = (await (await fetch(`${second.url}/v1/exports?state=SUCCEEDED`)).json()) as {
        exports: object[];
      };
      return exports.length === 2 && second.output().includes('event b:SUCCEEDED:1');
    }, 40_000);
    second.child.kill('SIGTERM');
    expect((await once(second.child, 'exit'))[0]).toBe(0);
  }, 90_000);
});

describe('the local stack', () => {
  let stack: Stack;
  const events: EventMessage[] = [];

  beforeEach(async () => {
    events.length = 0;
    const options = { folder, httpPort: 0, busPort: 0, simulatorPort: 0, durationMs: 3_000, tickEveryMs: 200 };
    stack = await startStack({ ...options, writeLog: () => {}, environment: {} });
    stack.onEvent((event) => {
      events.push(event);
    });
  });
  afterEach(() => stack.close());

  test('lets the official JavaScript client start, list, watch and cancel exports as if it were Earth Engine', async () => {
    const session = join(import.meta.dirname, 'drop-in-session.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [session, stack.url]);
    const { listed, looked } = JSON.parse(stdout);
    expect(listed.map(({ metadata }: { metadata: { description: string } }) => metadata.description)).toEqual([
      'model-cancelled',
      'model-kept',
    ]);
    expect(looked.name).toBe(listed[0].name);
    await eventually(async () => events.length === 2, 30_000);
    expect(events.map(({ attributes }) => [attributes['ce-subject'], attributes['state']])).toEqual(
      expect.arrayContaining([
        ['projects/my-project/assets/kept', 'SUCCEEDED'],
        ['projects/my-project/assets/cancelled', 'CANCELLED'],
      ]),
    );
    expect(stack.simulator.model.operations('my-project')).toHaveLength(2);
  }, 60_000);

  test('delivers a message published to the bus again until it is acknowledged, and starts one export', async () => {
    const data = Buffer.from(JSON.stringify(toBody('from-bus'))).toString('base64');
    const message = { data, attributes: { requestId: 'from-bus' } };
    expect((await post(stack.bus.publishUrl, { messages: [message, message] })).status).toBe(200);
    await eventually(async () => events.length === 1, 30_000);
    expect(events[0]?.attributes['ce-id']).toBe('from-bus:SUCCEEDED:1');
    expect(stack.simulator.model.operations('my-project')).toHaveLength(1);
  }, 60_000);
});
