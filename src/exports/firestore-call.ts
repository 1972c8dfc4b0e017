import type { firestore_v1 } from '@googleapis/firestore';
import { startBudget } from '../budget.ts';
import { type Clock, sleep } from '../clock.ts';
import { readReply } from './firestore-reply.ts';
import type { LedgerTime } from './firestore-time.ts';
import { LedgerUnavailable } from './ledger.ts';

/** Firestore's REST methods on documents, as Google's client offers them. */
export type DocumentsApi = firestore_v1.Resource$Projects$Databases$Documents;

/** Makes one request; called again for every try. */
export type Send = (api: DocumentsApi, options: CallOptions) => Promise<{ status: number; data: unknown }>;

interface CallOptions {
  headers: Record<string, string>;
  signal: AbortSignal;
}

/** What Firestore answered in the end: `status` is `OK` or one of the refusals the caller asked to be told of. */
export interface Answer {
  status: string;
  data: unknown;
  /** Whether there were tries before this one: each of them may have taken effect. */
  repeated: boolean;
}

/** What `createFirestoreCaller` needs. */
export interface FirestoreCallerOptions {
  /** `HOST:PORT` of Google's emulator. Without it requests go to firestore.googleapis.com. */
  emulatorHost?: string;
  /** An access token; `renew` asks for a fresh one. Never asked for with an emulator. */
  getToken: (renew: boolean) => Promise<string>;
  clock: Clock;
  time: LedgerTime;
  random: () => number;
  /** What a call to the ledger may take in all, tries and pauses included. */
  timeoutMs: number;
  /** How messages name the database. */
  databaseName: string;
  fetch: typeof fetch;
}

/** Makes requests to Firestore, tried again while the budget lasts where Firestore says that this may help. */
export type FirestoreCaller = ReturnType<typeof createFirestoreCaller>;

/** What is worth another try. `UNAVAILABLE` stands for no answer, or none that can be read, as well. */
const RETRYABLE = new Set([
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'UNKNOWN',
  'ABORTED',
  'CANCELLED',
  'RESOURCE_EXHAUSTED',
]);
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;

/** Builds it. The client is loaded, and a token asked for, at the first request. */
export function createFirestoreCaller(options: FirestoreCallerOptions) {
  const { clock, time, random, timeoutMs, databaseName, emulatorHost, getToken } = options;
  let api: Promise<DocumentsApi> | undefined;

  /** Runs `work` within one budget; its calls are cut when that is used up. */
  async function withinBudget<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const budget = startBudget(timeoutMs, { clock });
    try {
      return await work(budget.signal);
    } finally {
      budget.release();
    }
  }

  /** Gives an answer that is `OK` or one of `refusals`; anything else is a `LedgerUnavailable`. */
  async function call(send: Send, signal: AbortSignal, refusals: string[] = []): Promise<Answer> {
    let failure = 'no answer in time';
    let renewed = false;
    for (let tries = 1; !signal.aborted; tries += 1) {
      const { status, message, data } = await attempt(send, signal, renewed);
      if (status === 'OK' || refusals.includes(status)) return { status, data, repeated: tries > 1 };
      failure = message;
      const denied: boolean = status === 'UNAUTHENTICATED' && !renewed;
      if (!RETRYABLE.has(status) && !denied) break;
      renewed ||= denied;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
      await sleep(clock, pauseMs * (0.5 + random() / 2), signal);
    }
    throw new LedgerUnavailable(
      `Cannot use the ledger "${databaseName}": ${failure}; the database must exist and be open to this account (roles/datastore.user)`,
    );
  }

  /** One try gets half of the time there is, so that a connection that hangs leaves time for another. */
  async function attempt(send: Send, budget: AbortSignal, renew: boolean) {
    const limit = startBudget(timeoutMs / 2, { clock });
    const signal = AbortSignal.any([budget, limit.signal]);
    try {
      api ??= loadApi(emulatorHost, options.fetch);
      const token = emulatorHost === undefined ? await orAbort(getToken(renew), signal) : 'owner';
      const sentAt = clock.now();
      const response = await send(await api, { headers: { authorization: `Bearer ${token}` }, signal });
      const reply = readReply(response);
      if (reply.serverTime !== undefined) time.learn(reply.serverTime, sentAt);
      return reply;
    } catch (error) {
      const message = signal.aborted ? 'no answer in time' : describe(error);
      return { status: 'UNAVAILABLE', message, data: undefined };
    } finally {
      limit.release();
    }
  }

  return { withinBudget, call };
}

/** Loaded only now: it takes some 70 ms that a process which never needs a ledger saves. */
async function loadApi(emulatorHost: string | undefined, fetchImplementation: typeof fetch): Promise<DocumentsApi> {
  const { firestore } = await import('@googleapis/firestore');
  const client = firestore({
    version: 'v1',
    ...(emulatorHost === undefined ? {} : { rootUrl: `http://${emulatorHost}/` }),
    // Credentials go to googleapis.com alone, whatever the environment or a redirect says.
    universeDomain: 'googleapis.com',
    redirect: 'manual',
    responseType: 'json',
    retry: false,
    validateStatus: () => true,
    fetchImplementation,
  });
  return client.projects.databases.documents;
}

function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error('no token in time'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/** The innermost cause's code: the messages and the other properties of these errors may hold what was sent. */
function describe(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  const { code, name } = innermost as { code?: unknown; name?: unknown };
  return `the connection failed (${String(code ?? name)})`;
}
