import { createEarthEngineClient, type Fetch } from '../../src/earth-engine/client.ts';
import type { EventMessage } from '../../src/events/completion-event.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { createPoller } from '../../src/exports/poller.ts';
import { createSender } from '../../src/exports/sender.ts';
import { createSubmitter } from '../../src/exports/submitter.ts';
import { createEarthEngineModel } from '../../src/local/earth-engine-simulator/model.ts';
import { createSeededRandom } from '../../src/local/earth-engine-simulator/seeded-random.ts';
import type { SettingsPatch } from '../../src/local/earth-engine-simulator/settings.ts';
import { createLog } from '../../src/log.ts';
import { parseExportRequest } from '../../src/request/export-request.ts';
import { createInProcessFetch } from '../simulation/in-process-fetch.ts';
import { createVirtualClock } from '../simulation/virtual-clock.ts';

const START = Date.parse('2026-11-02T08:00:00Z');

/** A small decision tree: the least an export can be. */
export const EXPRESSION = {
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
  /** Stands between the client and the model. */
  network?: (next: Fetch) => Fetch;
  submitBudgetMs?: number;
  pollEveryMs?: number;
  maxPending?: number;
}

/** The real submitter and poller on a real ledger, against the simulator's model, in virtual time. */
export function createStage(options: StageOptions = {}) {
  const clock = createVirtualClock(START);
  const random = createSeededRandom(1);
  const model = createEarthEngineModel({ now: clock.now, random, ...options.settings });
  const fetch = createInProcessFetch(model);
  const earthEngine = createEarthEngineClient({
    baseUrl: 'http://simulator',
    fetch: options.network?.(fetch) ?? fetch,
    getToken: async () => 'none',
    clock,
  });
  const lines: string[] = [];
  const log = createLog({ level: 'debug', write: (line) => lines.push(line) });
  const ledger = createSqliteLedger({ path: ':memory:', clock });
  const events: EventMessage[] = [];
  const publisher = {
    failing: false,
    async publish(message: EventMessage) {
      if (publisher.failing) throw new Error('Pub/Sub is away');
      events.push(message);
    },
    async close() {},
  };
  const submitBudgetMs = options.submitBudgetMs ?? 20_000;
  const sender = createSender({ ledger, earthEngine, clock, random, log });
  const submitter = createSubmitter({ ledger, sender, earthEngine, clock, log, submitBudgetMs });
  const poller = createPoller({
    ledger,
    earthEngine,
    sender,
    clock,
    log,
    publisher,
    submitBudgetMs,
    pollBudgetMs: 50_000,
    maxPending: options.maxPending ?? 3000,
    retentionDays: 90,
    owner: 'poller-1',
    ...(options.pollEveryMs === undefined ? {} : { pollEveryMs: options.pollEveryMs }),
  });
  return {
    clock,
    model,
    ledger,
    events,
    lines,
    publisher,
    submitter,
    poller,
    earthEngine,
    /** Submits the least export under an id. */
    submit(id: string, body: object = {}, how = { repeat: true }) {
      const valid = parseExportRequest(toBody(id, body), { defaultProject: 'my-project', nonExportable: 'reject' });
      if (!valid.valid) throw new Error(JSON.stringify(valid.violations));
      return clock.runUntil(submitter.submit(valid, { id }, how));
    },
    tick: () => clock.runUntil(poller.tick()),
    /** Ticks once a minute for so long. */
    async tickFor(minutes: number) {
      for (let minute = 0; minute < minutes; minute += 1) {
        await clock.runUntil(poller.tick());
        await clock.advance(60_000);
      }
    },
  };
}

/** The body of the least request. */
export function toBody(id: string, more: object = {}): object {
  const name = `projects/my-project/assets/${id}`;
  return { expression: EXPRESSION, requestId: id, assetExportOptions: { earthEngineDestination: { name } }, ...more };
}
