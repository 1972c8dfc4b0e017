import type { PublishOptions, PubSub, Topic } from '@google-cloud/pubsub';
import type { EventMessage } from './completion-event.ts';

/** Where completion events go: Pub/Sub, or the bus of the local stack. */
export interface Publisher {
  /** Resolves when the message is safely with the receiver; rejects when that is not certain. */
  publish(message: EventMessage): Promise<void>;
  close(): Promise<void>;
}

const TOTAL_MS = 4_000;

/**
 * Every one of these must be given: a part of them would replace the defaults of all, and the library would then repeat
 * without end. CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE.
 */
const PUBLISH_OPTIONS: PublishOptions = {
  batching: { maxMessages: 1 },
  gaxOpts: {
    retry: {
      retryCodes: [1, 2, 4, 8, 10, 13, 14],
      backoffSettings: {
        initialRetryDelayMillis: 100,
        retryDelayMultiplier: 2,
        maxRetryDelayMillis: 1_000,
        initialRpcTimeoutMillis: 2_000,
        rpcTimeoutMultiplier: 1,
        maxRpcTimeoutMillis: 2_000,
        totalTimeoutMillis: TOTAL_MS,
      },
    },
  },
};

/**
 * Publishes to a Pub/Sub topic (`projects/P/topics/T`). The library is loaded at the first event: most instances never
 * publish one, and loading it costs more than everything else at a cold start together.
 */
export function createPubSubPublisher({ topic }: { topic: string }): Publisher {
  let loaded: Promise<{ client: PubSub; topic: Topic }> | undefined;

  async function load() {
    const { PubSub } = await import('@google-cloud/pubsub');
    const projectId = topic.split('/')[1];
    const client = new PubSub(projectId === undefined ? {} : { projectId });
    return { client, topic: client.topic(topic, PUBLISH_OPTIONS) };
  }

  return {
    async publish({ data, attributes }) {
      loaded ??= load();
      await (await loaded).topic.publishMessage({ data: Buffer.from(data), attributes });
    },
    async close() {
      await (await loaded)?.client.close();
    },
  };
}
