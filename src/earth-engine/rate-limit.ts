import type { Answer } from './client.ts';
import { readGoogleError } from './google-error.ts';
import { findKnownFailure } from './known-failures.ts';

/** What `createRateLimit` needs. */
export interface RateLimitOptions {
  /** Epoch milliseconds. */
  now: () => number;
  /** Most calls a second to one project; Earth Engine allows 100 of them to all its users together. Default 50. */
  callsPerSecond?: number;
}

/** A send may not have to wait for looks; a look may. */
export type CallKind = 'send' | 'look';

interface Lane {
  share: number;
  /** When its next call may go, were it called all the time. */
  nextAt: number;
}

interface Pace {
  /** Calls a second after the last refusal, and when that was. */
  lowered: number;
  loweredAt: number;
  lanes: Record<CallKind, Lane>;
}

const DEFAULT_CALLS_PER_SECOND = 50;
const LOWEST_CALLS_PER_SECOND = 5;
/** Of all turns so many are for sends alone; what is left of the others sends may use too. */
const SHARE_OF_SENDS = 0.2;
/** Who was silent for so long may send as much at once. */
const BURST_MS = 500;
/** The calls under way at a refusal are refused alike: they count once. */
const LOWERED_ONCE_IN_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** One call a second more for every so long without a refusal. */
const RAISED_EVERY_MS = 10_000;

/** Built by `createRateLimit`. */
export type RateLimit = ReturnType<typeof createRateLimit>;

/**
 * Builds what spreads the calls of this process over time, for each project by itself: half as many after a refusal for
 * being too many, slowly more again after that. It keeps time only; who has a turn waits for it.
 */
export function createRateLimit({ now, callsPerSecond = DEFAULT_CALLS_PER_SECOND }: RateLimitOptions) {
  const paces = new Map<string, Pace>();

  function paceOf(project: string): Pace {
    const known = paces.get(project);
    if (known) return known;
    const lanes = {
      send: { share: SHARE_OF_SENDS, nextAt: 0 },
      look: { share: 1 - SHARE_OF_SENDS, nextAt: 0 },
    };
    const pace: Pace = { lowered: callsPerSecond, loweredAt: 0, lanes };
    paces.set(project, pace);
    return pace;
  }

  function toCallsPerSecond({ lowered, loweredAt }: Pace): number {
    return Math.min(callsPerSecond, lowered + Math.max(0, now() - loweredAt) / RAISED_EVERY_MS);
  }

  return {
    /** How long to wait for the next turn, which is then taken; undefined, and none is taken, if longer than `withinMs`. */
    takeTurn(project: string, kind: CallKind, withinMs: number): number | undefined {
      const pace = paceOf(project);
      const { send, look } = pace.lanes;
      const time = now();
      const lane = kind === 'send' && send.nextAt <= look.nextAt ? send : look;
      // A clock that was set back must not keep everybody waiting.
      const nextAt = lane.nextAt <= time + 2 * LONGEST_WAIT_MS ? lane.nextAt : 0;
      const turnAt = Math.max(nextAt, time - BURST_MS);
      if (turnAt - time > Math.min(withinMs, LONGEST_WAIT_MS)) return undefined;
      lane.nextAt = turnAt + 1_000 / (toCallsPerSecond(pace) * lane.share);
      return Math.max(0, turnAt - time);
    },

    /** Told of every answer: halves the pace when it says that there were too many calls. */
    note(project: string, answer: Answer): void {
      const pace = paceOf(project);
      if (!isTooMany(answer) || now() - pace.loweredAt < LOWERED_ONCE_IN_MS) return;
      pace.lowered = Math.max(Math.min(LOWEST_CALLS_PER_SECOND, callsPerSecond), toCallsPerSecond(pace) / 2);
      pace.loweredAt = now();
    },
  };
}

/** A full queue and a used-up quota may have the same status, and are none of it. */
function isTooMany(answer: Answer): boolean {
  if (answer.kind !== 'answered' || answer.status < 400) return false;
  const error = readGoogleError(answer);
  const known = error && findKnownFailure(error)?.send;
  return known === undefined ? answer.status === 429 : known === 'throttled';
}
