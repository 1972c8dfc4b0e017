import type { PageClock } from './browser-clock.ts';

const LONGEST_WAIT_MS = 60_000;

/** What `createRefresher` needs. */
export interface RefresherOptions {
  clock: PageClock;
  /** Reads and shows once. */
  refresh: () => Promise<void>;
  /** How long until the next time, when all is well. */
  delayMs: () => number;
  /** Told how the last time went. */
  onDone: (error: unknown) => void;
  /** Whether anybody looks. */
  isVisible: () => boolean;
}

/** Reads again and again while somebody looks and it is not paused; after faults less and less often. */
export function createRefresher(options: RefresherOptions) {
  const { clock, refresh, delayMs, onDone, isVisible } = options;
  let stopWaiting = () => {};
  let faults = 0;
  let paused = false;
  let missed = false;
  let round = 0;

  async function run(): Promise<void> {
    stopWaiting();
    round += 1;
    const mine = round;
    let fault: unknown;
    try {
      await refresh();
      faults = 0;
    } catch (error) {
      fault = error;
      faults += 1;
    }
    // A later round has taken over: what this one found says nothing about what is shown now.
    if (mine !== round) return;
    onDone(fault);
    schedule();
  }

  function schedule(): void {
    stopWaiting();
    const waitMs = faults === 0 ? delayMs() : Math.min(LONGEST_WAIT_MS, delayMs() * 2 ** faults);
    if (!paused) stopWaiting = clock.after(waitMs, onTime);
  }

  function onTime(): void {
    missed = !isVisible();
    if (!missed) void run();
  }

  return {
    /** Reads at once, then goes on by itself. */
    run,
    setPaused(next: boolean): void {
      paused = next;
      stopWaiting();
      if (!next) void run();
    },
    /** Somebody looks again: what was left out meanwhile is done now. */
    wake(): void {
      if (missed && !paused) void run();
      missed = false;
    },
  };
}
