import { startBudget } from '../../budget.ts';
import { type Clock, sleep } from '../../clock.ts';
import type { Fetch } from '../../http/http-fetch.ts';
import { readBody } from '../../http/read-body.ts';
import { parseJson } from '../../http/read-json.ts';
import { LedgerUnavailable } from '../ledger.ts';
import { readReply } from './reply.ts';
import type { LedgerTime } from './time.ts';

/** One of Firestore's REST methods on the documents of a database, and the JSON it is sent. */
export interface FirestoreRequest {
  method: 'batchGet' | 'commit' | 'batchWrite' | 'runQuery' | 'runAggregationQuery';
  body: object;
}

/** What Firestore answered in the end: `status` is `OK` or one of the refusals the caller asked to be told of. */
export interface FirestoreAnswer {
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
  /** `projects/P/databases/D`. */
  databaseName: string;
  fetch: Fetch;
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
/** The methods that answer with a list. */
const LISTED: ReadonlySet<string> = new Set<FirestoreRequest['method']>([
  'batchGet',
  'runQuery',
  'runAggregationQuery',
]);
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
/** Hundreds of the largest documents there may be; a query asks for no more than that. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** Builds what every request to Firestore goes through. No token is asked for before the first request. */
export function createFirestoreCaller(options: FirestoreCallerOptions) {
  const { clock, time, random, timeoutMs, databaseName, emulatorHost, getToken } = options;
  // Credentials go to googleapis.com alone, whatever the environment or a redirect says.
  const root = emulatorHost === undefined ? 'https://firestore.googleapis.com' : `http://${emulatorHost}`;

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
  async function call(
    request: FirestoreRequest,
    signal: AbortSignal,
    refusals: string[] = [],
  ): Promise<FirestoreAnswer> {
    let failure = 'no answer in time';
    let renewed = false;
    for (let tries = 1; !signal.aborted; tries += 1) {
      const { status, message, data } = await attempt(request, signal, renewed);
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
  async function attempt(request: FirestoreRequest, budget: AbortSignal, renew: boolean) {
    const limit = startBudget(timeoutMs / 2, { clock });
    const signal = AbortSignal.any([budget, limit.signal]);
    try {
      const token = emulatorHost === undefined ? await orAbort(getToken(renew), signal) : 'owner';
      const sentAt = clock.now();
      const reply = readReply(await send(request, token, signal), LISTED.has(request.method));
      if (reply.serverTime !== undefined) time.learn(reply.serverTime, sentAt);
      return reply;
    } catch (error) {
      const message = signal.aborted ? 'no answer in time' : describe(error);
      return { status: 'UNAVAILABLE', message, data: undefined };
    } finally {
      limit.release();
    }
  }

  async function send({ method, body }: FirestoreRequest, token: string, signal: AbortSignal) {
    const response = await options.fetch(`${root}/v1/${databaseName}/documents:${method}`, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal,
    });
    // A body that is cut short throws: that is no answer, whatever its status was.
    return { status: response.status, data: parseJson(await readBody(response.body, MAX_ANSWER_BYTES)) };
  }

  return { withinBudget, call };
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
