import type { ExportRecord } from '../export.ts';
import type { ProjectChanges, ProjectRecord, TrackedOperation } from '../record/project-record.ts';
import { isAccepted } from '../record/states.ts';
import { isHeld, NO_HOLD } from '../sending/holds.ts';
import { planLooks } from './plan-looks.ts';
import { noteLeft } from './tick-report.ts';
import { toTracked } from './tracked-operation.ts';
import type { PollerParts, Visit, VisitOptions } from './visit.ts';

const LEASE_MARGIN_MS = 10_000;
const REBUILD_EVERY_MS = 6 * 3_600_000;

/**
 * Takes the lease of a project for this tick, and in the same write takes up the exports that were newly accepted: only
 * then do they stop being due. Undefined where another tick has the lease, or nothing is to be done.
 */
export async function takeLease(parts: PollerParts, name: string, options: VisitOptions): Promise<Visit | undefined> {
  const { ledger } = parts;
  const now = await ledger.now();
  const known = await ledger.project(name);
  if (known?.leaseUntil !== undefined && known.leaseUntil > now) {
    noteLeft(options.report, 0, options.due.length);
    return undefined;
  }
  const mustRebuild = now - (known?.rebuiltAt ?? 0) >= REBUILD_EVERY_MS;
  const accepted = options.due.filter((record) => isAccepted(record.state) && record.operation !== undefined);
  const tracked = new Map((known?.tracked ?? []).map((entry) => [entry.name, entry]));
  const added = track(tracked, accepted, now);
  if (mustRebuild) track(tracked, await ledger.accepted(name), now);
  const held = isHeld(known, now);
  const waiting = !held && (await ledger.waiting(name, 1)).length > 0;
  if (options.due.length === 0 && !waiting && !mustRebuild) {
    const plan = planLooks({ ...known, tracked: [...tracked.values()] }, now);
    if (plan.due.length === 0 && plan.pages === 0) return undefined;
  }
  const changes: ProjectChanges = {
    leaseOwner: options.owner,
    leaseUntil: now + options.budget.remainingMs() + LEASE_MARGIN_MS,
    ...(tracked.size > (known?.tracked.length ?? 0) ? { tracked: [...tracked.values()] } : {}),
    submittedSince: (known?.submittedSince ?? 0) + added,
    ...(mustRebuild ? { rebuiltAt: now } : {}),
    ...toHoldChanges(known, accepted),
  };
  const project = await ledger.updateProject(known ?? name, changes);
  if (!project) {
    noteLeft(options.report, 0, options.due.length);
    return undefined;
  }
  const records = await stopBeingDue(parts, accepted);
  const { budget, report } = options;
  return { project, tracked, records, waiting, held, onTrial: false, budget, report };
}

/** Takes up exports that are not tracked yet. Gives how many. */
function track(tracked: Map<string, TrackedOperation>, accepted: readonly ExportRecord[], now: number): number {
  const before = tracked.size;
  for (const record of accepted) {
    if (record.operation === undefined || tracked.has(record.operation)) continue;
    tracked.set(record.operation, toTracked(record, now));
  }
  return tracked.size - before;
}

/** An acceptance after a hold says that it is over: what comes after starts from the shortest wait again. */
function toHoldChanges(known: ProjectRecord | undefined, accepted: readonly ExportRecord[]): ProjectChanges {
  const holdUntil = known?.holdUntil;
  if (holdUntil === undefined || !accepted.some(({ sentAt = 0 }) => sentAt >= holdUntil)) return {};
  return NO_HOLD;
}

/** An export to be cancelled stays due until its cancel was sent. */
async function stopBeingDue(parts: PollerParts, accepted: ExportRecord[]): Promise<Map<string, ExportRecord>> {
  const records = new Map<string, ExportRecord>();
  const settled = accepted.filter((record) => record.cancelRequestedAt === undefined);
  const updated = await parts.ledger.updateMany(settled.map((record) => ({ record, changes: { dueAt: null } })));
  for (const record of updated) if (record) records.set(record.id, record);
  return records;
}

/**
 * Writes what the visit found out and gives the lease back. Where the lease has passed on meanwhile, nothing is written:
 * the next holder has what was tracked before, and looks again.
 */
export async function giveBackLease(parts: PollerParts, visit: Visit, owner: string): Promise<void> {
  const { walk, pageEnds, submittedSince } = visit.project;
  let current: ProjectRecord | undefined = visit.project;
  while (current && current.leaseOwner === owner) {
    const updated = await parts.ledger.updateProject(current, {
      leaseOwner: null,
      leaseUntil: null,
      tracked: [...visit.tracked.values()],
      ...(walk ? { walk } : {}),
      ...(pageEnds ? { pageEnds } : {}),
      ...(submittedSince === undefined ? {} : { submittedSince }),
    });
    if (updated) return;
    current = await parts.ledger.project(visit.project.project);
  }
}
