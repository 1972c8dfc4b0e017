import { concurrently } from '../../concurrently.ts';
import type { Answer } from '../../earth-engine/client.ts';
import { readGoogleError } from '../../earth-engine/google-error.ts';
import { isEnded, type Operation, readOperation } from '../../earth-engine/operation.ts';
import type { ExportChanges, ExportRecord } from '../export.ts';
import { toLogFields } from '../record/log-fields.ts';
import type { TrackedOperation } from '../record/project-record.ts';
import { isFinal, isKnownState } from '../record/states.ts';
import { readDestination } from '../settling/destination.ts';
import { findSuperseded } from '../settling/project-list.ts';
import { afterLook } from '../transitions/after-look.ts';
import { LOST_AFTER_MS } from '../transitions/after-walk.ts';
import { countAbsence } from '../transitions/count-absence.ts';
import { endLost } from '../transitions/end-lost.ts';
import { noteLeft } from './tick-report.ts';
import { afterFailedLook, afterGoodLook, afterMiss, isNews } from './tracked-operation.ts';
import { type PollerParts, readRecord, takeVisitCall, type Visit } from './visit.ts';

const LOOKS_AT_ONCE = 10;

/**
 * Takes what the walk of this tick showed, and asks for the rest of what is due one by one. Only Earth Engine's own word
 * ends an export; an error, or an absence, is looked into again.
 */
export async function lookAtOperations(parts: PollerParts, visit: Visit, due: TrackedOperation[]): Promise<void> {
  const listed = visit.list?.byName;
  const now = await parts.ledger.now();
  await concurrently([...visit.tracked.values()], LOOKS_AT_ONCE, async (entry) => {
    const operation = listed?.get(entry.name);
    if (operation) await see(parts, visit, entry, { operation, now });
    if (entry.attemptTokens) await dropSuperseded(parts, visit, entry);
  });
  const unseen = due.filter(({ name }) => !listed?.has(name));
  await concurrently(unseen, LOOKS_AT_ONCE, (entry) => lookAt(parts, visit, entry));
}

async function lookAt(parts: PollerParts, visit: Visit, entry: TrackedOperation): Promise<void> {
  const call = takeVisitCall(visit);
  if (!call) return noteLeft(visit.report, (await parts.ledger.now()) - entry.nextLookAt);
  const answer = await parts.earthEngine.getOperation(entry.name, call);
  const operation = answer.kind === 'answered' && answer.status === 200 ? readOperation(answer.body) : undefined;
  const now = await parts.ledger.now();
  if (operation && operation.name === entry.name) return see(parts, visit, entry, { operation, now });
  visit.report.lookedAt += 1;
  visit.tracked.set(entry.name, afterFailedLook(entry, now));
  // What the walk of this tick showed is there, whatever a get says.
  const isAbsent = visit.list?.complete === true && !visit.list.byName.has(entry.name);
  if (isNotFound(answer)) await miss(parts, visit, entry, isAbsent);
  else if (isAbsent && now - entry.seenAt >= LOST_AFTER_MS) await giveUp(parts, visit, entry);
}

function isNotFound(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.status === 404 && readGoogleError(answer) !== undefined;
}

/** A readable look. The record is written only when the look brought news. */
async function see(
  parts: PollerParts,
  visit: Visit,
  entry: TrackedOperation,
  { operation, now }: { operation: Operation; now: number },
): Promise<void> {
  visit.report.lookedAt += 1;
  if (isNews(entry, operation) || entry.missing) {
    if (visit.budget.remainingMs() <= 0) return noteLeft(visit.report, now - entry.nextLookAt);
    const principal = await parts.principal?.();
    const written = await write(parts, visit, entry, (record) =>
      afterLook(record, operation, { now, ...(principal === undefined ? {} : { principal }) }),
    );
    if (!written) return;
  }
  if (isEnded(operation.state)) visit.tracked.delete(entry.name);
  else visit.tracked.set(entry.name, afterGoodLook(entry, operation, now));
}

/** Not found by name: it counts only together with a complete walk that does not show the operation either. */
async function miss(parts: PollerParts, visit: Visit, entry: TrackedOperation, isAbsent: boolean): Promise<void> {
  const now = await parts.ledger.now();
  visit.tracked.set(entry.name, afterMiss(entry, now, isAbsent));
  const record = isAbsent ? await readRecord(parts, visit, entry.id) : undefined;
  if (!record) return;
  const { isLost, ...changes } = countAbsence(record, { now, seenAt: entry.seenAt });
  if (isLost) return giveUp(parts, visit, entry);
  await write(parts, visit, entry, () => changes);
}

/** The end of an export whose operation cannot be found, once it is known what stands at its destination. */
async function giveUp(parts: PollerParts, visit: Visit, entry: TrackedOperation): Promise<void> {
  const call = takeVisitCall(visit);
  const record = await readRecord(parts, visit, entry.id);
  if (!call || !record) return;
  const destination = await readDestination(parts.earthEngine, record, call);
  if (destination === 'unreadable') return;
  const now = await parts.ledger.now();
  const written = await write(parts, visit, entry, (current) => endLost(current, now, destination));
  if (!written) return;
  visit.tracked.delete(entry.name);
  parts.log.error('Export is lost', toLogFields(record));
}

/**
 * Writes what a look showed, onto the record as it is now. False when nothing was written: the export has ended, was
 * retried, or is gone, and is tracked no more, or a newer version has it in a state this one does not know.
 */
async function write(
  parts: PollerParts,
  visit: Visit,
  entry: TrackedOperation,
  change: (record: ExportRecord) => ExportChanges | undefined,
): Promise<boolean> {
  let record = await readRecord(parts, visit, entry.id);
  while (record && record.operation === entry.name) {
    if (!isKnownState(record.state)) return false;
    const changes = isFinal(record.state) ? undefined : change(record);
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
  if (!visit.list || !entry.attemptTokens) return;
  for (const { name } of findSuperseded(visit.list, entry.attemptTokens)) {
    const call = name === entry.name ? undefined : takeVisitCall(visit);
    if (!call) continue;
    parts.log.error('Superseded operation is cancelled', { exportId: entry.id, operation: name });
    await parts.earthEngine.cancelOperation(name, call);
  }
}
