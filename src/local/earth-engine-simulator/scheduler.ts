import { createHeap, type Heap } from './heap.ts';
import type { Settings } from './settings.ts';
import { type CancelOutcome, type Failure, isFinal, type Task } from './task.ts';

/** Runs that Earth Engine gives a task whose failures are transient. */
const MAX_ATTEMPTS = 5;
/** How soon a run fails whose destination cannot be written. */
const EARLY_FAILURE_MS = 1000;

/** What the scheduler needs from its surroundings. */
export interface SchedulerOptions {
  /** Read anew at every step, so that changes hold at once. */
  settings(): Settings;
  /** Why the destination of a task cannot be written now; asked at the start and at the end of a run. */
  findDestinationFault(task: Task): Failure | undefined;
  /** Called when a task has just succeeded. */
  onSuccess(task: Task): void;
}

/** The batch queues of all projects. It has no clock and no timer: whoever reads a task calls `advance` first. */
export interface Scheduler {
  /** Brings every task to where it stands at `now`, step by step in the order of time. */
  advance(now: number): void;
  /** Queues a new PENDING task. */
  add(task: Task): void;
  /** Asks a task to stop. One that has ended stays as it is. */
  cancel(task: Task, now: number): void;
  /** Ends a task now, unless it has ended. */
  finish(task: Task, outcome: CancelOutcome, now: number): void;
  /** Starts what waits, after the slots became more. */
  refill(now: number): void;
  /** How many tasks of a project are PENDING, and how many hold a slot. */
  count(project: string): { pending: number; running: number };
}

interface ProjectQueue {
  /** Tasks that could start: the highest priority first, then the oldest. Those that ended waiting are skipped when met. */
  ready: Heap<Task>;
  pending: number;
  running: number;
}

/** What a task does next, unless it has changed (another `turn`) by then. */
interface PlannedStep {
  at: number;
  order: number;
  task: Task;
  turn: number;
}

interface Queues {
  options: SchedulerOptions;
  projects: Map<string, ProjectQueue>;
  steps: Heap<PlannedStep>;
  planned: number;
}

/** A scheduler without tasks. A step costs O(log n): nothing ever looks through all tasks. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const queues: Queues = { options, projects: new Map(), steps: createHeap(comesBefore), planned: 0 };
  return {
    advance: (now) => advance(queues, now),
    add: (task) => {
      queueOf(queues, task.project).pending += 1;
      plan(queues, task, task.createTime + options.settings().startDelayMs);
    },
    cancel: (task, now) => cancel(queues, task, now),
    finish(task, outcome, now) {
      if (isFinal(task.state)) return;
      end(queues, task, { outcome, at: now });
      if (outcome === 'CANCELLED' || task.startTime !== undefined) return;
      task.startTime = now;
      task.attempt += 1;
    },
    refill: (now) => {
      for (const project of queues.projects.keys()) fillSlots(queues, project, now);
    },
    count(project) {
      const { pending, running } = queueOf(queues, project);
      return { pending, running };
    },
  };
}

function advance(queues: Queues, now: number): void {
  for (let next = queues.steps.peek(); next !== undefined && next.at <= now; next = queues.steps.peek()) {
    queues.steps.pop();
    if (next.turn === next.task.turn) takeStep(queues, next.task, next.at);
  }
}

/** What was planned for a task happens: it becomes ready to start, its run ends, or its cancelling does. */
function takeStep(queues: Queues, task: Task, at: number): void {
  if (task.state === 'RUNNING') endRun(queues, task, at);
  else if (task.state === 'CANCELLING') endCancelling(queues, task, at);
  else becomeReady(queues, task, at);
}

function becomeReady(queues: Queues, task: Task, at: number): void {
  task.dueTime = undefined;
  queueOf(queues, task.project).ready.push(task);
  fillSlots(queues, task.project, at);
}

function fillSlots(queues: Queues, project: string, at: number): void {
  const queue = queueOf(queues, project);
  while (queue.running < queues.options.settings().slots) {
    const task = queue.ready.pop();
    if (task === undefined) return;
    if (task.state === 'PENDING') start(queues, task, at);
  }
}

function start(queues: Queues, task: Task, at: number): void {
  const { durationMs, lifetimeMs } = queues.options.settings();
  task.startTime = at;
  task.firstStartTime ??= at;
  task.attempt += 1;
  changeState(queues, task, { state: 'RUNNING', at });
  const endTime = at + (typeof durationMs === 'number' ? durationMs : durationMs(task));
  const deadline = Math.max(at, task.firstStartTime + lifetimeMs);
  const fault = queues.options.findDestinationFault(task);
  const isTooLong = endTime > deadline;
  task.doom = fault ?? (isTooLong ? { code: 4, message: 'Computation timed out.' } : undefined);
  plan(queues, task, Math.min(endTime, deadline, fault === undefined ? endTime : at + EARLY_FAILURE_MS));
}

function endRun(queues: Queues, task: Task, at: number): void {
  const { outcome: decide, startDelayMs } = queues.options.settings();
  const outcome = task.doom === undefined ? decide(task) : { failed: task.doom };
  if (typeof outcome === 'object' && outcome.transient === true && task.attempt < MAX_ATTEMPTS) {
    changeState(queues, task, { state: 'PENDING', at });
    plan(queues, task, at + startDelayMs);
    fillSlots(queues, task.project, at);
  } else {
    end(queues, task, { outcome, at });
  }
}

function endCancelling(queues: Queues, task: Task, at: number): void {
  const outcome = task.startTime === undefined ? 'CANCELLED' : queues.options.settings().cancelOutcome(task);
  end(queues, task, { outcome, at });
}

function cancel(queues: Queues, task: Task, now: number): void {
  const { cancelMs, pendingCancelMs } = queues.options.settings();
  const wasPending = task.state === 'PENDING';
  if (!wasPending && task.state !== 'RUNNING') return;
  changeState(queues, task, { state: 'CANCELLING', at: now });
  plan(queues, task, now + (wasPending ? pendingCancelMs : cancelMs));
  advance(queues, now);
}

function end(queues: Queues, task: Task, { outcome, at }: { outcome: CancelOutcome; at: number }): void {
  const fault = outcome === 'SUCCEEDED' ? queues.options.findDestinationFault(task) : undefined;
  task.error = fault ?? toFailure(outcome);
  const state = outcome === 'CANCELLED' ? 'CANCELLED' : task.error === undefined ? 'SUCCEEDED' : 'FAILED';
  changeState(queues, task, { state, at });
  if (state === 'SUCCEEDED') queues.options.onSuccess(task);
  fillSlots(queues, task.project, at);
}

/** Every change of state goes through here: it keeps the counts, and makes steps planned for the old state stale. */
function changeState(queues: Queues, task: Task, { state, at }: { state: Task['state']; at: number }): void {
  const queue = queueOf(queues, task.project);
  queue.pending += Number(state === 'PENDING') - Number(task.state === 'PENDING');
  queue.running += Number(holdsSlot(task, state)) - Number(holdsSlot(task, task.state));
  const endsRun = state === 'PENDING' || isFinal(state);
  if (endsRun && task.startTime !== undefined) task.ranMs += at - task.startTime;
  if (state === 'PENDING') task.startTime = undefined;
  if (isFinal(state)) task.endTime = at;
  task.state = state;
  task.changeTime = at;
  task.dueTime = undefined;
  task.turn += 1;
}

function plan(queues: Queues, task: Task, at: number): void {
  task.dueTime = at;
  queues.steps.push({ at, order: queues.planned++, task, turn: task.turn });
}

function queueOf({ projects }: Queues, project: string): ProjectQueue {
  const known = projects.get(project);
  if (known !== undefined) return known;
  const queue = { ready: createHeap(startsBefore), pending: 0, running: 0 };
  projects.set(project, queue);
  return queue;
}

/** A task being cancelled keeps its slot to the end, if it had one. */
function holdsSlot(task: Task, state: Task['state']): boolean {
  return state === 'RUNNING' || (state === 'CANCELLING' && task.startTime !== undefined);
}

function startsBefore(a: Task, b: Task): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.sequence < b.sequence);
}

function comesBefore(a: PlannedStep, b: PlannedStep): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function toFailure(outcome: CancelOutcome): Failure | undefined {
  if (outcome === 'CANCELLED') return { code: 1, message: 'Cancelled.' };
  return outcome === 'SUCCEEDED' ? undefined : outcome.failed;
}
