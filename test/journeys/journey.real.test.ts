import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSimulator } from '../../src/local/earth-engine-simulator/server.ts';
import { describeWithFirestore, describeWithPubsub } from '../emulators/emulators.ts';
import { createPubsubAdmin, type PulledMessage } from '../emulators/pubsub-emulator.ts';
import { toBody } from '../exports/stage.ts';
import { type DeployedFunction, eventually, startDeployed } from '../support/deployed-function.ts';

const PROJECT = 'my-project';
const JSON_HEADERS = { 'content-type': 'application/json' };

/** Both ways in, ticks, and the events out: every part a process of its own. */
function testJourney(hosts: { pubsub: { host: string }; firestore?: { host: string } }): void {
  const folder = mkdtempSync(join(tmpdir(), 'journey-'));
  const functions: DeployedFunction[] = [];
  const events: PulledMessage[] = [];
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  let pubsub: ReturnType<typeof createPubsubAdmin>;
  let [http, push, poll] = [] as DeployedFunction[];

  beforeAll(async () => {
    simulator = await startSimulator({ startDelayMs: 0, durationMs: 0 });
    pubsub = createPubsubAdmin(hosts.pubsub.host, PROJECT);
    const environment = {
      EARTHENGINE_PROJECT: PROJECT,
      EARTHENGINE_URL: simulator.url,
      EVENTS_TOPIC: `projects/${PROJECT}/topics/events`,
      PUBSUB_EMULATOR_HOST: hosts.pubsub.host,
      GOOGLE_CLOUD_PROJECT: PROJECT,
      ...(hosts.firestore
        ? { LEDGER: 'firestore', FIRESTORE_EMULATOR_HOST: hosts.firestore.host }
        : { LEDGER: 'sqlite', SQLITE_PATH: join(folder, 'ledger.db') }),
    };
    const names = ['exportsHttp', 'exportsPubsub', 'pollOperations'];
    functions.push(...(await Promise.all(names.map((name) => startDeployed(name, environment)))));
    [http, push, poll] = functions;
    await pubsub.createTopic('events');
    await pubsub.createTopic('requests');
    await pubsub.createSubscription('events-pull', 'events');
    await pubsub.createSubscription('requests-push', 'requests', {
      pushConfig: { pushEndpoint: `${push?.url}/projects/${PROJECT}/topics/requests` },
    });
  }, 60_000);

  afterAll(async () => {
    await pubsub.deleteSubscription('requests-push');
    await Promise.all(functions.map((started) => started.kill()));
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  /** Ticks until so many events have come in all. */
  async function tickUntil(count: number): Promise<void> {
    await eventually(async () => {
      await fetch(poll?.url ?? '', { method: 'POST', headers: JSON_HEADERS, body: '{}' });
      events.push(...(await pubsub.pull('events-pull')));
      return events.length >= count;
    }, 40_000);
  }

  test('an HTTP call and a Pub/Sub message each end in one completion event', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    // A ledger that has only just started may be too slow for the first call: a caller repeats it, as 503 says.
    const statuses: number[] = [];
    await eventually(async () => {
      const response = await fetch(`${http?.url}/v1/exports`, {
        method: 'POST',
        headers: { ...JSON_HEADERS, traceparent },
        body: JSON.stringify(toBody('by-http')),
      });
      statuses.push(response.status);
      return response.ok;
    });
    expect(statuses.filter((status) => ![200, 202, 503].includes(status))).toEqual([]);
    await pubsub.publish('requests', JSON.stringify(toBody('by-pubsub')));
    await tickUntil(2);
    expect(
      events.map(({ attributes }) => attributes['ce-id']).toSorted((a = '', b = '') => a.localeCompare(b)),
    ).toEqual(['by-http:SUCCEEDED:1', 'by-pubsub:SUCCEEDED:1']);
    const byHttp = events.find(({ attributes }) => attributes['exportId'] === 'by-http');
    expect(byHttp?.attributes['traceparent']).toBe(traceparent);
    expect(simulator.model.operations(PROJECT)).toHaveLength(2);
  }, 60_000);

  test('a message that was given up is taken from the dead-letter topic, as one export, however often it was delivered', async () => {
    const before = events.length;
    let deliveries = 0;
    const failing = createServer((request, response) => {
      deliveries += 1;
      request.resume();
      response.writeHead(500).end();
    });
    failing.listen(0, '127.0.0.1');
    await once(failing, 'listening');
    const { port } = failing.address() as { port: number };
    await pubsub.createTopic('flaky');
    await pubsub.createTopic('dead');
    await pubsub.createSubscription('dead-push', 'dead', {
      pushConfig: { pushEndpoint: `${push?.url}/projects/${PROJECT}/topics/dead` },
    });
    await pubsub.createSubscription('flaky-push', 'flaky', {
      pushConfig: { pushEndpoint: `http://127.0.0.1:${port}/projects/${PROJECT}/topics/flaky` },
      deadLetterPolicy: { deadLetterTopic: `projects/${PROJECT}/topics/dead`, maxDeliveryAttempts: 5 },
    });
    await pubsub.publish('flaky', JSON.stringify(toBody('given-up')));
    await tickUntil(before + 1);
    await pubsub.deleteSubscription('flaky-push');
    await pubsub.deleteSubscription('dead-push');
    failing.closeAllConnections();
    failing.close();
    expect(deliveries).toBeGreaterThanOrEqual(5);
    expect(events.slice(before).map(({ attributes }) => attributes['ce-id'])).toEqual(['given-up:SUCCEEDED:1']);
  }, 90_000);

  test('a message that is no request is acknowledged, and its rejection is announced', async () => {
    const before = events.length;
    await pubsub.publish('requests', '{"expression": 1');
    await tickUntil(before + 1);
    const [rejected] = events.slice(before);
    expect(rejected?.attributes['ce-type']).toBe('earthengine.classifier.export.rejected.v1');
    expect(JSON.parse(rejected?.data ?? '')).toMatchObject({
      state: 'REJECTED',
      messageId: expect.any(String),
      error: { reason: 'INVALID_REQUEST' },
    });
  }, 60_000);
}

describeWithPubsub('the functions as Google starts them', (pubsub) => {
  describe('on the SQLite ledger', () => testJourney({ pubsub }));
});

describeWithPubsub('the functions as Google starts them, on both emulators', (pubsub) => {
  describeWithFirestore('on the Firestore ledger', (firestore) => testJourney({ pubsub, firestore }));
});
