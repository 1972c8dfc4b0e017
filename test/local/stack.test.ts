import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventMessage } from '../../src/events/completion-event.ts';
import { type Stack, startStack } from '../../src/local/stack.ts';
import { toBody } from '../exports/stage.ts';
import { exchange } from '../functions/function-server.ts';
import { eventually } from '../support/deployed-function.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };
const FOREVER = 60_000;

let folder: string;
let stack: Stack;
const events: EventMessage[] = [];
let session: Promise<{ stdout: string }>;

// Everything takes its time, so all of it goes on at once.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stack-'));
  const options = { folder: join(folder, 'stack'), httpPort: 0, busPort: 0, simulatorPort: 0 };
  stack = await startStack({ ...options, durationMs: 3_000, tickEveryMs: 200, writeLog: () => {}, environment: {} });
  stack.onEvent((event) => {
    events.push(event);
  });
  session = promisify(execFile)(process.execPath, [join(import.meta.dirname, 'drop-in-session.ts'), stack.url]);
  const data = Buffer.from(JSON.stringify(toBody('from-bus'))).toString('base64');
  const message = { data, attributes: { requestId: 'from-bus' } };
  await post(stack.bus.publishUrl, { messages: [message, message] });
});
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `npm start` in a process of its own; gives its address once it has printed it. */
async function startProcess(durationMs: number) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/local/start.ts')], {
    env: {
      ...{ PORT: '0', BUS_PORT: '0', SIMULATOR_PORT: '0', LOCAL_FOLDER: join(folder, 'process'), LOG_LEVEL: 'error' },
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
  test(
    'goes on after kill -9: the exports under way end, each with one operation',
    async () => {
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
    },
    FOREVER,
  );
});

describe('the local stack', () => {
  test(
    'lets the official JavaScript client start, list, watch and cancel exports as if it were Earth Engine',
    async () => {
      const { listed, looked } = JSON.parse((await session).stdout);
      expect(listed.map(({ metadata }: { metadata: { description: string } }) => metadata.description)).toEqual([
        'model-cancelled',
        'model-kept',
      ]);
      expect(looked.name).toBe(listed[0].name);
      const own = () => events.filter(({ attributes }) => attributes['exportId'] !== 'from-bus');
      await eventually(async () => own().length === 2, 30_000);
      expect(own().map(({ attributes }) => [attributes['ce-subject'], attributes['state']])).toEqual(
        expect.arrayContaining([
          ['projects/my-project/assets/kept', 'SUCCEEDED'],
          ['projects/my-project/assets/cancelled', 'CANCELLED'],
        ]),
      );
    },
    FOREVER,
  );

  test(
    'starts one export for a message that the bus delivers twice',
    async () => {
      await eventually(
        async () => events.some(({ attributes }) => attributes['ce-id'] === 'from-bus:SUCCEEDED:1'),
        30_000,
      );
      await session;
      expect(stack.simulator.model.operations('my-project')).toHaveLength(3);
    },
    FOREVER,
  );

  test('finds everything an example of the documents needs', async () => {
    const example = readFileSync(join(import.meta.dirname, '../../docs/examples/request.json'), 'utf8');
    const answer = await post(`${stack.url}/v1/exports?validateOnly=true`, JSON.parse(example));
    expect([answer.status, await answer.json()]).toMatchObject([200, { valid: true }]);
  });

  test('answers to no name but this machine’s, to which another site could lead its pages', async () => {
    const ask = (host: string) =>
      exchange(
        Number(new URL(stack.url).port),
        `GET /v1/exports HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`,
      );
    expect(await ask('evil.example:8080')).toMatch(/^HTTP\/1.1 403 .*its Host is not this service/s);
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:1']) expect(await ask(host)).toMatch(/^HTTP\/1.1 200 /);
  });
});
