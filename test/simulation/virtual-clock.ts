import type { Clock } from '../../src/clock.ts';
import { createHeap } from '../../src/local/earth-engine-simulator/heap.ts';

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
  run: (() => void) | undefined;
}

/** Starts a clock at `start`, epoch milliseconds. */
export function createVirtualClock(start: number): VirtualClock {
  let now = start;
  let order = 0;
  const timers = createHeap<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));

  function after(delayMs: number, run: () => void): () => void {
    const timer: Timer = { at: now + Math.max(0, delayMs), order: order++, run };
    timers.push(timer);
    return () => {
      timer.run = undefined;
    };
  }

  /** The next timer that was not cancelled, left in place. */
  function next(): Timer | undefined {
    for (let timer = timers.peek(); timer; timer = timers.peek()) {
      if (timer.run) return timer;
      timers.pop();
    }
    return undefined;
  }

  function fire(timer: Timer): void {
    timers.pop();
    now = Math.max(now, timer.at);
    timer.run?.();
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
