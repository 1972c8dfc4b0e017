// Functions under test, in a process of their own; its arguments say which.
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { systemClock } from '../src/clock.ts';
import { readConfig } from '../src/config.ts';
import { createSqliteLedger } from '../src/exports/ledger-sqlite.ts';
import type { FunctionName } from '../src/functions/function-names.ts';
import { installIntake } from '../src/functions/intake/intake.ts';
import { createLog } from '../src/log.ts';
import { createService } from '../src/service.ts';

/** The servers of the process, by the names they are registered under. */
const SERVED = {
  exportsHttp: 'exportsHttp',
  /** The same with HTTP_AUTH=signature. */
  signedHttp: 'exportsHttp',
  exportsPubsub: 'exportsPubsub',
  pollOperations: 'pollOperations',
} as const satisfies Record<string, FunctionName>;

/** Name of a server. */
export type Target = keyof typeof SERVED;

/** What the process tells when it is asked: with garbage collected, and since it was asked last. */
export interface Health {
  heapUsedBytes: number;
  rssBytes: number;
  /** The longest time the event loop stood still; on a busy machine also for want of a processor. */
  blockedMs: number;
  /** Processor time that was used. */
  cpuMs: number;
  /** Most memory the process ever had. */
  peakRssBytes: number;
  /** Log lines that are not one JSON object each, or tell of a fault of the service's own. */
  badLines: string[];
}

const KEPT_BAD_LINES = 20;
const servers = new Map<Server, FunctionName>();
const badLines: string[] = [];
let cpuBefore = process.cpuUsage();
const delay = monitorEventLoopDelay({ resolution: 5 });

if (process.send) await serve();

async function serve(): Promise<void> {
  installIntake({ functionOf: (_, server) => servers.get(server) });
  const log = createLog({ level: 'info', write: checkLine });
  const environment = { SUBMIT_BUDGET_SECONDS: '1', POLL_BUDGET_SECONDS: '5', ...process.env };
  const config = readConfig(environment, { local: true });
  const ledger = createSqliteLedger({ path: config.sqlitePath, clock: systemClock });
  const parts = {
    ...{ ledger, log, fetch, clock: systemClock, random: Math.random, createId: randomUUID },
    publisher: { publish: async () => {}, close: async () => {} },
    credentials: { getToken: async () => '', principal: async () => undefined },
    draining: new AbortController().signal,
  };
  const service = createService({ ...parts, config });
  const signed = createService({ ...parts, config: { ...config, httpAuth: 'signature' } });
  http('exportsHttp', service.exportsHttp);
  http('signedHttp', signed.exportsHttp);
  cloudEvent('exportsPubsub', service.exportsPubsub);
  http('pollOperations', service.pollOperations);
  const wanted = process.argv.slice(2);
  const served = Object.entries(SERVED).filter(([target]) => wanted.includes(target));
  const ports = await Promise.all(served.map(([target, name]) => listen(target, name)));
  delay.enable();
  process.on('message', () => process.send?.(readHealth()));
  process.on('disconnect', () => process.exit());
  process.send?.(Object.fromEntries(ports));
}

async function listen(target: string, name: FunctionName): Promise<[string, number]> {
  const server = getTestServer(target);
  servers.set(server, name);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return [target, (server.address() as AddressInfo).port];
}

function checkLine(line: string): void {
  if (badLines.length < KEPT_BAD_LINES && (!isObjectLine(line) || line.includes('"severity":"ERROR"'))) {
    badLines.push(line.slice(0, 2_000));
  }
}

function isObjectLine(line: string): boolean {
  try {
    return line.indexOf('\n') === line.length - 1 && typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

function readHealth(): Health {
  const blockedMs = delay.max / 1e6;
  const { user, system } = process.cpuUsage(cpuBefore);
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  delay.reset();
  cpuBefore = process.cpuUsage();
  return {
    heapUsedBytes: heapUsed,
    rssBytes: rss,
    blockedMs,
    cpuMs: (user + system) / 1_000,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    badLines: badLines.splice(0),
  };
}
