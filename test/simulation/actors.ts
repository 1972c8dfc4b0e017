import { cancelExport } from '../../src/exports/cancel.ts';
import { LedgerUnavailable } from '../../src/exports/ledger.ts';
import { retryExport } from '../../src/exports/retry.ts';
import type { Submitted } from '../../src/exports/submitter.ts';
import { parseExportRequest, type ValidRequest } from '../../src/request/export-request.ts';
import { toBody } from '../exports/stage.ts';
import { startIncidents } from './incidents.ts';
import { type Instance, startInstance } from './instance.ts';
import type { PlannedExport } from './plan.ts';
import { toAsset } from './truth.ts';
import type { World } from './world.ts';

/** Everybody who uses the service, and the scheduler that wakes it. */
export interface Actors {
  /** From now on a tick comes so often. */
  setPace(tickEveryMs: number): void;
  stop(): void;
}

/** A caller that hears nothing for so long has been let down. */
const PATIENCE_MS = 90_000;
const SIGTERM_TO_SIGKILL_MS = 10_000;

/** Sets everything going that the plan has in store. */
export function startActors(world: World): Actors {
  const { plan, clock, chance, truth } = world;
  let paceMs = plan.tickEveryMs;
  let isStopped = false;
  let born = 0;
  const start = () => {
    born += 1;
    return startInstance(world, born);
  };
  const instances = Array.from({ length: plan.instances }, start);

  /** One that works: for the dead, and for those that stand still, there are others. */
  function pick(): Instance {
    const index = chance.between(0, instances.length - 1);
    const instance = instances[index];
    if (instance?.life.alive && instance.life.frozenMs() === 0) return instance;
    const fresh = start();
    instances[index] = fresh;
    return fresh;
  }

  async function tick(): Promise<void> {
    const { poller, life } = pick();
    try {
      const report = await poller.tick();
      world.history.note(`${life.name} tick`, () => report);
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) truth.violations.push(`tick of ${life.name} threw ${describe(error)}`);
    }
  }

  function keepTicking(): void {
    if (isStopped) return;
    void tick();
    if (chance.happens(plan.doubleTicks)) void tick();
    clock.after(paceMs, keepTicking);
  }

  for (const planned of plan.exports) startCallers(world, planned, pick);
  for (const stop of plan.stops) {
    clock.after(stop.at, () => {
      const { life, drain } = pick();
      world.history.note(`${life.name} ${stop.kind}`);
      world.history.count(`instance ${stop.kind}`);
      if (stop.kind === 'kill') life.crash();
      else if (stop.kind === 'freeze') life.freeze(stop.forMs);
      else {
        drain();
        clock.after(SIGTERM_TO_SIGKILL_MS, life.crash);
      }
    });
  }
  startIncidents(world);
  clock.after(chance.between(0, paceMs), keepTicking);
  return {
    setPace(tickEveryMs) {
      paceMs = tickEveryMs;
    },
    stop() {
      isStopped = true;
    },
  };
}

function startCallers(world: World, planned: PlannedExport, pick: () => Instance): void {
  const { clock } = world;
  const isMessage = planned.via === 'message';
  const asked = { planned, valid: toValid(planned, {}), pick, isAgain: isMessage || planned.stubborn };
  for (const at of planned.times) clock.after(at, () => void ask(world, asked));
  if (planned.conflict !== undefined) {
    const other = { ...asked, valid: toValid(planned, { description: 'something-else' }), isAgain: false };
    clock.after(planned.conflict, () => void ask(world, other));
  }
  if (planned.cancelAt !== undefined) clock.after(planned.cancelAt, () => void cancel(world, planned, pick));
  for (const at of planned.retryAt) clock.after(at, () => void retry(world, planned, pick));
}

interface Asked {
  planned: PlannedExport;
  valid: ValidRequest;
  pick: () => Instance;
  /** Whether it is asked again until there is an answer. */
  isAgain: boolean;
}

/** Asks for an export, as a call or as the delivery of a message, once or until it is answered. */
async function ask(world: World, asked: Asked): Promise<void> {
  const { truth, ledger, chance, wait } = world;
  const { planned, pick } = asked;
  do {
    const instance = pick();
    const answer = await heed(world, `submit of ${planned.id}`, send(instance, asked));
    if (answer) {
      world.history.note(`${planned.id} is ${answer}`);
      if (answer !== 'recorded') return;
      truth.promised.add(planned.id);
      if (!(await ledger.get(planned.id))) truth.violations.push(`${planned.id}: acknowledged before it was recorded`);
      return;
    }
    await wait(chance.between(1000, 60_000));
  } while (asked.isAgain);
}

async function send({ submitter }: Instance, { planned, valid }: Asked): Promise<Submitted['kind']> {
  const origin = { id: planned.id };
  if (planned.invalid) {
    const message = 'Cannot accept the request: expression: is missing';
    const error = { status: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST', message, remedy: 'Correct it' };
    await submitter.refuse(origin, { project: planned.project, error });
    return 'recorded';
  }
  return (await submitter.submit(valid, origin, { repeat: planned.via === 'call' })).kind;
}

async function cancel(world: World, { id }: PlannedExport, pick: () => Instance): Promise<void> {
  const { ledger } = pick();
  const carryOut = async () => {
    const record = await ledger.get(id);
    if (!record) return;
    world.truth.cancelled.set(`${id}:${record.attempt}`, Number.NaN);
    const { cancelRequestedAt = Number.NaN } = await cancelExport(ledger, record);
    world.truth.cancelled.set(`${id}:${record.attempt}`, cancelRequestedAt);
  };
  await heed(world, `cancel of ${id}`, carryOut());
}

async function retry(world: World, { id }: PlannedExport, pick: () => Instance): Promise<void> {
  const { ledger } = pick();
  const carryOut = async () => {
    const record = await ledger.get(id);
    if (record) world.history.note(`${id} ${(await retryExport(ledger, record, record.attempt)).kind}`);
  };
  const isTwice = world.chance.happens(0.3);
  await Promise.all([carryOut, ...(isTwice ? [carryOut] : [])].map((once) => heed(world, `retry of ${id}`, once())));
}

/** What came of it; undefined when nothing was heard in time, or that the ledger is away. */
async function heed<T>({ truth, wait }: World, what: string, work: Promise<T>): Promise<T | undefined> {
  try {
    return await Promise.race([work, wait(PATIENCE_MS).then(() => undefined)]);
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) truth.violations.push(`${what} threw ${describe(error)}`);
    return undefined;
  }
}

function toValid(planned: PlannedExport, more: object): ValidRequest {
  const { id, project, overwrite, priority } = planned;
  const destination = { name: toAsset(planned), overwrite };
  const body = {
    ...toBody(id, more),
    ...(priority === undefined ? {} : { priority }),
    assetExportOptions: { earthEngineDestination: destination },
  };
  const parsed = parseExportRequest(body, { defaultProject: project, nonExportable: 'reject' });
  if (!parsed.valid)
    throw new Error(`Cannot ask for "${id}": ${JSON.stringify(parsed.violations)}; a valid request is wanted`);
  return parsed;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
