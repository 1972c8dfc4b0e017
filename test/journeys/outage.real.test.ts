import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.ts';
import { concurrently } from '../../src/concurrently.ts';
import { createEarthEngineClient } from '../../src/earth-engine/client.ts';
import { createPubSubPublisher } from '../../src/events/publisher.ts';
import { LedgerUnavailable } from '../../src/exports/ledger.ts';
import { createFirestoreLedger } from '../../src/exports/ledger-firestore.ts';
import { createPoller } from '../../src/exports/poller.ts';
import { createSender } from '../../src/exports/sending/sender.ts';
import { createSubmitter } from '../../src/exports/submitter.ts';
import { createHttpFetch } from '../../src/http/http-fetch.ts';
import { startSimulator } from '../../src/local/earth-engine-simulator/server.ts';
import { createLog } from '../../src/log.ts';
import { parseExportRequest } from '../../src/request/export-request.ts';
import type { Emulator } from '../emulators/emulator-process.ts';
import { describeWithFirestore, describeWithPubsub } from '../emulators/emulators.ts';
import { createPubsubAdmin } from '../emulators/pubsub-emulator.ts';
import { toBody } from '../exports/stage.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const PROJECT = 'my-project';
const EXPORTS = 200;
const OUTAGE_MS = 20_000;
const SUBMITTERS = 4;
const TICK_EVERY_MS = 500;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The real parts on both emulators, reached through proxies. */
async function startService(hosts: { firestore: string; pubsub: string }) {
  process.env['PUBSUB_EMULATOR_HOST'] = hosts.pubsub;
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const simulator = await startSimulator({ startDelayMs: 0, durationMs: 200, slots: 50 });
  const [clock, random] = [systemClock, Math.random];
  const getToken = async () => '';
  const ledger = createFirestoreLedger({ projectId: PROJECT, emulatorHost: hosts.firestore, getToken, clock, random });
  const log = createLog({ level: 'error', write: () => {} });
  const earthEngine = createEarthEngineClient({ baseUrl: simulator.url, fetch: createHttpFetch(), getToken, clock });
  const publisher = createPubSubPublisher({ topic: `projects/${PROJECT}/topics/events` });
  const draining = new AbortController().signal;
  const parts = { ledger, earthEngine, clock, random, log, publisher, draining, submitBudgetMs: 5_000 };
  const sender = createSender(parts);
  const submitter = createSubmitter({ ...parts, sender });
  const settings = { pollBudgetMs: 10_000, maxPending: 3000, retentionDays: 90, owner: 'poller' };
  return { simulator, submitter, publisher, poller: createPoller({ ...parts, ...settings, sender }) };
}

describeWithPubsub('an outage of 20 s of each part', (pubsub) => {
  describeWithFirestore('in the middle of 200 exports', (firestore) => {
    describe('paused and cut', () => testOutage({ pubsub, firestore }));
  });
});

function testOutage({ pubsub, firestore }: { pubsub: Emulator; firestore: Emulator }): void {
  let proxies: Awaited<ReturnType<typeof startTcpProxy>>[] = [];
  let service: Awaited<ReturnType<typeof startService>>;
  let admin: ReturnType<typeof createPubsubAdmin>;
  const eventIds: string[] = [];

  beforeAll(async () => {
    proxies = [await startTcpProxy(firestore.host), await startTcpProxy(pubsub.host)];
    service = await startService({ firestore: proxies[0]?.host ?? '', pubsub: proxies[1]?.host ?? '' });
    admin = createPubsubAdmin(pubsub.host, PROJECT);
    await admin.createTopic('events');
    await admin.createSubscription('all', 'events');
  }, 60_000);

  afterAll(async () => {
    await service.publisher.close();
    await service.simulator.close();
    await Promise.all(proxies.map((proxy) => proxy.close()));
  });

  /** A caller that repeats what was answered 503, as it is told to. */
  async function submitUntilTaken(index: number): Promise<void> {
    const valid = parseExportRequest(toBody(`job-${index}`), { defaultProject: PROJECT, nonExportable: 'reject' });
    if (!valid.valid) throw new Error('Cannot submit: the request is not valid');
    for (;;) {
      try {
        await service.submitter.submit(valid, { id: `job-${index}` }, { repeat: true });
        return;
      } catch (error) {
        if (!(error instanceof LedgerUnavailable)) throw error;
        await pause(200);
      }
    }
  }

  async function tickUntil(isOver: () => Promise<boolean>): Promise<void> {
    while (!(await isOver())) {
      await service.poller.tick().catch((error: unknown) => {
        if (!(error instanceof LedgerUnavailable)) throw error;
      });
      await pause(TICK_EVERY_MS);
    }
  }

  async function disturb(): Promise<void> {
    const [toFirestore, toPubsub] = proxies;
    await pause(1_000);
    await firestore.pause();
    toPubsub?.cut();
    await pause(OUTAGE_MS);
    firestore.resume();
    toPubsub?.restore();
    await pause(2_000);
    await pubsub.pause();
    toFirestore?.cut();
    await pause(OUTAGE_MS);
    pubsub.resume();
    toFirestore?.restore();
  }

  test('loses nothing and doubles nothing', async () => {
    let isDisturbed = true;
    const end = Date.now() + 240_000;
    const disturbance = disturb().finally(() => {
      isDisturbed = false;
    });
    const indexes = Array.from({ length: EXPORTS }, (_, index) => index);
    // Spread over the outages: some before, some in the midst of each, some after.
    const submissions = concurrently(indexes, SUBMITTERS, async (index) => {
      await submitUntilTaken(index);
      await pause(isDisturbed ? 500 : 0);
    });
    await tickUntil(async () => {
      if (!isDisturbed)
        eventIds.push(...(await admin.pull('all')).map(({ attributes }) => String(attributes['ce-id'])));
      return new Set(eventIds).size >= EXPORTS || Date.now() > end;
    });
    await Promise.all([disturbance, submissions]);
    expect(new Set(eventIds)).toEqual(new Set(indexes.map((index) => `job-${index}:SUCCEEDED:1`)));
    const operations = service.simulator.model.operations(PROJECT);
    expect(operations.map(({ asset }) => asset)).toHaveLength(EXPORTS);
    expect(new Set(operations.map(({ asset }) => asset)).size).toBe(EXPORTS);
  }, 300_000);
}
