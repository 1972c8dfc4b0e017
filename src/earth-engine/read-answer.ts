import type { Answer, Fetch } from './client.ts';

/**
 * Reads an HTTP response as far as `maxBytes`. A body that is cut short or too long leaves the status and no JSON: what
 * it would have said is not known.
 */
export async function readAnswer(
  response: Awaited<ReturnType<Fetch>>,
  options: { maxBytes: number; now: () => number },
): Promise<Answer & { quotaStatus?: string }> {
  const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), options.now());
  const quotaStatus = response.headers.get('x-earth-engine-quota-status');
  return {
    kind: 'answered',
    status: response.status,
    body: await readJson(response.body, options.maxBytes),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(quotaStatus === null ? {} : { quotaStatus }),
  };
}

async function readJson(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) return undefined;
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3); anything else counts as absent. */
function readRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isFinite(date) ? Math.max(0, date - now) : undefined;
}
