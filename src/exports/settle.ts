import { concurrently } from '../concurrently.ts';
import type { CallOptions, EarthEngineClient } from '../earth-engine/client.ts';
import type { Log } from '../log.ts';
import { afterWalk, mayResend, needsDestination } from './after-walk.ts';
import { readDestination } from './destination.ts';
import type { ExportRecord } from './export.ts';
import { toSend, toToken } from './export-id.ts';
import type { Ledger } from './ledger.ts';
import { toLogFields } from './log-fields.ts';
import { type ProjectList, readProjectList, toSighting } from './project-list.ts';
import { type PollerParts, takeCall, type Visit } from './visit.ts';

/** What settling works with; the poller's parts fit. */
export interface SettleParts {
  ledger: Ledger;
  earthEngine: EarthEngineClient;
  log: Log;
  principal?: () => Promise<string | undefined>;
}

const AT_ONCE = 8;

/**
 * Takes every doubtful export one step on by what the list of operations showed. Gives those that are to be sent again
 * under the same id; while the project is held there are none.
 */
export async function settleDoubts(
  parts: PollerParts,
  visit: Visit,
  doubtful: readonly ExportRecord[],
): Promise<ExportRecord[]> {
  const { list } = visit;
  const resend: ExportRecord[] = [];
  if (!list) return resend;
  await concurrently(doubtful, AT_ONCE, async (record) => {
    const now = await parts.ledger.now();
    if (!visit.held && mayResend(record, toSighting(list, record), now)) resend.push(record);
    else await settle(parts, { list, record, call: () => takeCall(visit) });
  });
  return resend;
}

/**
 * Looks for the operation of one doubtful export now, as far as it takes to find it. Gives the record as it is then.
 * Throws `LedgerUnavailable`.
 */
export async function reconcile(
  parts: SettleParts,
  record: ExportRecord,
  call: () => CallOptions | undefined,
): Promise<ExportRecord> {
  const token = toToken(toSend(record).requestId);
  const list = await readProjectList(parts.earthEngine, record.project, {
    startedAt: await parts.ledger.now(),
    call,
    names: new Set(),
    isEnough: ({ byToken }) => byToken.has(token),
  });
  return (await settle(parts, { list, record, call })) ?? (await parts.ledger.get(record.id)) ?? record;
}

/** Applies a walk to one doubtful export. Undefined when another worker wrote first. */
async function settle(
  parts: SettleParts,
  about: { list: ProjectList; record: ExportRecord; call: () => CallOptions | undefined },
): Promise<ExportRecord | undefined> {
  const { list, record } = about;
  const sighting = toSighting(list, record);
  const now = await parts.ledger.now();
  const principal = await parts.principal?.();
  const call = needsDestination(record, sighting, now) ? about.call() : undefined;
  const destination = call ? await readDestination(parts.earthEngine, record, call) : undefined;
  const changes = afterWalk(record, sighting, {
    now,
    ...(destination === undefined ? {} : { destination }),
    ...(principal === undefined ? {} : { principal }),
  });
  const updated = await parts.ledger.update(record, changes);
  if (updated && (updated.state !== record.state || updated.submission !== record.submission)) {
    parts.log.info('Doubtful export is settled', toLogFields(updated));
  }
  return updated;
}
