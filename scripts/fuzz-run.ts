import fc from 'fast-check';
import { findFault } from './fuzz-check.ts';
import { FUZZ_INPUT } from './fuzz-damage.ts';
import type { FuzzInput } from './fuzz-inputs.ts';
import type { Target } from './fuzz-server.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { createConnection, type Exchange, sendRaw } from './fuzz-wire.ts';

/** What is sent. The same seed makes the same inputs. */
export interface FuzzOptions {
  seed: number;
  inputs: number;
  /** Inputs of the seed that are left out at the beginning. */
  skip?: number;
  /** Called now and then with how many inputs are done. */
  onProgress?: (done: number) => void;
}

/** An input that was answered as none may be. */
export interface FuzzFailure {
  /** Its number, from 0: `skip` to have it alone. */
  number: number;
  fault: string;
  to: Target;
  /** The bytes that were sent, the first few thousand. */
  sent: string;
}

/** What came of it. */
export interface FuzzResult {
  /** How often each status came back, by function; 0: the connection was closed without one. */
  statuses: Record<string, number>;
  failures: FuzzFailure[];
}

const BATCH = 200;
const WORKERS = 64;
const ANSWER_WITHIN_MS = 15_000;
const MOST_FAILURES = 20;
const REPORTED_CHARACTERS = 4_000;

/** Sends inputs over several connections at once and looks at every answer. Ends early at the twentieth failure. */
export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, inputs, skip = 0, onProgress } = options;
  const statuses: Record<string, number> = {};
  const failures: FuzzFailure[] = [];
  const next = createSource(seed, skip, skip + inputs);

  async function work(): Promise<void> {
    const connections = new Map<Target, ReturnType<typeof createConnection>>();
    function connectionTo(to: Target) {
      const known = connections.get(to) ?? createConnection(target.ports[to]);
      connections.set(to, known);
      return known;
    }
    function send(input: FuzzInput): Promise<Exchange> {
      const { to, bytes, framed, isHead } = input;
      if (!framed) return sendRaw(target.ports[to], bytes, ANSWER_WITHIN_MS);
      return connectionTo(to).request(bytes, { isHead, withinMs: ANSWER_WITHIN_MS });
    }
    for (let item = next(); item && failures.length < MOST_FAILURES && !target.ended(); item = next()) {
      const { number, input } = item;
      const exchange = await send(input);
      for (const status of statusesOf(exchange)) {
        const key = `${input.to} ${status}`;
        statuses[key] = (statuses[key] ?? 0) + 1;
      }
      const fault = findFault(input, exchange);
      if (fault) failures.push({ number, fault, to: input.to, sent: input.text().slice(0, REPORTED_CHARACTERS) });
      if ((number + 1 - skip) % 10_000 === 0) onProgress?.(number + 1 - skip);
    }
    for (const connection of connections.values()) connection.close();
  }

  await Promise.all(Array.from({ length: WORKERS }, work));
  return { statuses, failures };
}

function statusesOf(exchange: Exchange): number[] {
  return exchange.kind === 'answered' ? exchange.answers.map(({ status }) => status) : [0];
}

/** The inputs of a seed, one after the other. They are made in batches, each from a seed of its own. */
function createSource(seed: number, from: number, to: number): () => { number: number; input: FuzzInput } | undefined {
  let number = from;
  let batch: FuzzInput[] = [];
  let batchIndex = -1;
  return () => {
    if (number >= to) return undefined;
    const index = Math.floor(number / BATCH);
    if (index !== batchIndex) {
      batchIndex = index;
      batch = fc.sample(FUZZ_INPUT, { seed: (seed + index) | 0, numRuns: BATCH });
    }
    const input = batch[number % BATCH];
    number += 1;
    return input && { number: number - 1, input };
  };
}
