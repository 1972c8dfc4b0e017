import { concurrently } from '../concurrently.ts';
import { accept } from './after-send.ts';
import { afterWalk, mayResend, needsDestination } from './after-walk.ts';
import { readDestination } from './destination.ts';
import type { ExportChanges, ExportRecord } from './export.ts';
import { toSentId, toToken } from './export-id.ts';
import { findEarlier, type ProjectList, toSighting } from './project-list.ts';
import { toLogFields } from './sender.ts';
import { type PollerParts, toCall, type Visit } from './visit.ts';

const AT_ONCE = 8;

/**
 * Takes every doubtful export one step on by what the list of operations showed. Gives those that are to be sent again
 * under the same id.
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
    if (mayResend(record, toSighting(list, record), now)) resend.push(record);
    else await settle(parts, { list, record, call: () => toCall(visit) });
  });
  return resend;
}

/** Applies a walk to one doubtful export. Undefined when another worker wrote first. */
export async function settle(
  parts: Pick<PollerParts, 'ledger' | 'earthEngine' | 'log' | 'principal'>,
  about: { list: ProjectList; record: ExportRecord; call: () => ReturnType<typeof toCall> },
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

/** What to do with an export about to be sent, an earlier submission of which turns out to be alive: adopt that one. */
export function adoptEarlier(
  list: ProjectList | undefined,
  record: ExportRecord,
  now: number,
): ExportChanges | undefined {
  if (!list || record.submission === 1) return undefined;
  const tokens = Array.from({ length: record.submission - 1 }, (_, index) =>
    toToken(toSentId(record.id, record.attempt, index + 1)),
  );
  const earlier = findEarlier(list, tokens);
  return earlier && accept(record, earlier, { now });
}
