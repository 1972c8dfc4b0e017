import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import type { EventMessage } from '../events/completion-event.ts';
import { createSqliteLedger } from '../exports/ledger-sqlite.ts';
import { isThisMachine } from '../functions/access/this-machine.ts';
import type { FunctionName } from '../functions/function-names.ts';
import { installIntake } from '../functions/intake/intake.ts';
import { registerFunctions } from '../functions/register-functions.ts';
import { createHttpFetch } from '../http/http-fetch.ts';
import { createLog } from '../log.ts';
import { createService } from '../service.ts';
import { type Bus, startBus } from './bus.ts';
import { type Simulator, startSimulator } from './earth-engine-simulator/server.ts';

/** What `startStack` needs; ports of 0 are any free ones. */
export interface StackOptions {
  /** Of the HTTP function. */
  httpPort: number;
  /** Of the topic that requests are published to. */
  busPort: number;
  simulatorPort: number;
  /** Holds the ledger and what the simulator remembers; made if missing. */
  folder: string;
  /** How long the simulated batch tasks run. */
  durationMs: number;
  /** Settings over those of the stack, as environment variables. */
  environment?: Readonly<Record<string, string | undefined>>;
  tickEveryMs?: number;
  /** Where log lines go. */
  writeLog: (line: string) => void;
}

/** The whole service on one machine. */
export interface Stack {
  /** Base URL of the HTTP function, and of the console. */
  url: string;
  simulator: Simulator;
  bus: Bus;
  onEvent(listener: (event: EventMessage) => void): () => void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
/** What the requests in docs/examples train on: `--validate-only` looks for it. */
const TRAINING_TABLE = 'projects/my-project/assets/training';
const PUSH_PATH = '/projects/local/topics/classifier-exports';

/**
 * Starts the Earth Engine simulator, the bus, a SQLite ledger, the three functions on the real functions framework, and
 * a tick every two seconds.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { folder, durationMs, tickEveryMs = 2_000, writeLog } = options;
  const simulator = await startSimulator({
    port: options.simulatorPort,
    stateFile: `${folder}/earth-engine.jsonl`,
    startDelayMs: 1_000,
    durationMs,
  });
  simulator.model.putAsset({ name: TRAINING_TABLE, type: 'TABLE' });
  const config = readConfig(
    {
      EARTHENGINE_PROJECT: 'my-project',
      LEDGER: 'sqlite',
      SQLITE_PATH: `${folder}/ledger.db`,
      ...options.environment,
      EARTHENGINE_URL: simulator.url,
    },
    { local: true },
  );
  const servers = new Map<Server, FunctionName>();
  const draining = new AbortController();
  const functionOf = (_: IncomingMessage, server: Server) => servers.get(server);
  // Nobody is asked for a token here, and another site may have its name lead to this machine (DNS rebinding).
  const intake = installIntake({ functionOf, isOwnHost: isThisMachine, draining: draining.signal });
  const ledger = createSqliteLedger({ path: config.sqlitePath, clock: systemClock });
  const bus = await startBus({ port: options.busPort, pushEndpoint: () => `${urlOf(pubsub)}${PUSH_PATH}` });
  const service = createService({
    config,
    ledger,
    publisher: bus.publisher,
    credentials: { getToken: async () => '', principal: async () => undefined },
    fetch: createHttpFetch(),
    clock: systemClock,
    random: Math.random,
    createId: randomUUID,
    log: createLog({ level: config.logLevel, write: writeLog }),
    draining: draining.signal,
  });
  registerFunctions(service);
  const exportsHttp = await serve('exportsHttp', options.httpPort);
  const pubsub = await serve('exportsPubsub', 0);
  const poll = await serve('pollOperations', 0);
  const stopTicking = startTicking(urlOf(poll), tickEveryMs);

  async function serve(name: FunctionName, port: number): Promise<Server> {
    const server = getTestServer(name);
    servers.set(server, name);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, HOST, resolve);
    });
    return server;
  }

  return {
    url: urlOf(exportsHttp),
    simulator,
    bus,
    onEvent: bus.onEvent,
    async close() {
      draining.abort();
      await stopTicking();
      await bus.close();
      await intake.whenIdle();
      for (const server of servers.keys()) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      intake.remove();
      await ledger.close();
      await simulator.close();
    },
  };
}

/** What Cloud Scheduler does, only more often. The answer ends it after the tick under way. */
function startTicking(url: string, everyMs: number): () => Promise<void> {
  const stopped = new AbortController();
  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      await tick();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        stopped.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
      });
    }
  }
  async function tick(): Promise<void> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      await response.arrayBuffer();
    } catch {
      // The next tick goes on where this one stopped.
    }
  }
  const running = run();
  return () => {
    stopped.abort();
    return running;
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://${HOST}:${typeof address === 'object' && address ? address.port : 0}`;
}
