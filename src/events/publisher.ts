import type { PublishOptions, PubSub, Topic } from '@google-cloud/pubsub';
import { type Clock, systemClock, TooLateError, waitAtMost } from '../clock.ts';
import type { EventMessage } from './completion-event.ts';

/** Where completion events go: Pub/Sub, or the bus of the local stack. */
export interface Publisher {
  /** Resolves when the message is safely with the receiver; rejects when that is not certain. */
  publish(message: EventMessage): Promise<void>;
  close(): Promise<void>;
}

interface Opened {
  client: PubSub;
  topic: Topic;
}

const TOTAL_MS = 4_000;
/** Loading the library and getting a token are not part of the total. */
const GIVE_UP_AFTER_MS = 8_000;

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
 * publish one, and loading it costs more than everything else at a cold start together. A message that was not taken
 * after four seconds is given up; a client that hangs is replaced.
 */
export function createPubSubPublisher({ topic, clock = systemClock }: { topic: string; clock?: Clock }): Publisher {
  let opened: Promise<Opened> | undefined;

  async function load(): Promise<Opened> {
    const { PubSub } = await import('@google-cloud/pubsub');
    const projectId = topic.split('/')[1];
    const client = new PubSub(projectId === undefined ? {} : { projectId });
    return { client, topic: client.topic(topic, PUBLISH_OPTIONS) };
  }

  async function send({ data, attributes }: EventMessage): Promise<void> {
    opened ??= load();
    const used = opened;
    // Otherwise one failed load would be the answer to every event that follows.
    used.catch(() => {
      if (opened === used) opened = undefined;
    });
    await (await used).topic.publishMessage({ data: Buffer.from(data), attributes });
  }

  async function close(): Promise<void> {
    const used = opened;
    opened = undefined;
    await (await used)?.client.close();
  }

  return {
    async publish(message) {
      try {
        await waitAtMost(clock, GIVE_UP_AFTER_MS, send(message));
      } catch (error) {
        if (error instanceof TooLateError) close().catch(() => {});
        throw error;
      }
    },
    close,
  };
}
