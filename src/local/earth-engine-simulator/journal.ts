import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SimulatorRequest } from './handle.ts';
import { createSeededRandom } from './seeded-random.ts';

/** What a journal stands between: the clock, chance, and whatever carries out a request. */
export interface JournalOptions {
  /** A file of one request a line; made with its folder if missing. */
  path: string;
  now: () => number;
  random: () => number;
}

/** A simulator's memory over restarts. */
export interface Journal {
  /** What the model must take as its time and its chance. */
  now(): number;
  random(): number;
  /** Carries out again what was carried out before, each request at its own time. */
  replay(execute: (request: SimulatorRequest) => void): void;
  /** Writes a request down, if it may change anything, and carries it out then. */
  record<Result>(request: SimulatorRequest, execute: (request: SimulatorRequest) => Result): Result;
}

interface Entry {
  time: number;
  method: string;
  path: string;
  user: string;
  body: string;
}

/**
 * Opens a journal. A model is nothing but its settings and the requests it was sent, so those are enough to bring it
 * back: chance begins anew with each of them, and gives the operations the names they had. A line that was cut short by
 * a crash is of a request that was never carried out. What is done under `/simulator/` is not remembered.
 */
export function openJournal({ path, now, random }: JournalOptions): Journal {
  mkdirSync(dirname(path), { recursive: true });
  const entries = existsSync(path) ? readEntries(readFileSync(path, 'utf8')) : [];
  let replayTime = entries[0]?.time;
  let chance = random;
  let count = 0;

  function carryOut<Result>(entry: Entry, execute: (request: SimulatorRequest) => Result): Result {
    chance = createSeededRandom(++count);
    try {
      return execute({ ...entry, headers: { authorization: `Bearer ${entry.user}` } });
    } finally {
      chance = random;
    }
  }

  return {
    now: () => replayTime ?? now(),
    random: () => chance(),
    replay(execute) {
      for (const entry of entries) {
        replayTime = entry.time;
        carryOut(entry, execute);
      }
      replayTime = undefined;
    },
    record(request, execute) {
      if (request.method === 'GET') return execute(request);
      const { method, path: target, body = '' } = request;
      const text = typeof body === 'string' ? body : Buffer.from(body).toString();
      const entry = { time: now(), method, path: target, user: toUser(request), body: text };
      appendFileSync(path, `${JSON.stringify(entry)}\n`);
      return carryOut(entry, execute);
    },
  };
}

function readEntries(text: string): Entry[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Entry];
    } catch {
      return [];
    }
  });
}

/** Whoever sends the same token is the same user; the token itself is not written down. */
function toUser({ headers = {} }: SimulatorRequest): string {
  const token = headers['authorization'] ?? 'anonymous';
  return createHash('sha256').update(String(token)).digest('hex').slice(0, 16);
}
