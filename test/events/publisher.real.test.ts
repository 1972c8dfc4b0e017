import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { EventMessage } from '../../src/events/completion-event.ts';
import { toCompletionEvent, toEventMessage } from '../../src/events/completion-event.ts';
import { createPubSubPublisher, type Publisher } from '../../src/events/publisher.ts';
import { describeWithPubsub } from '../emulators/emulators.ts';
import { runScript } from '../support/run-script.ts';

const PROJECT = 'publisher-test';

jest.setTimeout(60_000);

const open: Publisher[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

function createPublisher(topic: string, host: string): Publisher {
  process.env['PUBSUB_EMULATOR_HOST'] = host;
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const publisher = createPubSubPublisher({ topic });
  open.push(publisher);
  return publisher;
}

function sampleMessage(asset = 'projects/my-project/assets/rf'): EventMessage {
  const ended = { id: 'nightly-1', project: 'my-project', state: 'SUCCEEDED', attempt: 1, createTime: 0, labels: {} };
  const request = { asset, description: 'Größe 🌲' };
  return toEventMessage(toCompletionEvent({ ...ended, request }, 0), '00-abc-def-01');
}

/** How long a publish took that failed, and with which code. */
async function measureFailure(publisher: Publisher) {
  const started = performance.now();
  const error: unknown = await publisher.publish(sampleMessage()).catch((thrown) => thrown);
  return { seconds: (performance.now() - started) / 1_000, code: (error as { code?: unknown } | undefined)?.code };
}

describe('createPubSubPublisher()', () => {
  const LOADED = `
    const { createRequire } = await import('node:module');
    const isLoaded = () => Object.keys(createRequire(src).cache).some((path) => path.includes('@google-cloud/pubsub'));
    const { createPubSubPublisher } = await import(src + 'events/publisher.ts');
    const message = { data: '{}', attributes: {} };
  `;

  test('loads the library at the first event, and for nothing before', async () => {
    const { values } = await runScript(
      `${LOADED}
      await createPubSubPublisher({ topic: 'projects/p/topics/t' }).close();
      const publisher = createPubSubPublisher({ topic: 'projects/p/topics/t' });
      print(isLoaded());
      const publishing = publisher.publish(message).catch(() => {});
      await import('@google-cloud/pubsub');
      print(isLoaded());`,
      { PUBSUB_EMULATOR_HOST: '127.0.0.1:9' },
    );
    expect(values).toEqual([false, true]);
  });

  test('loads it again for the next event when that failed', async () => {
    const { values } = await runScript(
      `const { registerHooks } = await import('node:module');
      let fails = true;
      registerHooks({
        resolve(name, context, next) {
          if (name !== '@google-cloud/pubsub') return next(name, context);
          if (fails) throw new Error('No memory');
          return { url: 'data:text/javascript,export class PubSub { topic() { return { publishMessage: async () => "1" }; } close() {} }', shortCircuit: true };
        },
      });
      ${LOADED}
      const publisher = createPubSubPublisher({ topic: 'projects/p/topics/t' });
      const publish = () => publisher.publish(message).then(() => 'published', ({ message }) => message);
      print(await Promise.all([publish(), publish()]));
      await publisher.close();
      print(await publish());
      fails = false;
      print(await publish());`,
    );
    expect(values).toEqual([['No memory', 'No memory'], 'No memory', 'published']);
  });

  test('gives up a client that hangs, and takes another for the next event', async () => {
    const { values } = await runScript(
      `const { registerHooks } = await import('node:module');
      globalThis.clients = [];
      const PubSub = 'export class PubSub { constructor() { this.closed = false; clients.push(this); } topic() { const first = clients.length === 1; return { publishMessage: () => first ? new Promise(() => {}) : Promise.resolve("1") }; } async close() { this.closed = true; } }';
      registerHooks({
        resolve: (name, context, next) =>
          name === '@google-cloud/pubsub'
            ? { url: 'data:text/javascript,' + encodeURIComponent(PubSub), shortCircuit: true }
            : next(name, context),
      });
      ${LOADED}
      const timers = new Map();
      const clock = { now: () => 0, after: (ms, task) => { timers.set(task, ms); return () => timers.delete(task); } };
      const publisher = createPubSubPublisher({ topic: 'projects/p/topics/t', clock });
      const hanging = publisher.publish(message).catch(({ name }) => name);
      await new Promise((resolve) => setTimeout(resolve, 0));
      print([...timers.values()]);
      for (const task of timers.keys()) task();
      print(await hanging);
      print((await publisher.publish(message)) ?? 'published');
      print(clients.map(({ closed }) => closed));
      print(timers.size);`,
    );
    expect(values).toEqual([[8_000], 'TooLateError', 'published', [true, false], 1]);
  });

  test('gives up after four seconds where nobody listens', async () => {
    const { seconds, code } = await measureFailure(createPublisher(`projects/${PROJECT}/topics/none`, '127.0.0.1:9'));
    expect([4, 14]).toContain(code);
    expect(seconds).toBeGreaterThan(1);
    expect(seconds).toBeLessThan(8);
  });
});

describeWithPubsub('createPubSubPublisher(), on the Pub/Sub emulator,', (emulator) => {
  async function call(method: string, path: string, body: object = {}) {
    const response = await fetch(`http://${emulator.host}/v1/projects/${PROJECT}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as { receivedMessages?: { message: { data: string; attributes: object } }[] };
  }

  async function createTopic(name: string) {
    await call('PUT', `topics/${name}`);
    await call('PUT', `subscriptions/${name}`, { topic: `projects/${PROJECT}/topics/${name}` });
  }

  /** What has arrived in a topic since it was made. */
  async function pull(name: string): Promise<EventMessage[]> {
    const { receivedMessages = [] } = await call('POST', `subscriptions/${name}:pull`, { maxMessages: 100 });
    return receivedMessages.map(({ message }) => ({
      data: Buffer.from(message.data, 'base64').toString(),
      attributes: message.attributes as Record<string, string>,
    }));
  }

  test('publishes an event as it is', async () => {
    await createTopic('one');
    const publisher = createPublisher(`projects/${PROJECT}/topics/one`, emulator.host);
    await publisher.publish(sampleMessage());
    expect(await pull('one')).toEqual([sampleMessage()]);
  });

  test('publishes a hundred at once, each one once', async () => {
    await createTopic('many');
    const publisher = createPublisher(`projects/${PROJECT}/topics/many`, emulator.host);
    const messages = Array.from({ length: 100 }, (_, index) => ({ data: `${index}`, attributes: {} }));
    await Promise.all(messages.map((message) => publisher.publish(message)));
    const arrived: string[] = [];
    while (arrived.length < 100) arrived.push(...(await pull('many')).map(({ data }) => data));
    expect(new Set(arrived)).toEqual(new Set(messages.map(({ data }) => data)));
  });

  test('publishes the event of an asset whose name is longer than an attribute may be', async () => {
    await createTopic('long');
    const publisher = createPublisher(`projects/${PROJECT}/topics/long`, emulator.host);
    const asset = `projects/my-project/assets/${Array(10).fill('b'.repeat(100)).join('/')}`;
    await publisher.publish(sampleMessage(asset));
    const [message] = await pull('long');
    expect(JSON.parse(message?.data ?? '').asset).toBe(asset);
    expect(message?.attributes).not.toHaveProperty('ce-subject');
  });

  test('says at once that there is no such topic, and publishes once there is', async () => {
    const publisher = createPublisher(`projects/${PROJECT}/topics/later`, emulator.host);
    expect((await measureFailure(publisher)).code).toBe(5);
    await createTopic('later');
    await publisher.publish(sampleMessage());
    expect(await pull('later')).toHaveLength(1);
  });

  test('gives up on a Pub/Sub that falls silent, and goes on when it is back', async () => {
    await createTopic('silent');
    const publisher = createPublisher(`projects/${PROJECT}/topics/silent`, emulator.host);
    await publisher.publish(sampleMessage());
    await emulator.pause();
    try {
      const { seconds } = await measureFailure(publisher);
      expect(seconds).toBeGreaterThan(1);
      expect(seconds).toBeLessThan(9);
    } finally {
      emulator.resume();
    }
    await publisher.publish(sampleMessage());
    expect((await pull('silent')).length).toBeGreaterThanOrEqual(1);
  });
});
