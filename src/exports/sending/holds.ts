import type { SendOutcome } from '../../earth-engine/failure.ts';
import type { Ledger } from '../ledger.ts';
import type { HoldReason, ProjectRecord } from '../record/project-record.ts';

const MINUTE_MS = 60_000;
const FIRST_QUEUE_HOLD_MS = 2 * MINUTE_MS;
const LONGEST_QUEUE_HOLD_MS = 10 * MINUTE_MS;
const CREDENTIALS_HOLD_MS = 5 * MINUTE_MS;

/** What the answer to one export says about every other of its project: why the project is put on hold. */
export const HOLD_AFTER: Partial<Record<SendOutcome['kind'], HoldReason>> = {
  'queue-full': 'queue-full',
  'daily-quota': 'daily-quota',
  denied: 'credentials',
};

/** Whether what was answered to one export would be answered to the others of its project as well. */
export function concernsProject(outcome: SendOutcome['kind']): boolean {
  return outcome === 'throttled' || HOLD_AFTER[outcome] !== undefined;
}

/** What ends a hold. */
export const NO_HOLD = { holdUntil: null, holdReason: null, holdMs: null } as const;

/** Whether POSTs of exports are stopped for the project at ledger time `now`. Looks, walks and cancels go on. */
export function isHeld(project: ProjectRecord | undefined, now: number): boolean {
  return project?.holdUntil !== undefined && project.holdUntil > now;
}

/** Stops POSTs of exports of a project for as long as `reason` asks for. An earlier, longer hold stays. */
export async function holdProject(ledger: Ledger, project: string, reason: HoldReason): Promise<void> {
  for (;;) {
    const now = await ledger.now();
    const record = await ledger.project(project);
    // Whoever was refused in the same burst must not double the wait again.
    if (record?.holdReason === reason && isHeld(record, now)) return;
    const holdMs = reason === 'queue-full' ? toQueueHoldMs(record) : undefined;
    const holdUntil = toHoldEnd(reason, now, holdMs);
    if ((record?.holdUntil ?? 0) >= holdUntil) return;
    const changes = { holdReason: reason, holdUntil, ...(holdMs === undefined ? {} : { holdMs }) };
    if (await ledger.updateProject(record ?? project, changes)) return;
  }
}

/** Ends a hold for want of credentials once Earth Engine has shown, by any other answer, that it accepts them. */
export async function endCredentialsHold(ledger: Ledger, project: string): Promise<void> {
  for (;;) {
    const record = await ledger.project(project);
    if (record?.holdReason !== 'credentials' || isHeld(record, await ledger.now())) return;
    if (await ledger.updateProject(record, NO_HOLD)) return;
  }
}

function toQueueHoldMs(record: ProjectRecord | undefined): number {
  return record?.holdMs === undefined ? FIRST_QUEUE_HOLD_MS : Math.min(LONGEST_QUEUE_HOLD_MS, record.holdMs * 2);
}

function toHoldEnd(reason: HoldReason, now: number, holdMs: number | undefined): number {
  if (reason === 'daily-quota') return toNextPacificDay(now);
  return now + (holdMs ?? CREDENTIALS_HOLD_MS);
}

/** When the next day begins in Pacific time, which is when Google's daily quotas start anew. Epoch milliseconds. */
export function toNextPacificDay(now: number): number {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles', dateStyle: 'short' });
  const day = format.format(now);
  // Quarter hours find the boundary on the days of 23 and 25 hours too.
  const step = 15 * MINUTE_MS;
  let time = Math.floor(now / step) * step + step;
  while (format.format(time) === day) time += step;
  return time;
}
