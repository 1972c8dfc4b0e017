import failures from './failures.json' with { type: 'json' };
import type { GoogleError } from './google-error.ts';

/** What an answer to a send may mean whatever its status. */
const SEND_MEANINGS = ['throttled', 'duplicate', 'queue-full', 'daily-quota', 'denied', 'refused'] as const;

/** A failure that Earth Engine is known for. */
export interface KnownFailure {
  /** Stable word to branch on. */
  reason: string;
  /** What an answer to a send that says so means, whatever its status. Without it the status decides. */
  send?: (typeof SEND_MEANINGS)[number];
  /** What to do about it, with places to fill in: `{project}`, `{asset}`, … */
  remedy: string;
  /** Whether the same request may succeed later, by itself or once the remedy was followed. */
  retryable: boolean;
}

interface Row extends KnownFailure {
  message: RegExp | undefined;
  info: RegExp | undefined;
}

let rows: Row[] | undefined;

/**
 * The first row of `failures.json` that an error matches, by its `ErrorInfo.reason` or by its message. What Earth Engine
 * writes around a caller's own text comes first in the table and is matched from its beginning, so that nobody can put
 * another refusal into its mouth.
 */
export function findKnownFailure({ message, infoReason = '' }: Omit<GoogleError, 'status'>): KnownFailure | undefined {
  rows ??= failures.map(toRow);
  return rows.find((row) => row.info?.test(infoReason) || row.message?.test(message));
}

/** Compiled on first use: most answers are no failures. */
function toRow({ message, info, send: written, ...known }: (typeof failures)[number]): Row {
  const send = SEND_MEANINGS.find((meaning) => meaning === written);
  return {
    ...known,
    ...(send === undefined ? {} : { send }),
    message: message === undefined ? undefined : new RegExp(message, 'i'),
    info: info === undefined ? undefined : new RegExp(`^(?:${info})$`),
  };
}
