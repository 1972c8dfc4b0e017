import { toBody } from '../exports/stage.ts';
import type { DeployedFunction } from '../support/deployed-function.ts';
import { type CrashStage, createCrashStage, type FunctionName, type StageOptions, untilEnded } from './crash-stage.ts';

/** One run: which function dies at which step. */
interface CrashRun extends StageOptions {
  target: FunctionName;
  /** e.g. `ledger.update:after:1`; absent: nothing dies, and the steps are written down. */
  crashAt?: string;
  /** Whether the HTTP caller sends its request again when it got no answer. */
  callerRepeats: boolean;
}

/** What was seen at the end. */
export interface CrashOutcome {
  /** Whether the request was acknowledged, or was found recorded by those who came after the crash. */
  known: boolean;
  operations: number;
  eventIds: string[];
  /** Whether one process, and only one, was killed. */
  died: boolean;
  steps: string[];
}

const JSON_HEADERS = { 'content-type': 'application/json' };
const MOST_TICKS = 150;
const TOPIC = 'projects/my-project/topics/requests';

/** Lets one function die at a step, starts it again, and ticks until the export has ended and was announced. */
export async function runCrash(run: CrashRun): Promise<CrashOutcome> {
  const stage = await createCrashStage(run);
  try {
    const known = await ask(stage, run);
    if (known) await tickUntilAnnounced(stage, run);
    return {
      known,
      operations: stage.operations(),
      eventIds: [...new Set(stage.eventIds())],
      died: stage.killed() === 1,
      steps: stage.steps(),
    };
  } finally {
    await stage.close(run.crashAt ? 'SIGKILL' : 'SIGTERM');
  }
}

/** Starts a function; the first one of the run's target is the one that dies. */
function startFirst(stage: CrashStage, name: FunctionName, { target, crashAt }: CrashRun): Promise<DeployedFunction> {
  if (name !== target) return stage.start(name);
  return stage.start(name, crashAt ? { CRASH_AT: crashAt } : { WRITES_STEPS: 'yes' });
}

/** Sends the request, once more if its receiver died and its sender would. Gives whether the service knows of it. */
async function ask(stage: CrashStage, run: CrashRun): Promise<boolean> {
  const way = run.target === 'exportsPubsub' ? 'exportsPubsub' : 'exportsHttp';
  const first = await startFirst(stage, way, run);
  if (await deliver(first, way, stage.id)) return true;
  await untilEnded(first);
  const next = await stage.start(way);
  if (way === 'exportsPubsub' || run.callerRepeats) return deliver(next, way, stage.id);
  return (await fetch(`${next.url}/v1/exports/${stage.id}`)).ok;
}

/** Ticks until the event is there, and once more: it must not come twice under two ids. */
async function tickUntilAnnounced(stage: CrashStage, run: CrashRun): Promise<void> {
  let poller = await startFirst(stage, 'pollOperations', run);
  let isLast = false;
  for (let ticks = 0; ticks < MOST_TICKS; ticks += 1) {
    await stage.letTimePass();
    const ticked = await post(poller.url, {});
    if (ticked && isLast) return;
    if (!ticked && (await untilEnded(poller))) poller = await stage.start('pollOperations');
    isLast = stage.eventIds().length > 0;
  }
}

/** Whether it was taken: only an answer in the two hundreds says so. */
function deliver(to: DeployedFunction, way: FunctionName, id: string): Promise<boolean> {
  const body = toBody(id);
  if (way === 'exportsHttp') return post(`${to.url}/v1/exports`, body);
  const data = Buffer.from(JSON.stringify(body)).toString('base64');
  const message = { data, attributes: {}, messageId: '1', publishTime: '2026-11-02T08:00:00Z' };
  return post(`${to.url}/${TOPIC}`, { message, subscription: 'projects/p/subscriptions/s' });
}

async function post(url: string, body: object): Promise<boolean> {
  try {
    const response = await fetch(url, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
