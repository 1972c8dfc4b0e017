import { createEarthEngineClient } from '../../src/earth-engine/client.ts';
import type { EventMessage } from '../../src/events/completion-event.ts';
import { cancelExport } from '../../src/exports/cancel.ts';
import type { ExportRecord } from '../../src/exports/export.ts';
import { type Ledger, LedgerUnavailable } from '../../src/exports/ledger.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { createPoller } from '../../src/exports/poller.ts';
import { retryExport } from '../../src/exports/retry.ts';
import { createSender } from '../../src/exports/sending/sender.ts';
import { createSubmitter } from '../../src/exports/submitter.ts';
import type { Fetch } from '../../src/http/http-fetch.ts';
import { createFaults } from '../../src/local/earth-engine-simulator/faults.ts';
import type { SimulatorRequest } from '../../src/local/earth-engine-simulator/handle.ts';
import { createEarthEngineModel } from '../../src/local/earth-engine-simulator/model.ts';
import { createSeededRandom } from '../../src/local/earth-engine-simulator/seeded-random.ts';
import type { SettingsPatch } from '../../src/local/earth-engine-simulator/settings.ts';
import { createLog } from '../../src/log.ts';
import { parseExportRequest, type ValidRequest } from '../../src/request/export-request.ts';
import { createInProcessFetch } from '../simulation/in-process-fetch.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';

const START = Date.parse('2026-11-02T08:00:00Z');

/** A small decision tree: the least an export can be. */
const EXPRESSION = {
  result: '0',
  values: {
    '0': {
      functionInvocationValue: {
        functionName: 'Classifier.decisionTree',
        arguments: { treeString: { constantValue: '1) root 9 9 1 *\n' } },
      },
    },
  },
};

/** What a stage is set up with. */
export interface StageOptions {
  settings?: SettingsPatch;
  /** Assets that are there, five hours old. */
  assets?: { name: string; type: string }[];
  /** Stands between the client and the model, for what no script of faults can say. */
  network?: (next: Fetch) => Fetch;
  submitBudgetMs?: number;
  pollEveryMs?: number;
  maxPending?: number;
  principal?: string;
}

/** The real submitter and poller on a real ledger, against the simulator's model, in virtual time. */
export function createStage(options: StageOptions = {}) {
  const clock = createVirtualClock(START);
  const random = createSeededRandom(1);
  let now = () => START - 5 * 3_600_000;
  const assets = options.assets ?? [];
  const model = createEarthEngineModel({ now: () => now(), random, assets, ...options.settings });
  now = clock.now;
  const faults = createFaults([], random);
  const requests: SimulatorRequest[] = [];
  const ledger = createSqliteLedger({ path: ':memory:', clock });
  const lines: string[] = [];
  const events: EventMessage[] = [];
  const publisher = createBus(events);
  const away = { ledger: false };
  let processes = 0;

  /** The service as one process of its own, in the same world; its clock may be off. */
  function createProcess(skewMs = 0) {
    processes += 1;
    const own = clock.skewed(skewMs);
    const draining = new AbortController();
    const wire = createInProcessFetch(model, { faults, clock, onRequest: (request) => requests.push(request) });
    const fetch = options.network?.(wire) ?? wire;
    const getToken = async () => 'none';
    const parts = {
      ledger: createAbsentLedger(ledger, away),
      earthEngine: createEarthEngineClient({ baseUrl: 'http://simulator', fetch, getToken, clock: own }),
      clock: own,
      random,
      log: createLog({ level: 'debug', write: (line) => lines.push(line) }),
      submitBudgetMs: options.submitBudgetMs ?? 20_000,
      draining: draining.signal,
      ...(options.principal === undefined ? {} : { principal: async () => options.principal }),
    };
    const sender = createSender(parts);
    const submitter = createSubmitter({ ...parts, sender });
    const poller = createPoller({
      ...parts,
      sender,
      publisher,
      pollBudgetMs: 50_000,
      maxPending: options.maxPending ?? 3000,
      retentionDays: 90,
      owner: `poller-${processes}`,
      ...(options.pollEveryMs === undefined ? {} : { pollEveryMs: options.pollEveryMs }),
    });
    return { ...parts, sender, submitter, poller, drain: () => draining.abort() };
  }

  const first = createProcess();
  return {
    ...first,
    clock,
    model,
    /** As it is, also when it is out of reach. */
    ledger,
    /** What goes wrong on the wire to Earth Engine. */
    faults,
    /** Every request that was sent to it. */
    requests,
    /** The requestIds of the exports that were sent. */
    sentIds: () => requests.filter(isExport).map(({ body }) => JSON.parse(String(body)).requestId as string),
    events,
    eventIds: () => events.map(({ attributes }) => attributes['ce-id']),
    lines,
    publisher,
    /** Whether the ledger is out of reach. */
    away,
    createProcess,
    /** Submits the least export under an id. */
    submit: (id: string, body: object = {}, how = { repeat: true }) =>
      clock.runUntil(first.submitter.submit(toValid(id, body), { id }, how)),
    tick: () => clock.runUntil(first.poller.tick()),
    /** Ticks once a minute for so long. */
    async tickFor(minutes: number) {
      for (let minute = 0; minute < minutes; minute += 1) {
        await clock.runUntil(first.poller.tick());
        await clock.advance(60_000);
      }
    },
    /** The record as it is now. */
    async read(id: string): Promise<ExportRecord> {
      const record = await ledger.get(id);
      if (!record) throw new Error(`Cannot read export "${id}": there is no record of it`);
      return record;
    },
    async cancel(id: string): Promise<ExportRecord> {
      return cancelExport(ledger, await this.read(id));
    },
    async retry(id: string, attempt = 1) {
      return retryExport(ledger, await this.read(id), attempt);
    },
  };
}

/** A stage. */
export type Stage = ReturnType<typeof createStage>;

/** The least request, checked. */
export function toValid(id: string, more: object = {}): ValidRequest {
  const valid = parseExportRequest(toBody(id, more), { defaultProject: 'my-project', nonExportable: 'reject' });
  if (!valid.valid) throw new Error(`Cannot submit "${id}": ${JSON.stringify(valid.violations)}`);
  return valid;
}

/** The body of the least request. */
export function toBody(id: string, more: object = {}): object {
  const name = `projects/my-project/assets/${id}`;
  return { expression: EXPRESSION, requestId: id, assetExportOptions: { earthEngineDestination: { name } }, ...more };
}

function isExport({ path }: SimulatorRequest): boolean {
  return path.endsWith('classifier:export');
}

function createBus(events: EventMessage[]) {
  const bus = {
    failing: false as boolean,
    async publish(message: EventMessage) {
      if (bus.failing) throw new Error('Pub/Sub is away');
      events.push(message);
    },
    async close() {},
  };
  return bus;
}

function createAbsentLedger(ledger: Ledger, away: { ledger: boolean }): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        if (away.ledger) throw new LedgerUnavailable('Cannot use the ledger: it is away');
        return method.apply(target, args);
      };
    },
  });
}
