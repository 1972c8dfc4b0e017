import { LONGEST_DRAIN_MS } from '../../budget.ts';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Intake } from './intake.ts';

/** The part of `process` that is needed. */
export type DrainedProcess = Pick<NodeJS.Process, 'on' | 'off' | 'removeListener' | 'exit'>;

/** What `installDrain` needs. */
export interface DrainOptions {
  process: DrainedProcess;
  /** Aborted on the signal: running budgets then shrink. */
  draining: AbortController;
  intake: Pick<Intake, 'inFlight' | 'whenIdle'>;
  clock: Clock;
  log: Log;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Makes SIGTERM and SIGINT end the process once what is in flight has been answered, with exit code 0. The functions
 * framework would end it at once: its handlers, set later, when it begins to listen, are taken off again. Nothing relies on
 * it: a killed process leaves records that the poller goes on with. Gives what undoes it.
 */
export function installDrain({ process, draining, intake, clock, log }: DrainOptions): () => void {
  function drain(): void {
    if (draining.signal.aborted) return;
    draining.abort();
    log.info('Process stops', { inFlight: intake.inFlight() });
    const late = new Promise<void>((resolve) => {
      clock.after(LONGEST_DRAIN_MS, resolve);
    });
    void Promise.race([intake.whenIdle(), late]).then(() => process.exit(0));
  }

  function keepAlone(event: string | symbol, listener: (...values: unknown[]) => void): void {
    if (!isSignal(event) || listener === drain) return;
    // It is added only after this; taking it off must wait until then.
    queueMicrotask(() => process.removeListener(event, listener));
  }

  for (const signal of SIGNALS) process.on(signal, drain);
  process.on('newListener', keepAlone);
  return () => {
    process.off('newListener', keepAlone);
    for (const signal of SIGNALS) process.off(signal, drain);
  };
}

function isSignal(event: string | symbol): event is (typeof SIGNALS)[number] {
  return SIGNALS.some((signal) => signal === event);
}
