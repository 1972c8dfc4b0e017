import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { systemClock } from './clock.ts';
import { type DeployedConfig, readConfig } from './config.ts';
import { createPubSubPublisher } from './events/publisher.ts';
import type { Ledger } from './exports/ledger.ts';
import { createFirestoreLedger } from './exports/ledger-firestore.ts';
import { createSqliteLedger } from './exports/ledger-sqlite.ts';
import { FUNCTION_NAMES, type FunctionName } from './functions/function-names.ts';
import { installDrain } from './functions/intake/drain.ts';
import { installIntake } from './functions/intake/intake.ts';
import { registerFunctions } from './functions/register-functions.ts';
import { createGoogleCredentials } from './google-auth/google-credentials.ts';
import { createHttpFetch } from './http/http-fetch.ts';
import { createLog } from './log.ts';
import { createService } from './service.ts';

const config = readConfig(process.env);
const log = createLog({
  level: config.logLevel,
  write: (line) => process.stdout.write(line),
  ...(config.cloudProject ? { projectId: config.cloudProject } : {}),
});
const draining = new AbortController();
const clock = systemClock;
const httpFetch = createHttpFetch();
const credentials = createGoogleCredentials({ clock });
const service = createService({
  config,
  ledger: createLedger(config),
  publisher: createPubSubPublisher({ topic: config.eventsTopic }),
  credentials,
  fetch: httpFetch,
  clock,
  random: Math.random,
  createId: randomUUID,
  log,
  draining: draining.signal,
});
const target = readTarget();
const intake = installIntake({ functionOf: () => target, draining: draining.signal });
installDrain({ process, draining, intake, clock, log });

registerFunctions(service);

/** Firestore's library is loaded with its first call, SQLite's file is opened here. */
function createLedger(settings: DeployedConfig): Ledger {
  switch (settings.ledgerKind) {
    case 'sqlite':
      return createSqliteLedger({ path: settings.sqlitePath, clock });
    case 'firestore':
      return createFirestoreLedger({
        projectId: settings.cloudProject,
        database: settings.firestoreDatabase,
        ...(settings.firestoreEmulatorHost ? { emulatorHost: settings.firestoreEmulatorHost } : {}),
        getToken: credentials.getToken,
        fetch: httpFetch,
        clock,
        random: Math.random,
      });
  }
}

/** Which of the functions this process serves, by the framework's own rules: its flag, then its variable. */
function readTarget(): FunctionName | undefined {
  const { values } = parseArgs({ strict: false, options: { target: { type: 'string' } } });
  const target = values.target ?? process.env['FUNCTION_TARGET'];
  return FUNCTION_NAMES.find((name) => name === target);
}
