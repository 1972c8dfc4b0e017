import type { CallOptions, EarthEngineClient } from '../../earth-engine/client.ts';
import type { Log } from '../../log.ts';
import type { ExportRecord } from '../export.ts';
import type { Ledger } from '../ledger.ts';
import { toLogFields } from '../record/log-fields.ts';
import { toSend, toToken } from '../record/sent-id.ts';
import { afterWalk, needsDestination } from '../transitions/after-walk.ts';
import { readDestination } from './destination.ts';
import { type ProjectList, readProjectList, toSighting } from './project-list.ts';

/** What settling reads and writes through: `earthEngine` for the list and the destination, `principal` for the remedies. */
export interface SettleParts {
  ledger: Ledger;
  earthEngine: EarthEngineClient;
  log: Log;
  principal?: () => Promise<string | undefined>;
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

/** Applies a walk to one doubtful export. Undefined when another worker wrote first. Throws `LedgerUnavailable`. */
export async function settle(
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
