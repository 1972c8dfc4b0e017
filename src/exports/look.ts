import { concurrently } from '../concurrently.ts';
import { isEnded, type Operation, readOperation } from '../earth-engine/operation.ts';
import { afterLook } from './after-look.ts';
import { endLost } from './after-walk.ts';
import { readDestination } from './destination.ts';
import type { ExportChanges, ExportRecord } from './export.ts';
import { findEarlier } from './project-list.ts';
import type { TrackedOperation } from './project-record.ts';
import { toLogFields } from './sender.ts';
import { isFinal, isKnownState } from './states.ts';
import { afterFailedLook, afterGoodLook, isNews } from './tracked.ts';
import { type PollerParts, readRecord, toCall, type Visit } from './visit.ts';

const LOOKS_AT_ONCE = 10;
const MINUTE_MS = 60_000;
const MISSES_UNTIL_LOST = 3;
const MISSING_UNTIL_LOST_MS = 10 * MINUTE_MS;
const AFTER_MISS_MS = 5 * MINUTE_MS;
const UNREADABLE_UNTIL_LOST_MS = 11 * 24 * 60 * MINUTE_MS;

/**
 * Looks at the operations that are due: what the walk of this tick showed is taken from there, the rest is asked for one
 * by one. Only Earth Engine's own word ends an export; an error, or an absence, is looked into again.
 */
export async function lookAtOperations(parts: PollerParts, visit: Visit, due: TrackedOperation[]): Promise<void> {
  const named = new Set(due.map(({ name }) => name));
  for (const entry of visit.tracked.values()) {
    const listed = visit.list?.byName.get(entry.name);
    if (listed && (named.has(entry.name) || isNews(entry, listed))) {
      named.delete(entry.name);
      await see(parts, visit, entry, listed);
    }
    if (visit.list) await dropSuperseded(parts, visit, entry);
  }
  const unseen = due.filter(({ name }) => named.has(name));
  await concurrently(unseen, LOOKS_AT_ONCE, (entry) => lookAt(parts, visit, entry));
}

async function lookAt(parts: PollerParts, visit: Visit, entry: TrackedOperation): Promise<void> {
  const call = toCall(visit);
  if (!call) {
    visit.report.left += 1;
    return;
  }
  const answer = await parts.earthEngine.getOperation(entry.name, call);
  const operation = answer.kind === 'answered' && answer.status === 200 ? readOperation(answer.body) : undefined;
  if (operation && operation.name === entry.name) return see(parts, visit, entry, operation);
  visit.report.lookedAt += 1;
  const now = await parts.ledger.now();
  visit.tracked.set(entry.name, afterFailedLook(entry, now));
  if (answer.kind === 'answered' && answer.status === 404) await miss(parts, visit, entry);
  else if (now - entry.seenAt >= UNREADABLE_UNTIL_LOST_MS) await giveUp(parts, visit, entry);
}

/** A readable look. The record is written only when the look brought news. */
async function see(parts: PollerParts, visit: Visit, entry: TrackedOperation, operation: Operation): Promise<void> {
  visit.report.lookedAt += 1;
  const now = await parts.ledger.now();
  if (isNews(entry, operation) || entry.missing) {
    const principal = await parts.principal?.();
    const change = (record: ExportRecord) => {
      const changes = afterLook(record, operation, { now, ...(principal === undefined ? {} : { principal }) });
      return changes && { ...changes, lastSeenAt: now };
    };
    const written = await write(parts, visit, entry, change);
    if (!written) return;
  }
  if (isEnded(operation.state)) visit.tracked.delete(entry.name);
  else visit.tracked.set(entry.name, afterGoodLook(entry, operation, now));
}

/** A 404: it counts only together with a complete walk that does not show the operation either. */
async function miss(parts: PollerParts, visit: Visit, entry: TrackedOperation): Promise<void> {
  const { list } = visit;
  const now = await parts.ledger.now();
  visit.tracked.set(entry.name, { ...entry, missing: true, nextLookAt: now });
  if (!list?.complete || list.byName.has(entry.name)) return;
  const record = await readRecord(parts, visit, entry.id);
  if (!record || record.operation !== entry.name) return;
  const missingSince = record.missingSince ?? now;
  const missingCount = (record.missingCount ?? 0) + 1;
  if (missingCount >= MISSES_UNTIL_LOST && now - missingSince >= MISSING_UNTIL_LOST_MS) {
    return giveUp(parts, visit, entry);
  }
  await write(parts, visit, entry, () => ({ missingSince, missingCount }));
  visit.tracked.set(entry.name, { ...entry, missing: true, nextLookAt: now + AFTER_MISS_MS });
}

async function giveUp(parts: PollerParts, visit: Visit, entry: TrackedOperation): Promise<void> {
  const call = toCall(visit);
  const record = await readRecord(parts, visit, entry.id);
  if (!call || !record) return;
  const destination = await readDestination(parts.earthEngine, record, call);
  const now = await parts.ledger.now();
  const written = await write(parts, visit, entry, (current) =>
    isFinal(current.state) ? undefined : endLost(current, now, destination),
  );
  if (!written) return;
  visit.tracked.delete(entry.name);
  parts.log.error('Export is lost', toLogFields(record));
}

/**
 * Writes what a look showed, onto the record as it is now. False when there is nothing to track any more under this
 * name: the export has ended, was retried, or is gone.
 */
async function write(
  parts: PollerParts,
  visit: Visit,
  entry: TrackedOperation,
  change: (record: ExportRecord) => ExportChanges | undefined,
): Promise<boolean> {
  let record = await readRecord(parts, visit, entry.id);
  while (record) {
    const changes = record.operation === entry.name && isKnownState(record.state) ? change(record) : undefined;
    if (!changes) break;
    const updated = await parts.ledger.update(record, changes);
    if (updated) {
      visit.records.set(entry.id, updated);
      visit.report.changed += 1;
      if (updated.state !== record.state) parts.log.info('Export changed its state', toLogFields(updated));
      return true;
    }
    record = await parts.ledger.get(entry.id);
  }
  visit.tracked.delete(entry.name);
  return false;
}

/** An operation of a submission that had been given up, beside one that was accepted, is one too many. */
async function dropSuperseded(parts: PollerParts, visit: Visit, entry: TrackedOperation): Promise<void> {
  const call = toCall(visit);
  if (!visit.list || !entry.earlierTokens || !call) return;
  const superseded = findEarlier(visit.list, entry.earlierTokens);
  if (!superseded || superseded.state === 'CANCELLING') return;
  parts.log.error('Superseded operation is cancelled', { exportId: entry.id, operation: superseded.name });
  await parts.earthEngine.cancelOperation(superseded.name, call);
}
