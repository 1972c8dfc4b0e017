import type { Settings } from './settings.ts';
import { isFinal, type Task } from './task.ts';
import { toTimestamp } from './timestamp.ts';

/** EECU-seconds a second of running; a real table export of 75 s used 9. */
const EECU_PER_SECOND = 0.12;
/** The usage of a run shows only after this time. */
const EECU_SHOWS_AFTER_MS = 10_000;
/** `updateTime` moves on by itself while a task waits or runs. */
const HEARTBEAT_MS = 13_000;

/** An operation as it travels: a google.longrunning.Operation with Earth Engine's OperationMetadata. */
export interface OperationJson {
  name: string;
  metadata: Record<string, unknown>;
  done?: boolean;
  error?: { code: number; message: string };
  response?: object;
}

/** What an operation is written for, besides the task itself. */
export interface OperationView {
  now: number;
  settings: Settings;
  random(): number;
  /** Whether this answers the export that has just been accepted. */
  isNew?: boolean;
}

/** The operation of a task as one answer shows it, with the oddities that this answer happens to have. */
export function toOperation(task: Task, view: OperationView): OperationJson {
  const { oddities } = view.settings;
  const metadata: Record<string, unknown> = {
    '@type': 'type.googleapis.com/google.earthengine.v1.OperationMetadata',
    ...(!(view.isNew && occurs(oddities.missingState, view)) && { state: task.state }),
    ...(task.description !== undefined &&
      !occurs(oddities.missingDescription, view) && { description: task.description }),
    priority: task.priority,
    ...toTimes(task, view),
    type: task.type,
    ...(task.attempt > 0 && { attempt: task.attempt }),
    ...toProgress(task, view),
    ...toUsage(task, view.now),
    ...(task.state === 'SUCCEEDED' &&
      task.asset !== undefined && { destinationUris: [`https://code.earthengine.google.com/?asset=${task.asset}`] }),
  };
  const operation: OperationJson = { name: task.name, metadata };
  if (!isFinal(task.state)) return operation;
  operation.done = !(task.state === 'SUCCEEDED' && occurs(oddities.doneFalseOnSuccess, view));
  if (task.error !== undefined) operation.error = task.error;
  else operation.response = { '@type': 'type.googleapis.com/google.protobuf.Empty' };
  return operation;
}

/** Whether an oddity of this rate shows now. Rates 0 and 1 leave `random` alone. */
export function occurs(rate: number, { random }: { random(): number }): boolean {
  return rate >= 1 || (rate > 0 && random() < rate);
}

function toTimes(task: Task, view: OperationView): Record<string, string> {
  const write = (timeMs: number) => toTimestamp(timeMs, view.settings.timestampDigits, task.sequence);
  const heartbeats = isFinal(task.state) ? 0 : Math.floor((view.now - task.changeTime) / HEARTBEAT_MS);
  const startTime = task.startTime ?? (occurs(view.settings.oddities.epochStartTime, view) ? 0 : undefined);
  return {
    createTime: write(task.createTime),
    updateTime: write(task.changeTime + heartbeats * HEARTBEAT_MS),
    ...(startTime !== undefined && { startTime: write(startTime) }),
    ...(task.endTime !== undefined && { endTime: write(task.endTime) }),
  };
}

/** Progress and stages: absent while PENDING, rising while RUNNING, whole after success. */
function toProgress(task: Task, view: OperationView): Record<string, unknown> {
  const progress = readProgress(task, view.now);
  if (progress === undefined) return {};
  return {
    progress,
    stages: [
      toStage(['Compute classifier', 'Evaluating the expression.'], Math.min(1, progress * 2), view),
      toStage(['Write asset', 'Writing to the destination.'], Math.max(0, progress * 2 - 1), view),
    ],
  };
}

function readProgress(task: Task, now: number): number | undefined {
  if (task.state === 'SUCCEEDED') return 1;
  if (task.state !== 'RUNNING' || task.startTime === undefined || task.dueTime === undefined) return undefined;
  const share = (now - task.startTime) / (task.dueTime - task.startTime);
  return Math.min(0.99, Math.max(0, Math.round(share * 100) / 100));
}

function toStage([displayName, description]: [string, string], share: number, view: OperationView): object {
  const { stagesWithoutUnits, textualUnits } = view.settings.oddities;
  if (occurs(stagesWithoutUnits, view)) return { displayName };
  const totalWorkUnits = occurs(textualUnits, view) ? '100' : 100;
  return { displayName, completeWorkUnits: Math.round(share * 100), totalWorkUnits, description };
}

function toUsage(task: Task, now: number): { batchEecuUsageSeconds?: number } {
  const isRunning = task.state === 'RUNNING' && task.startTime !== undefined;
  const runMs = isRunning ? now - (task.startTime ?? now) : 0;
  const isShown = task.state !== 'PENDING' && (!isRunning || runMs >= EECU_SHOWS_AFTER_MS);
  const usedMs = task.ranMs + runMs;
  return isShown && usedMs > 0 ? { batchEecuUsageSeconds: (usedMs / 1000) * EECU_PER_SECOND } : {};
}
