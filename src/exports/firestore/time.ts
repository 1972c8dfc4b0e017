import type { Clock } from '../../clock.ts';

/** Firestore's clock, as far as it can be told without asking. */
export interface LedgerTime {
  /** Takes note of what Firestore's clock showed between `sentAt` and now, both of them by the local clock. */
  learn(serverTime: number, sentAt: number): void;
  /** Epoch milliseconds, never falling; undefined when what was learned is too old to go by. */
  now(): number | undefined;
}

/** After this long the offset is asked for again. */
const GOOD_FOR_MS = 60_000;
/** What an answer took longer than this tells is too vague to replace something better. */
const VAGUE_MS = 1000;

/**
 * Ledger time is Firestore's: of an instance's own clock, which may be minutes off, only the time that passed since the
 * last answer is taken. Every answer teaches the offset anew, so a clock that is set meanwhile does little harm.
 */
export function createLedgerTime(clock: Clock): LedgerTime {
  let learned: { offsetMs: number; at: number } | undefined;
  let latest = 0;

  function isGood(local: number): boolean {
    return learned !== undefined && local >= learned.at && local < learned.at + GOOD_FOR_MS;
  }

  return {
    learn(serverTime, sentAt) {
      const at = clock.now();
      if (at - sentAt > VAGUE_MS && isGood(at)) return;
      learned = { offsetMs: serverTime - (sentAt + at) / 2, at };
    },
    now() {
      const local = clock.now();
      if (learned === undefined || !isGood(local)) return undefined;
      latest = Math.max(latest, Math.round(local + learned.offsetMs));
      return latest;
    },
  };
}
