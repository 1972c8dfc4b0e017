import type { Budget } from '../budget.ts';
import type { CallOptions } from './client.ts';

/** What one call may take, connecting and reading included. */
export const CALL_TIMEOUT_MS = 10_000;

/** What the next call may take of what is left of the budget; undefined when nothing is. `onRequest` is told of what is sent. */
export function takeCall(of: { budget: Budget; onRequest?: () => void }): CallOptions | undefined {
  const { budget, onRequest } = of;
  const timeoutMs = Math.min(CALL_TIMEOUT_MS, budget.remainingMs());
  if (timeoutMs <= 0) return undefined;
  return { timeoutMs, signal: budget.signal, ...(onRequest ? { onRequest } : {}) };
}
