/** Time as the functions that need it receive it, so that a test can own it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `task` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

/** The longest that a timer of Node can run; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The machine's own clock. Its timers do not keep a process alive that has nothing else to do, and none runs longer than
 * 24 days.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(delayMs, LONGEST_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or at once when `signal` is aborted; it never rejects. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted || delayMs <= 0) return resolve();
    const cancel = clock.after(delayMs, wake);
    signal?.addEventListener('abort', wake, { once: true });
    function wake(): void {
      cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    }
  });
}

/** Something did not come in the time it was given; it may come yet. */
export class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

/** Waits for `work`, but no longer than `limitMs`: then it rejects with `TooLateError`. */
export function waitAtMost<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(new TooLateError(`Cannot wait any longer than ${limitMs} ms`)));
    work.then(resolve, reject).finally(cancel);
  });
}
