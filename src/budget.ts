import type { Clock } from './clock.ts';

/** How long a piece of work may still take. */
export interface Budget {
  /** Milliseconds left, 0 when it is used up. */
  remainingMs(): number;
  /** Aborted when the budget is used up. */
  signal: AbortSignal;
  /** Call it when the work is done: until then a timer, and a listener on `draining`, which lives as long as the process, stay. */
  release(): void;
}

/** What a running budget shrinks to when the process is told to stop: Cloud Run kills it ten seconds after SIGTERM. */
export const DRAIN_MS = 5_000;

/** When a process that was told to stop ends though not all is answered: within the same ten seconds. */
export const LONGEST_DRAIN_MS = 8_000;

/** Starts a budget of `ms`. When `draining` is aborted, at most `DRAIN_MS` of it are left. */
export function startBudget(ms: number, options: { clock: Clock; draining?: AbortSignal }): Budget {
  const { clock, draining } = options;
  const ended = new AbortController();
  let deadline = clock.now() + ms;
  let cancel = clock.after(ms, () => ended.abort());
  const shrink = () => {
    const left = Math.min(DRAIN_MS, Math.max(0, deadline - clock.now()));
    deadline = clock.now() + left;
    cancel();
    cancel = clock.after(left, () => ended.abort());
  };
  if (draining?.aborted) shrink();
  draining?.addEventListener('abort', shrink, { once: true });
  return {
    // The machine's clock may be set back; the timer behind the signal does not know of it.
    remainingMs: () => (ended.signal.aborted ? 0 : Math.min(ms, Math.max(0, deadline - clock.now()))),
    signal: ended.signal,
    release() {
      cancel();
      draining?.removeEventListener('abort', shrink);
    },
  };
}
