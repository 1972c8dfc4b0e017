import { ApiError } from './api-error.ts';
import { type ExportFields, parseExportBody } from './export-body.ts';
import { createOperationId } from './names.ts';
import { type OperationJson, toOperation } from './operation-json.ts';
import type { Task } from './task.ts';
import { admit, isForgotten, tasksOf, toOverwriteMessage, viewOf, type World } from './world.ts';

/** Who asks for an export, and for what: `body` is the parsed JSON of an ExportClassifierRequest. */
export interface Submission {
  project: string;
  user: string;
  body: unknown;
}

/**
 * projects.classifier.export. The order of the checks decides what a caller sees: the body, then the requestId, then the
 * queue, then the destination.
 * @throws {ApiError} for every refusal
 */
export function exportClassifier(world: World, { project, user, body }: Submission): OperationJson {
  admit(world, project, 'ExportClassifier');
  const fields = parseExportBody(body);
  const earlier = joinEarlier(world, user, fields.requestId);
  if (earlier !== undefined) return earlier;
  if (world.scheduler.count(project).pending >= world.settings.maxPending) {
    if (world.settings.queueFullBurnsId) remember(world, user, { requestId: fields.requestId, name: undefined });
    throw new ApiError(
      world.settings.queueFullStatus,
      `Too many tasks already in the queue (${world.settings.maxPending}). Please wait for some of them to complete.`,
    );
  }
  if (world.settings.overwriteRefusedAt === 'submit' && !fields.overwrite && world.assets.has(fields.asset)) {
    throw new ApiError(world.settings.overwriteStatus, toOverwriteMessage(fields.asset));
  }
  const task = startTask(world, { ...fields, project, user, type: 'EXPORT_CLASSIFIER' });
  remember(world, user, task);
  return toOperation(task, { ...viewOf(world), isNew: true });
}

/** A task to be queued; all but project, user and type may be left out. */
export interface TaskStart extends Partial<ExportFields> {
  project: string;
  user: string;
  /** E.g. `EXPORT_IMAGE`. */
  type: string;
}

/** Queues a task without asking whether it may: exports that were accepted, and the tasks of others. */
export function startTask(world: World, wanted: TaskStart): Task {
  const now = world.tick();
  const { project, user, type, description, requestId, workloadTag, asset, priority = 100, overwrite = false } = wanted;
  const sequence = world.tasksCreated++;
  const task: Task = {
    name: `projects/${project}/operations/${createOperationId(world.random, sequence)}`,
    ...{ project, user, type, description, requestId, workloadTag, asset, priority, overwrite },
    sequence,
    createTime: now,
    state: 'PENDING',
    attempt: 0,
    startTime: undefined,
    firstStartTime: undefined,
    endTime: undefined,
    changeTime: now,
    dueTime: undefined,
    ranMs: 0,
    doom: undefined,
    error: undefined,
    turn: 0,
  };
  world.tasks.set(task.name, task);
  tasksOf(world, project).push(task);
  world.scheduler.add(task);
  world.tick();
  return task;
}

/**
 * What became of the request that used this id before, if any did.
 * @throws {ApiError} without the name of the operation, unless `duplicateReply` is `same` and there is one
 */
function joinEarlier(world: World, user: string, requestId: string | undefined): OperationJson | undefined {
  const used = requestId === undefined ? undefined : world.requestIds.get(toKey(user, requestId));
  const { duplicateReply, duplicateStatus, requestIdLifetimeMs } = world.settings;
  if (used === undefined || world.tick() - used.time >= requestIdLifetimeMs) return undefined;
  const task = used.name === undefined ? undefined : world.tasks.get(used.name);
  if (duplicateReply === 'same' && task !== undefined && !isForgotten(world, task)) {
    return toOperation(task, viewOf(world));
  }
  throw new ApiError(duplicateStatus, 'A different Operation was already started with the given request_id.');
}

function remember(
  world: World,
  user: string,
  entry: { requestId: string | undefined; name: string | undefined },
): void {
  if (entry.requestId === undefined) return;
  world.requestIds.set(toKey(user, entry.requestId), { time: world.tick(), name: entry.name });
}

/** Ids are told apart by user, not by project. A requestId holds no space, so the pair cannot be mistaken. */
function toKey(user: string, requestId: string): string {
  return `${requestId} ${user}`;
}
