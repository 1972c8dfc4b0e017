import type { CallOptions, EarthEngineClient } from '../earth-engine/client.ts';
import type { Destination } from './after-walk.ts';
import type { ExportRecord } from './export.ts';

const CLOCK_MARGIN_MS = 600_000;

/** Reads what stands at an export's destination. `changed`: a classifier that may have come from this export. */
export async function readDestination(
  client: EarthEngineClient,
  record: ExportRecord,
  call: CallOptions,
): Promise<Destination> {
  if (!record.request) return { found: false, changed: false };
  const answer = await client.getAsset(record.request.asset, call);
  if (answer.kind === 'unanswered') return 'unreadable';
  if (answer.status === 404) return { found: false, changed: false };
  if (answer.status !== 200 || typeof answer.body !== 'object' || answer.body === null) return 'unreadable';
  const { type, updateTime } = answer.body as { type?: unknown; updateTime?: unknown };
  const updated = typeof updateTime === 'string' ? Date.parse(updateTime) : Number.NaN;
  const since = (record.firstSentAt ?? record.createTime) - CLOCK_MARGIN_MS;
  return {
    found: true,
    changed: type === 'CLASSIFIER' && !(updated < since),
    ...(Number.isFinite(updated) ? { updateTime: new Date(updated).toISOString() } : {}),
  };
}
