import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { createEarthEngineClient } from './earth-engine/client.ts';
import { isGoogleHost } from './earth-engine/send-call.ts';
import type { Publisher } from './events/publisher.ts';
import type { Ledger } from './exports/ledger.ts';
import { createPoller, type Poller } from './exports/poller.ts';
import { createPreflight } from './exports/preflight.ts';
import { createSender } from './exports/sending/sender.ts';
import { createSubmitter } from './exports/submitter.ts';
import { createExportsHttp } from './functions/exports-http.ts';
import { createExportsPubsub } from './functions/exports-pubsub.ts';
import { createPollOperations } from './functions/poll-operations.ts';
import type { ExportsHttpOptions } from './functions/routes/exports-http-options.ts';
import type { GoogleCredentials } from './google-auth/google-credentials.ts';
import { createIdTokenCheck } from './google-auth/id-token-check.ts';
import type { Fetch } from './http/http-fetch.ts';
import type { Log } from './log.ts';

/** The parts that differ between the cloud, the local stack and a test. */
export interface ServiceParts {
  config: Config;
  ledger: Ledger;
  publisher: Publisher;
  credentials: GoogleCredentials;
  /** Default: by Google's public keys. */
  verifyIdToken?: ReturnType<typeof createIdTokenCheck>;
  fetch: Fetch;
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  /** A new UUID. */
  createId: () => string;
  log: Log;
  /** Aborted when the process is told to stop. */
  draining: AbortSignal;
}

/** The three entry points, and the poller itself for who runs ticks without HTTP. */
export interface Service {
  exportsHttp: ReturnType<typeof createExportsHttp>;
  exportsPubsub: ReturnType<typeof createExportsPubsub>;
  pollOperations: ReturnType<typeof createPollOperations>;
  poller: Poller;
}

/** Puts the service together. Nothing is read or sent before the first request. */
export function createService(parts: ServiceParts): Service {
  const { config, ledger, credentials, clock, random, createId, log, draining } = parts;
  const { submitBudgetMs } = config;
  const principal = isGoogleHost(config.earthEngineUrl) ? credentials.principal : async () => undefined;
  const earthEngine = createEarthEngineClient({
    baseUrl: config.earthEngineUrl,
    fetch: parts.fetch,
    getToken: credentials.getToken,
    clock,
    onCall: (call) => log.debug('Earth Engine was called', call),
  });
  const sender = createSender({ ledger, earthEngine, clock, random, log, principal });
  const submitter = createSubmitter({ ledger, earthEngine, sender, clock, log, principal, submitBudgetMs, draining });
  const preflight = createPreflight({ earthEngine, clock, principal });
  const poller = createPoller({
    ledger,
    earthEngine,
    sender,
    publisher: parts.publisher,
    clock,
    log,
    principal,
    submitBudgetMs,
    draining,
    owner: createId(),
    maxPending: config.maxPending,
    pollBudgetMs: config.pollBudgetMs,
    ...(config.pollEveryMs === undefined ? {} : { pollEveryMs: config.pollEveryMs }),
    retentionDays: config.retentionDays,
  });
  return {
    exportsHttp: createExportsHttp({
      config,
      submitter,
      ledger,
      earthEngine,
      clock,
      log,
      createId,
      verifyIdToken: parts.verifyIdToken ?? createIdTokenCheck({ clock }),
      preflight: ({ request }) => preflight(request),
      page: createLazyPage(),
    }),
    exportsPubsub: createExportsPubsub({ config, submitter, log }),
    pollOperations: createPollOperations({ tick: poller.tick, log }),
    poller,
  };
}

/** The console is loaded with its first page: no export needs it, and what describes the contract takes long to load. */
function createLazyPage(): NonNullable<ExportsHttpOptions['page']> {
  let page: ReturnType<typeof loadConsole> | undefined;
  return async (path) => {
    page ??= loadConsole().catch((error: unknown) => {
      page = undefined;
      throw error;
    });
    return (await page)(path);
  };
}

async function loadConsole() {
  const { createConsole } = await import('./console/console.ts');
  return createConsole();
}
