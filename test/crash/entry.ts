/**
 * The three functions in one entry, put together of the real parts, with a named step at which the process kills itself
 * (`CRASH_AT=ledger.update:after:2`: after the second update has taken effect) and a clock that others may set forward.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { type Clock, systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { createHttpFetch, type Fetch } from '../../src/http/http-fetch.ts';
import { createLog } from '../../src/log.ts';
import { createService } from '../../src/service.ts';

const { CRASH_AT = '', EVENTS_FILE = '', STEPS_FILE = '', WRITES_STEPS, CLOCK_FILE = '' } = process.env;
const [crashStep, crashWhen, crashCount] = CRASH_AT.split(':');
const config = readConfig(process.env, { local: true });
const clock: Clock = { ...systemClock, now: () => Date.now() + Number(readFileSync(CLOCK_FILE, 'utf8')) };
const counts = new Map<string, number>();

/** Counts a step, and dies before or after it when it is the one. */
async function pass<Result>(step: string, work: () => Promise<Result>): Promise<Result> {
  const count = (counts.get(step) ?? 0) + 1;
  counts.set(step, count);
  if (WRITES_STEPS) appendFileSync(STEPS_FILE, `${step}:${count}\n`);
  const isMine = step === crashStep && count === Number(crashCount);
  if (isMine && crashWhen === 'before') process.kill(process.pid, 'SIGKILL');
  const result = await work();
  if (isMine && crashWhen === 'after') process.kill(process.pid, 'SIGKILL');
  return result;
}

async function openLedger() {
  if (config.ledgerKind === 'firestore') {
    const { createFirestoreLedger } = await import('../../src/exports/ledger-firestore.ts');
    const emulator = config.firestoreEmulatorHost ? { emulatorHost: config.firestoreEmulatorHost } : {};
    const projectId = config.cloudProject ?? '';
    return createFirestoreLedger({ projectId, ...emulator, getToken: async () => '', clock, random: Math.random });
  }
  const { createSqliteLedger } = await import('../../src/exports/ledger-sqlite.ts');
  return createSqliteLedger({ path: config.sqlitePath, clock });
}

const ledger = new Proxy(await openLedger(), {
  get(target, name, receiver) {
    const method = Reflect.get(target, name, receiver);
    if (name === 'now' || typeof method !== 'function') return method;
    return (...values: unknown[]) => pass(`ledger.${String(name)}`, async () => Reflect.apply(method, target, values));
  },
});

const httpFetch = createHttpFetch();
const crashingFetch: Fetch = (url, init) => {
  const step = `${init.method} ${new URL(url).pathname.replace(/^.*\/(classifier:export|operations)(\/[^:]*)?/, '$1')}`;
  return pass(`fetch.${step.replaceAll(':', '-')}`, () => httpFetch(url, init));
};

const publisher = {
  publish: ({ attributes }: { attributes: Record<string, string> }) =>
    pass('publish', async () => appendFileSync(EVENTS_FILE, `${attributes['ce-id']}\n`)),
  close: async () => {},
};

const service = createService({
  ...{ config, ledger, publisher, clock, random: Math.random, createId: randomUUID, fetch: crashingFetch },
  credentials: { getToken: async () => '', principal: async () => undefined },
  log: createLog({ level: config.logLevel, write: (line) => process.stdout.write(line) }),
  draining: new AbortController().signal,
});

http('exportsHttp', service.exportsHttp);
cloudEvent('exportsPubsub', service.exportsPubsub);
http('pollOperations', service.pollOperations);
