import type { ExportRecord } from '../../src/exports/export.ts';
import { isFinal } from '../../src/exports/record/states.ts';
import { startedBy, toAttempts, toExportId } from './truth.ts';
import type { World } from './world.ts';

/** How long after Earth Engine has ended an operation, and all faults have stopped, the event may come. */
const LATEST_EVENT_MS = 2.5 * 3_600_000;
/** How much longer an operation may run that is to be cancelled. */
const LATEST_CANCEL_MS = 1.25 * 3_600_000;

type Ended = ReturnType<typeof toAttempts>[number];

/** Whether everything has come to its end. */
export async function isSettled(world: World): Promise<boolean> {
  if (world.elapsedMs() <= world.plan.quietFrom) return false;
  const records = await readAll(world);
  return records.every(({ state, outboxAt }) => isFinal(state) && outboxAt === undefined);
}

/** Judges a world that has come to its end. */
export async function findViolations(world: World): Promise<string[]> {
  const records = await readAll(world);
  const violations = [...world.truth.violations];
  for (const id of world.truth.promised) {
    if (!records.some((record) => record.id === id)) violations.push(`${id}: recorded, they said; there is no record`);
  }
  for (const { task, exportId } of world.truth.started) {
    if (exportId === '') violations.push(`${toExportId(task.asset ?? '')}: started without a record`);
  }
  for (const record of records) {
    for (const what of judgeExport(world, record)) violations.push(`${record.id}: ${what}`);
  }
  return violations;
}

function judgeExport(world: World, record: ExportRecord): string[] {
  const violations: string[] = [];
  if (!isFinal(record.state)) violations.push(`still ${record.state} in the end`);
  if (record.outboxAt !== undefined) violations.push('its event was never published');
  if (record.dueAt !== undefined || record.admitRank !== undefined) violations.push('ended, and still due');
  for (const ended of toAttempts(record)) {
    for (const what of judgeAttempt(world, record, ended)) violations.push(`attempt ${ended.attempt}: ${what}`);
  }
  return violations;
}

function judgeAttempt(world: World, { id }: ExportRecord, ended: Ended): string[] {
  const { truth, plan } = world;
  const { attempt, state, operation } = ended;
  const violations: string[] = [];
  const started = startedBy(truth, id, attempt).map(({ task }) => task);
  const task = started.find(({ name }) => name === operation);
  if (started.length > 1 && !plan.isUnruly) violations.push(`${started.length} operations`);
  if (operation !== undefined && !task) violations.push('not its own operation');
  if (operation === undefined && started.length > 0 && state !== 'LOST')
    violations.push(`${state}, its operation forgotten`);
  const events = truth.published.filter(({ message }) => {
    const { attributes } = message;
    return attributes['exportId'] === id && attributes['ce-id']?.endsWith(`:${attempt}`);
  });
  const ids = [...new Set(events.map(({ message }) => message.attributes['ce-id']))];
  if (ids.length !== 1 || ids[0] !== `${id}:${state}:${attempt}`) violations.push(`${state}; events: ${ids}`);
  const waitMs = toWaitMs(world, task?.endTime, events[0]?.at);
  if (waitMs > LATEST_EVENT_MS && state !== 'LOST')
    violations.push(`announced ${toMinutes(waitMs)} minutes after its end`);
  for (const other of started) {
    const sincesMs = started.map(({ createTime }) => toWaitMs(world, createTime, other.endTime));
    const ranOnMs = Math.min(...sincesMs);
    if (other !== task && ranOnMs > LATEST_CANCEL_MS)
      violations.push(`a superseded operation ran on for ${toMinutes(ranOnMs)} minutes`);
  }
  const ranOnMs = toWaitMs(world, truth.cancelled.get(`${id}:${attempt}`), task?.endTime);
  if (ranOnMs > LATEST_CANCEL_MS)
    violations.push(`ran on for ${toMinutes(ranOnMs)} minutes after it was to be cancelled`);
  return violations;
}

/** How long something that was to come after `since` has been waited for in a world without faults. */
function toWaitMs({ clock, elapsedMs, plan }: World, since: number | undefined, until: number | undefined): number {
  const healedAt = clock.now() - elapsedMs() + plan.faultsEnd;
  return since === undefined || until === undefined ? 0 : until - Math.max(since, healedAt);
}

function toMinutes(ms: number): number {
  return Math.round(ms / 60_000);
}

async function readAll({ ledger }: World): Promise<ExportRecord[]> {
  return (await ledger.list({}, { pageSize: 1000 })).exports;
}
