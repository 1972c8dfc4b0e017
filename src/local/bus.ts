import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { EventMessage } from '../events/completion-event.ts';
import type { Publisher } from '../events/publisher.ts';

/** A message on its way to a push endpoint. */
interface Delivery {
  message: { data: string; attributes: Record<string, string>; messageId: string; publishTime: string };
  subscription: string;
}

/** Pub/Sub on one machine: one topic of requests that is pushed to a function, one of completion events to listen to. */
export interface Bus {
  /** `POST` of `{"messages":[{"data","attributes"}]}`, as Pub/Sub's own REST API has it. */
  publishUrl: string;
  /** Where the poller publishes completion events. */
  publisher: Publisher;
  /** Calls `listener` with every completion event from now on; the answer ends it. */
  onEvent(listener: (event: EventMessage) => void): () => void;
  close(): Promise<void>;
}

/** What `startBus` needs. */
export interface BusOptions {
  /** 0 for a free one. */
  port: number;
  /** Where requests are pushed to; its path should be `/projects/P/topics/T`. */
  pushEndpoint: () => string;
}

const TOPIC_PATH = '/v1/projects/local/topics/classifier-exports:publish';
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const MOST_BYTES = 14_000_000;

/**
 * Starts the bus. A message that is not acknowledged (answered other than 2xx) is delivered again, as Pub/Sub would,
 * until the bus closes; what is then on its way is lost, as nothing here outlives the process.
 */
export async function startBus({ port, pushEndpoint }: BusOptions): Promise<Bus> {
  const listeners = new Set<(event: EventMessage) => void>();
  const closing = new AbortController();

  async function deliver(delivery: Delivery): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; !closing.signal.aborted; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      if (await push(delivery)) return;
      await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
    }
  }

  async function push(delivery: Delivery): Promise<boolean> {
    try {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(delivery);
      const response = await fetch(pushEndpoint(), { method: 'POST', headers, body, signal: closing.signal });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  async function publish(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const messages = readMessages(await readBody(request));
    if (request.method !== 'POST' || request.url !== TOPIC_PATH || !messages) {
      const message = `Cannot publish: the call is no list of messages; POST ${TOPIC_PATH} with {"messages":[{"data":"<base64>"}]} is wanted`;
      return answer(response, 400, { error: { code: 400, message, status: 'INVALID_ARGUMENT' } });
    }
    const deliveries = messages.map(toDelivery);
    for (const delivery of deliveries) void deliver(delivery);
    answer(response, 200, { messageIds: deliveries.map(({ message }) => message.messageId) });
  }

  const server = createServer((request, response) => {
    publish(request, response).catch(() => response.destroy());
  });
  await listen(server, port);
  const { port: bound } = server.address() as { port: number };
  return {
    publishUrl: `http://127.0.0.1:${bound}${TOPIC_PATH}`,
    publisher: {
      async publish(message) {
        for (const listener of listeners) listener(message);
      },
      async close() {},
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toDelivery(message: { data?: string; attributes?: Record<string, string> }): Delivery {
  const { data = '', attributes = {} } = message;
  return {
    message: { data, attributes, messageId: randomUUID(), publishTime: new Date().toISOString() },
    subscription: 'projects/local/subscriptions/classifier-exports',
  };
}

function readMessages(text: string | undefined): { data?: string; attributes?: Record<string, string> }[] | undefined {
  try {
    const { messages } = JSON.parse(text ?? '');
    return Array.isArray(messages) ? messages : undefined;
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
