import type { CallOptions, EarthEngineClient } from '../../earth-engine/client.ts';
import { readGoogleError } from '../../earth-engine/google-error.ts';
import { toRfc3339 } from '../../events/to-rfc3339.ts';
import type { ExportRecord } from '../export.ts';
import type { Destination } from '../transitions/end-lost.ts';
import { CLOCK_MARGIN_MS } from './clock-margin.ts';

/** What says nothing about the asset and may pass. */
const PASSING: readonly number[] = [401, 408, 429];

/** Reads what stands at an export's destination. `changed`: a classifier that may have come from this export. */
export async function readDestination(
  client: EarthEngineClient,
  record: ExportRecord,
  call: CallOptions,
): Promise<Destination> {
  if (!record.request) return { found: false, changed: false };
  const answer = await client.getAsset(record.request.asset, { ...call, chargedProject: record.project });
  if (answer.kind === 'unanswered') return 'unreadable';
  const body = answer.status === 200 ? answer.body : undefined;
  if (typeof body === 'object' && body !== null) return toDestination(body, record);
  const isRefusal = answer.status >= 400 && answer.status < 500 && !PASSING.includes(answer.status);
  if (!isRefusal || !readGoogleError(answer)) return 'unreadable';
  return answer.status === 404 ? { found: false, changed: false } : 'refused';
}

function toDestination({ type, updateTime }: { type?: unknown; updateTime?: unknown }, record: ExportRecord) {
  const updated = typeof updateTime === 'string' ? Date.parse(updateTime) : Number.NaN;
  const since = (record.firstSentAt ?? record.createTime) - CLOCK_MARGIN_MS;
  return {
    found: true,
    changed: type === 'CLASSIFIER' && !(updated < since),
    ...(Number.isFinite(updated) ? { updateTime: toRfc3339(updated) } : {}),
  };
}
