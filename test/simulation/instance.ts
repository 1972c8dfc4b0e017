import type { Clock } from '../../src/clock.ts';
import { createEarthEngineClient } from '../../src/earth-engine/client.ts';
import type { Publisher } from '../../src/events/publisher.ts';
import type { Ledger } from '../../src/exports/ledger.ts';
import { createPoller, type Poller } from '../../src/exports/poller.ts';
import { createSender } from '../../src/exports/sending/sender.ts';
import { createSubmitter, type Submitter } from '../../src/exports/submitter.ts';
import { createLog } from '../../src/log.ts';
import { createChance } from './chance.ts';
import { checkPublished } from './check-published.ts';
import { type Carrier, carryOut, type Life } from './effects.ts';
import { createFaultyLedger } from './faulty-ledger.ts';
import { createFaultyNetwork } from './faulty-network.ts';
import { noteClaims } from './post-guard.ts';
import type { World } from './world.ts';

/** One process of the service: all its functions, on a clock of its own. */
export interface Instance {
  life: Life;
  ledger: Ledger;
  submitter: Submitter;
  poller: Poller;
  /** Tells it to stop, as SIGTERM does. */
  drain(): void;
}

const SUBMIT_BUDGET_MS = 20_000;
const POLL_BUDGET_MS = 50_000;
/** When faults have stopped, everything answers within this time. */
const HEALTHY_MS = 50;

/** Starts the service as it is deployed, but for its ways into the world, and the guard that a mutant removes. */
export function startInstance(world: World, number: number): Instance {
  const { plan, history, mutant } = world;
  const { random } = createChance(plan.seed * 31 + number);
  const life = createLife(world, `i${number}`);
  const clock = createOwnClock(world, life, number);
  const own = { clock, random, world };
  const faultyLedger = noteClaims(
    world,
    createFaultyLedger(world.ledger, createCarrier(world, life, plan.ledgerMs)),
    life,
  );
  const ledger = mutant.ledger?.(faultyLedger, own) ?? faultyLedger;
  const carrier = createCarrier(world, life, plan.networkMs);
  const network = createFaultyNetwork(world, carrier);
  const fetch = mutant.fetch?.(network, own) ?? network;
  const bus = createFaultyBus(world, carrier);
  const publisher = mutant.publisher?.(bus, own) ?? bus;
  const log = createLog({
    level: plan.keepLog ? 'info' : 'error',
    write: (line) => history.note(`${life.name} says`, () => JSON.parse(line)),
  });
  const getToken = async () => 'none';
  const earthEngine = createEarthEngineClient({ baseUrl: 'http://earth-engine', fetch, getToken, clock });
  const sendersLedger = mutant.sendersLedger?.(ledger, own) ?? ledger;
  const sender = createSender({ ledger: sendersLedger, earthEngine, clock, random, log });
  const draining = new AbortController();
  const parts = {
    ledger,
    earthEngine,
    sender,
    clock,
    log,
    submitBudgetMs: SUBMIT_BUDGET_MS,
    draining: draining.signal,
  };
  const poller = createPoller({
    ...parts,
    publisher,
    pollBudgetMs: POLL_BUDGET_MS,
    maxPending: plan.maxPending,
    retentionDays: 90,
    owner: life.name,
    ...(plan.pollEveryMs === undefined ? {} : { pollEveryMs: plan.pollEveryMs }),
  });
  return { life, ledger, submitter: createSubmitter(parts), poller, drain: () => draining.abort() };
}

function createLife({ clock, wait, history }: World, name: string): Life {
  let frozenUntil = 0;
  const life: Life = {
    name,
    alive: true,
    crash() {
      if (life.alive) history.note(`${name} dies`);
      life.alive = false;
    },
    freeze(forMs) {
      frozenUntil = clock.now() + forMs;
    },
    frozenMs: () => Math.max(0, frozenUntil - clock.now()),
    async thawed() {
      while (life.frozenMs() > 0) await wait(life.frozenMs());
    },
  };
  return life;
}

/** Off by some minutes, perhaps set while the world runs; and nothing that a dead instance had timed happens any more. */
function createOwnClock({ plan, clock }: World, life: Life, number: number): Clock {
  const chance = createChance(plan.seed * 37 + number);
  let skewMs = chance.between(-plan.skewMs, plan.skewMs);
  if (plan.clocksJump) {
    clock.after(chance.between(0, plan.faultsEnd), () => {
      skewMs = chance.between(-plan.skewMs, plan.skewMs);
    });
  }
  function after(delayMs: number, task: () => void): () => void {
    let cancel = clock.after(delayMs, run);
    function run(): void {
      if (life.frozenMs() > 0) cancel = clock.after(life.frozenMs(), run);
      else if (life.alive) task();
    }
    return () => cancel();
  }
  return { now: () => clock.now() + skewMs, after };
}

function createCarrier(world: World, life: Life, longestMs: number): Carrier {
  const { effects, history, wait, chance, isHealed } = world;
  const pause = () => wait(longestMs && chance.between(0, isHealed() ? Math.min(longestMs, HEALTHY_MS) : longestMs));
  return { life, effects, history, pause };
}

function createFaultyBus(world: World, carrier: Carrier): Publisher {
  return {
    async publish(message) {
      const run = async () => {
        world.truth.published.push({ at: world.clock.now(), message });
        await checkPublished(world, message);
      };
      const fail = () => new Error('The bus is away');
      await carryOut(carrier, ['bus', `publish ${message.attributes['ce-id']}`], { run, fail });
    },
    async close() {},
  };
}
