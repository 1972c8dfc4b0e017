import type { IncomingMessage } from 'node:http';
import { readTokenSubject } from '../access/token-subject.ts';

/**
 * A cloudEvent function sees nothing of its request but the headers that make up an event. So a plain push is given
 * those too, and with them the account that pushed: who published is not known.
 */
const EVENT_HEADERS: Readonly<Record<string, string>> = {
  'ce-id': 'push',
  'ce-source': '//pubsub.googleapis.com/',
  'ce-specversion': '1.0',
  'ce-type': 'google.cloud.pubsub.topic.v1.messagePublished',
};

/** Adds the push account to a request, in place of whatever the request itself claims. */
export function markPush({ headers }: IncomingMessage): void {
  delete headers['ce-pushaccount'];
  const isEvent = Object.keys(EVENT_HEADERS).every((name) => Boolean(headers[name]));
  if (!isEvent) Object.assign(headers, EVENT_HEADERS);
  const account = readTokenSubject(headers);
  if (account !== undefined) headers['ce-pushaccount'] = account;
}

/** The account that pushed an event, as the intake has left it there. */
export function readPushAccount(event: unknown): string | undefined {
  const { pushaccount } = Object(event) as { pushaccount?: unknown };
  return typeof pushaccount === 'string' ? pushaccount : undefined;
}
