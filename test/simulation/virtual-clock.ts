import type { Clock } from '../../src/clock.ts';

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Lets everything run that can, then jumps to the next timer, until `work` is settled. */
  runUntil<T>(work: Promise<T>): Promise<T>;
  /** Lets `ms` go by; whatever falls due in between runs in its turn. */
  advance(ms: number): Promise<void>;
  /** Another view of the same time, off by `skewMs`. */
  skewed(skewMs: number): Clock;
}

interface Timer {
  at: number;
  order: number;
  run: () => void;
}

/** Starts a clock at `start`, epoch milliseconds. */
export function createVirtualClock(start: number): VirtualClock {
  let now = start;
  let order = 0;
  const timers = new Set<Timer>();

  function after(delayMs: number, run: () => void): () => void {
    const timer = { at: now + Math.max(0, delayMs), order: order++, run };
    timers.add(timer);
    return () => timers.delete(timer);
  }

  function next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }

  function fire(timer: Timer): void {
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.run();
  }

  async function runUntil<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const mark = () => {
      settled = true;
    };
    work.then(mark, mark);
    for (;;) {
      await settleMicrotasks();
      if (settled) return work;
      const timer = next();
      if (!timer) throw new Error('Cannot go on: nothing is timed and the work has not ended');
      fire(timer);
    }
  }

  async function advance(ms: number): Promise<void> {
    const end = now + ms;
    for (;;) {
      await settleMicrotasks();
      const timer = next();
      if (!timer || timer.at > end) break;
      fire(timer);
    }
    now = end;
  }

  const clock = { now: () => now, after };
  return { ...clock, runUntil, advance, skewed: (skewMs) => ({ now: () => now + skewMs, after }) };
}

/** Everything in a virtual world is microtasks: one turn of the event loop lets all of them run. */
function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
