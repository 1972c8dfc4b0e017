import type { Fetch } from '../http/http-fetch.ts';
import { readJson } from '../http/read-json.ts';
import type { Answer } from './client.ts';

const LONGEST_WAIT_MS = 86_400_000;
const HTTP_DATE = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? /;

/**
 * Reads an HTTP response as far as `maxBytes`. A body that is cut short or too long leaves the status and no JSON: what
 * it would have said is not known. Never throws.
 */
export async function readAnswer(
  response: Awaited<ReturnType<Fetch>>,
  options: { maxBytes: number; now: () => number },
): Promise<Answer & { quotaStatus?: string }> {
  const retryAfterMs = readRetryAfter(response.headers, options.now());
  const quotaStatus = response.headers.get('x-earth-engine-quota-status');
  return {
    kind: 'answered',
    status: response.status,
    body: await readJson(response.body, options.maxBytes),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(quotaStatus === null ? {} : { quotaStatus }),
  };
}

/**
 * Seconds or an HTTP date (RFC 9110, 10.2.3), a day at the most; anything else counts as absent. A date is measured
 * against the sender's own clock where the answer tells it: ours may be off.
 */
function readRetryAfter(headers: { get(name: string): string | null }, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return undefined;
  const waitMs = /^\d{1,9}$/.test(value)
    ? Number(value) * 1000
    : readHttpDate(value) - (readHttpDate(headers.get('date') ?? '') || now);
  return Number.isNaN(waitMs) ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, waitMs));
}

/** Epoch milliseconds, or NaN. The oldest of the three forms leaves out that it is in GMT. */
function readHttpDate(text: string): number {
  if (!HTTP_DATE.test(text)) return Number.NaN;
  return Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
}
