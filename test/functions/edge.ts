import { http } from '@google-cloud/functions-framework';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { createEarthEngineClient } from '../../src/earth-engine/client.ts';
import type { EventMessage } from '../../src/events/completion-event.ts';
import type { Ledger } from '../../src/exports/ledger.ts';
import { LedgerUnavailable } from '../../src/exports/ledger.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import { createPoller } from '../../src/exports/poller.ts';
import { createSender } from '../../src/exports/sending/sender.ts';
import { createSubmitter } from '../../src/exports/submitter.ts';
import { createExportsHttp } from '../../src/functions/exports-http.ts';
import type { ExportsHttpOptions } from '../../src/functions/routes/exports-http-options.ts';
import { createHttpFetch } from '../../src/http/http-fetch.ts';
import { type SimulatorOptions, startSimulator } from '../../src/local/earth-engine-simulator/server.ts';
import { createLog } from '../../src/log.ts';
import { startFunction } from './function-server.ts';

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

/** The body of a small export. */
export function bodyOf(fields: Record<string, unknown> = {}, asset = 'projects/forest-watch/assets/maize') {
  return { expression: EXPRESSION, assetExportOptions: { earthEngineDestination: { name: asset } }, ...fields };
}

/** What an edge is set up with. */
export interface EdgeOptions {
  /** Besides EARTHENGINE_PROJECT=forest-watch. */
  settings?: Record<string, string>;
  simulator?: SimulatorOptions;
  submitBudgetMs?: number;
  parts?: Partial<ExportsHttpOptions>;
}

/** The real parts behind the functions, on a simulated Earth Engine at a socket. */
export async function createParts(options: EdgeOptions = {}) {
  const simulator = await startSimulator({ seed: 1, ...options.simulator });
  const time: { aheadMs: number } = { aheadMs: 0 };
  const clock = { now: () => Date.now() + time.aheadMs, after: systemClock.after };
  const config = readConfig(
    { EARTHENGINE_PROJECT: 'forest-watch', EARTHENGINE_URL: simulator.url, ...options.settings },
    { local: true },
  );
  const lines: string[] = [];
  const log = createLog({ level: 'debug', write: (line) => lines.push(line) });
  const real = createSqliteLedger({ path: ':memory:', clock });
  const { ledger, outage } = withOutage(real);
  const earthEngine = createEarthEngineClient({
    baseUrl: config.earthEngineUrl,
    fetch: createHttpFetch(),
    getToken: async () => 'none',
    clock,
  });
  const submitBudgetMs = options.submitBudgetMs ?? 5_000;
  const sender = createSender({ ledger, earthEngine, clock, random: () => 0, log });
  const draining = new AbortController().signal;
  const submitter = createSubmitter({ ledger, earthEngine, sender, clock, log, draining, submitBudgetMs });
  const events: EventMessage[] = [];
  const outbox: { open: boolean } = { open: true };
  const publisher = {
    async publish(message: EventMessage): Promise<void> {
      if (!outbox.open) throw new Error('Pub/Sub is away');
      events.push(message);
    },
    close: async () => {},
  };
  const poller = createPoller({
    ...{ ledger, earthEngine, sender, clock, log, draining, publisher, submitBudgetMs },
    ...{ pollBudgetMs: 50_000, maxPending: 3000, retentionDays: 90, owner: 'poller-1' },
  });
  return { simulator, clock, time, config, log, lines, ledger, outage, earthEngine, submitter, poller, events, outbox };
}

/** `exportsHttp` on the real functions framework behind the intake, on a port of its own. */
export async function startEdge(options: EdgeOptions = {}) {
  const parts = await createParts(options);
  let ids = 0;
  const createId = () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`;
  http('exportsHttp', createExportsHttp({ ...parts, createId, ...options.parts }));
  const server = await startFunction('exportsHttp');

  async function call(path: string, init: RequestInit & { json?: unknown } = {}) {
    const { json, ...rest } = init;
    const headers = { 'content-type': 'application/json', ...(rest.headers as Record<string, string>) };
    const sent = json === undefined ? rest : { method: 'POST', body: JSON.stringify(json), ...rest };
    const response = await fetch(`${server.url}${path}`, { ...sent, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parseOrText(text) };
  }

  async function close(): Promise<void> {
    await server.close();
    await parts.simulator.close();
    await parts.ledger.close();
  }

  return { ...parts, ...server, call, close };
}

/** A ledger that can be away: every call then fails as one that cannot be reached does. */
function withOutage(ledger: Ledger) {
  const outage: { on: boolean } = { on: false };
  const proxy = new Proxy(ledger, {
    get(target, name, receiver) {
      if (!outage.on || name === 'close') return Reflect.get(target, name, receiver);
      return async () => {
        throw new LedgerUnavailable('Cannot use the ledger: secret-detail');
      };
    },
  });
  return { ledger: proxy, outage };
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
