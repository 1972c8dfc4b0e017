import { once } from 'node:events';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import type { EventMessage } from '../../src/events/completion-event.ts';
import { createSqliteLedger } from '../../src/exports/ledger-sqlite.ts';
import type { Fetch } from '../../src/http/http-fetch.ts';
import { type SimulatorOptions, startSimulator } from '../../src/local/earth-engine-simulator/server.ts';
import { createLog } from '../../src/log.ts';
import { createService, type ServiceParts } from '../../src/service.ts';
import { startFunction } from '../functions/function-server.ts';

/** The access token the service sends to Earth Engine. */
export const ACCESS_TOKEN = 'ya29.c.access-token-of-the-service';
/** The account the service runs as. */
const PRINCIPAL = 'exporter@forest-watch.iam.gserviceaccount.com';
/** Text inside the graph of every body made here, to be looked for where no graph belongs. */
export const IN_THE_GRAPH = 'secret_of_the_graph';
/** The project that is allowed unless a test says otherwise. */
export const PROJECT = 'forest-watch';

const EARTH_ENGINE = 'https://earthengine.googleapis.com';

/** A body that asks for a small export to `assets/NAME`. */
export function bodyFor(name: string, fields: Record<string, unknown> = {}) {
  return bodyTo(`projects/${PROJECT}/assets/${name}`, fields);
}

/** A body that asks for a small export to any asset, or what should be one. */
export function bodyTo(asset: unknown, fields: Record<string, unknown> = {}) {
  const treeString = { constantValue: `1) root 9 9 1\n2) ${IN_THE_GRAPH}<5 5 5 0 *\n3) ${IN_THE_GRAPH}>=5 4 4 1 *\n` };
  return {
    expression: {
      result: '0',
      values: {
        '0': { functionInvocationValue: { functionName: 'Classifier.decisionTree', arguments: { treeString } } },
      },
    },
    assetExportOptions: { earthEngineDestination: { name: asset } },
    ...fields,
  };
}

/** A push as Pub/Sub sends it. */
export function pushOf(data: unknown, attributes: Record<string, unknown> = {}) {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const message = { data: Buffer.from(text).toString('base64'), attributes, messageId: '42', publishTime: 'now' };
  return { message, subscription: 'projects/p/subscriptions/s' };
}

/** The header by which Cloud Run tells who calls: a token whose signature it has taken off. */
export function asCaller(claims: Record<string, unknown>): { authorization: string } {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return { authorization: `Bearer ${encode({ alg: 'RS256' })}.${encode(claims)}.SIGNATURE_REMOVED_BY_GOOGLE` };
}

/** What came back over the socket. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Its JSON; undefined where it is none. */
  body: unknown;
}

/** What is sent: `json` makes a POST with its content type. */
export interface Attack {
  method?: string;
  headers?: OutgoingHttpHeaders;
  json?: unknown;
  body?: string | Buffer;
}

/** Sends just these bytes and headers: nothing is normalised, as `fetch` would. */
export async function attack(port: number, path: string, options: Attack = {}): Promise<Reply> {
  const { json, headers = {} } = options;
  const body = json === undefined ? options.body : JSON.stringify(json);
  const method = options.method ?? (body === undefined ? 'GET' : 'POST');
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const call = request({
    port,
    host: '127.0.0.1',
    path,
    method,
    headers: { ...type, ...length, ...headers },
    agent: false,
  });
  call.on('error', () => {});
  call.end(body);
  const [response] = await once(call, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode, headers: response.headers, text, body: parseJson(text) };
}

/** What an attacked service is set up with. */
export interface AttackedServiceOptions {
  /** Besides EARTHENGINE_PROJECT=forest-watch, a short submit budget and LOG_LEVEL=debug. */
  settings?: Record<string, string>;
  simulator?: SimulatorOptions;
  parts?: Partial<ServiceParts>;
}

/** A call of the service to Earth Engine, as it left. */
export interface SentCall {
  url: string;
  headers: Record<string, string>;
  redirect: string;
}

/**
 * The whole service as it is deployed, on the real functions framework, a real ledger and a simulated Earth Engine that
 * it takes for Google's own, so that its credentials are at stake.
 */
export async function startAttackedService(options: AttackedServiceOptions = {}) {
  const simulator = await startSimulator({
    seed: 1,
    startDelayMs: 0,
    durationMs: 0,
    requireAuth: true,
    ...options.simulator,
  });
  const config = readConfig(
    {
      EARTHENGINE_PROJECT: PROJECT,
      EARTHENGINE_URL: EARTH_ENGINE,
      SUBMIT_BUDGET_SECONDS: '1',
      LOG_LEVEL: 'debug',
      ...options.settings,
    },
    { local: true },
  );
  const time: { aheadMs: number } = { aheadMs: 0 };
  const clock = { now: () => Date.now() + time.aheadMs, after: systemClock.after };
  const lines: string[] = [];
  const sent: SentCall[] = [];
  const events: EventMessage[] = [];
  const ledger = createSqliteLedger({ path: ':memory:', clock });
  const wire: Fetch = (url, { headers, ...init }) => {
    sent.push({ url, headers, redirect: init.redirect });
    return fetch(url.replace(EARTH_ENGINE, simulator.url), { headers, ...init });
  };
  const service = createService({
    config,
    ledger,
    publisher: { publish: async (event) => void events.push(event), close: async () => {} },
    credentials: { getToken: async () => ACCESS_TOKEN, principal: async () => PRINCIPAL },
    fetch: wire,
    clock,
    random: Math.random,
    createId: crypto.randomUUID.bind(crypto),
    log: createLog({ level: config.logLevel, write: (line) => lines.push(line) }),
    draining: new AbortController().signal,
    ...options.parts,
  });
  http('exportsHttp', service.exportsHttp);
  cloudEvent('exportsPubsub', service.exportsPubsub);
  http('pollOperations', service.pollOperations);
  const exportsHttp = await startFunction('exportsHttp');
  const exportsPubsub = await startFunction('exportsPubsub');
  const pollOperations = await startFunction('pollOperations');

  async function records() {
    return (await ledger.list({}, { pageSize: 500 })).exports;
  }
  async function close(): Promise<void> {
    for (const server of [exportsHttp, exportsPubsub, pollOperations]) await server.close();
    await simulator.close();
    await ledger.close();
  }

  return {
    ...{ simulator, config, time, clock, lines, sent, events, ledger, records, close },
    port: exportsHttp.port,
    pubsubPort: exportsPubsub.port,
    pollPort: pollOperations.port,
    /** To `exportsHttp`. */
    call: (path: string, attacking?: Attack) => attack(exportsHttp.port, path, attacking),
    /** To `exportsPubsub`, as a push. */
    push: (json: unknown, headers?: OutgoingHttpHeaders) =>
      attack(exportsPubsub.port, '/', { json, ...(headers ? { headers } : {}) }),
    /** One tick; resolves to its answer. */
    tick: () => attack(pollOperations.port, '/', { method: 'POST' }),
  };
}

export type AttackedService = Awaited<ReturnType<typeof startAttackedService>>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
