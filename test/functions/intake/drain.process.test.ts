import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';
import { handleRequest } from '../../../src/local/earth-engine-simulator/handle.ts';
import { createEarthEngineModel } from '../../../src/local/earth-engine-simulator/model.ts';
import { toBody } from '../../exports/stage.ts';
import { type DeployedFunction, eventually, startDeployed } from '../../support/deployed-function.ts';

const folder = mkdtempSync(join(tmpdir(), 'drain-'));
const IN_FLIGHT = 50;
const LONGEST_MS = 10_000;

const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
});

/** An Earth Engine that answers no request for an export until it is released. */
async function startHeldEarthEngine() {
  const model = createEarthEngineModel({ now: Date.now, random: Math.random });
  const released = Promise.withResolvers<void>();
  let held = 0;
  async function answer({ method = '', url = '', headers }: IncomingMessage, body: string) {
    if (url.includes('classifier:export')) {
      held += 1;
      await released.promise;
    }
    return handleRequest(model, { method, path: url, headers, body });
  }
  const server = createServer(async (request, response) => {
    const answered = await answer(request, await text(request));
    response.writeHead(answered.status, answered.headers).end(answered.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, model, held: () => held, release: released.resolve };
}

/** The status of the answer to a request for an export; `undefined` when the connection was dropped. */
async function submit({ url }: DeployedFunction, id: string): Promise<number | undefined> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(toBody(id)) };
  const response = await fetch(`${url}/v1/exports`, init).catch(() => undefined);
  await response?.text();
  return response?.status;
}

test('exportsHttp answers fifty requests in flight at a SIGTERM, and has ended within ten seconds', async () => {
  const earthEngine = await startHeldEarthEngine();
  const environment = {
    EARTHENGINE_PROJECT: 'my-project',
    EARTHENGINE_URL: earthEngine.url,
    EVENTS_TOPIC: 'projects/my-project/topics/events',
    LEDGER: 'sqlite',
    SQLITE_PATH: join(folder, 'ledger.db'),
  };
  const deployed = await startDeployed('exportsHttp', environment, 'src/index.ts');
  stops.push(() => deployed.kill());
  const answers = Array.from({ length: IN_FLIGHT }, (_, index) => submit(deployed, `job-${index}`));
  await eventually(async () => earthEngine.held() === IN_FLIGHT, LONGEST_MS);
  const exited = once(deployed.process, 'exit');
  const start = Date.now();
  deployed.process.kill('SIGTERM');
  await eventually(async () => deployed.output().includes(`"inFlight":${IN_FLIGHT}`), LONGEST_MS);
  earthEngine.release();
  expect(await Promise.all(answers)).toEqual(Array.from({ length: IN_FLIGHT }, () => 202));
  expect(await exited).toEqual([0, null]);
  expect(Date.now() - start).toBeLessThan(LONGEST_MS);
  expect(earthEngine.model.operations('my-project')).toHaveLength(IN_FLIGHT);
});
