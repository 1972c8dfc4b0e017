import type { CompletionData, EventMessage } from '../../src/events/completion-event.ts';
import type { ExportRecord } from '../../src/exports/export.ts';
import { startedBy } from './truth.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Judges an event when the bus takes it: what it says must be true, and must not come from errors. */
export async function checkPublished(world: World, message: EventMessage): Promise<void> {
  const { truth, ledger } = world;
  const data = JSON.parse(message.data) as CompletionData;
  const { id, state, attempt } = data;
  const complain = (what: string) => truth.violations.push(`event ${message.attributes['ce-id']}: ${what}`);
  if (message.attributes['ce-id'] !== `${id}:${state}:${attempt}`) complain('its id is not the one for what it says');
  const record = await ledger.get(id);
  const isPast = record?.attempts.some((ended) => ended.attempt === attempt && ended.state === state) === true;
  if (!isPast && (record?.attempt !== attempt || record.state !== state)) complain(`the record is ${record?.state}`);
  const why = record ? findLie(world, data, record) : 'there is no record';
  if (why) complain(why);
}

function findLie(world: World, data: CompletionData, record: ExportRecord): string | undefined {
  const { truth, clock } = world;
  const { id, state, attempt, operation } = data;
  const posts = truth.posts.filter((post) => post.exportId === id && post.attempt === attempt);
  const started = startedBy(truth, id, attempt);
  const task = started.find((one) => one.task.name === operation)?.task;
  if (operation !== null && !task) return `operation ${operation} is not one of this attempt`;
  const age = (at: number | undefined) => clock.now() - (at ?? clock.now());
  switch (state) {
    case 'SUCCEEDED':
    case 'FAILED':
      return task?.state === state ? undefined : `the operation is ${task?.state}`;
    case 'CANCELLED':
      if (task) return task.state === 'CANCELLED' ? undefined : `the operation is ${task.state}`;
      if (started.length > 0) return 'an operation was started';
      return truth.cancelled.has(`${id}:${attempt}`) ? undefined : 'nobody asked for that';
    case 'REJECTED': {
      if (started.length > 0) return 'an operation was started';
      if (!record.request || posts.some(({ refused }) => refused === 'for good')) return undefined;
      return age(posts.find(({ refused }) => refused === 'denied')?.at) >= 30 * MINUTE_MS
        ? undefined
        : 'nobody refused it';
    }
    case 'LOST': {
      if (data.assetFound === undefined) return 'nobody looked at the asset';
      const { retentionMs } = world.model.settings;
      const forgottenAt = truth.forgotten.get(operation ?? '') ?? (task?.endTime ?? Number.NaN) + retentionMs;
      if (age(record.createTime) >= 11 * DAY_MS) return undefined;
      if (!(age(forgottenAt) >= 0)) return 'it is not lost';
      const misses = truth.misses.get(operation ?? '') ?? [];
      return misses.length >= 3 && age(misses[0]) >= 10 * MINUTE_MS ? undefined : 'it was not looked for long enough';
    }
    default:
      return 'this is no end';
  }
}
