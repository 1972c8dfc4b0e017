import * as z from 'zod';
import type { LogLevel } from './log.ts';
import {
  toAssetPrefix,
  toChoice,
  toCount,
  toList,
  toPattern,
  toPolicy,
  toProject,
  toSecret,
  toText,
  toUrl,
} from './setting-types.ts';

/** Where exports can be recorded; the words of LEDGER. */
export const LEDGERS = ['firestore', 'sqlite'] as const;

/** One of `LEDGERS`. */
export type LedgerKind = (typeof LEDGERS)[number];

/** Every setting of the service. Times are in the unit of their name. */
export interface Config {
  /** Charged when a request names no project. Required. */
  defaultProject: string;
  /** Of Earth Engine's API, without a slash at the end. Default: Google's. */
  earthEngineUrl: string;
  /** `projects/P/topics/T`. Required; may be absent in the local stack only. */
  eventsTopic?: string;
  /** Default: Firestore on Cloud Run, else SQLite. */
  ledgerKind: LedgerKind;
  /** File of the SQLite ledger. Default: `.local/ledger.db`. */
  sqlitePath: string;
  /** Database of the Firestore ledger. Default: `(default)`. */
  firestoreDatabase: string;
  /** Where Firestore is, and whose logs these are. Absent: the logs name no trace; there is no Firestore without. */
  cloudProject?: string;
  /** `HOST:PORT`. Absent: the real Firestore. */
  firestoreEmulatorHost?: string;
  /** At least one. Default: `defaultProject`. */
  allowedProjects: string[];
  /** Asset-name prefixes, by whole segments; at least one. Default: everything in `allowedProjects`. */
  allowedAssets: string[];
  /** How callers by HTTP are told: by Cloud Run, by webhook secret, or by ID token, checked here. Default: `iam`. */
  httpAuth: 'iam' | 'signature' | 'google-id-token';
  /** Base64 of at least 24 bytes each, with or without `whsec_`. With `signature` at least one; default: none. */
  webhookSecrets: string[];
  /** Whom ID tokens must be for. Always there with `google-id-token`. */
  idTokenAudience?: string;
  /** Whose ID tokens are taken. With `google-id-token` at least one; default: none. */
  idTokenEmails: string[];
  /** Default: no rules, so that everybody may do what the lists allow. */
  callerPolicy: CallerPolicy;
  /** What becomes of a graph whose root is none of the exportable classifiers. Default: `reject`. */
  nonExportable: 'reject' | 'warn';
  /** How long a tick may take: 5 to 3,500 s, default 50 s. */
  pollBudgetMs: number;
  /** 1 to 3,500 s: looks again within a tick after so long while something runs. Absent: one look a tick. */
  pollEveryMs?: number;
  /** How long a submission may take to be accepted: 1 to 600 s, default 20 s. */
  submitBudgetMs: number;
  /** Most exports in Earth Engine's queue, per project: 1 to 3,000, which is Earth Engine's own limit and the default. */
  maxPending: number;
  /** How long an export is kept once it is announced: 1 to 3,650, default 90. */
  retentionDays: number;
  /** The least that is written. Default: `info`. */
  logLevel: LogLevel;
}

/** The settings outside the local stack: there is a topic, and for Firestore a project. */
export type DeployedConfig = Config & { eventsTopic: string } & (
    | { ledgerKind: Exclude<LedgerKind, 'firestore'> }
    | { ledgerKind: 'firestore'; cloudProject: string }
  );

/**
 * What single callers may do, by e-mail or subject, `*` for all that are not named; without `*` these may do what the
 * lists allow. With `signature` only `*` counts. `maxPriority`: 0 to 9999.
 */
export type CallerPolicy = Readonly<Record<string, { projects?: string[]; assets?: string[]; maxPriority?: number }>>;

/** One or more settings are wrong; the message names every one, and repeats no value: it may be a secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

type Environment = Readonly<Record<string, string | undefined>>;

const TOPIC = /^(projects\/[^/\s]+\/topics\/)?[A-Za-z][A-Za-z0-9._~%+-]{2,254}$/;
const TOPIC_WANTED = 'projects/P/topics/T or T is wanted';
const EMAIL = toPattern(/^[^@\s]+@[^@\s]+$/, 'e-mail addresses are wanted');
const DATABASE = /^(\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$/;
const HOST_AND_PORT = /^(\[[0-9a-f:.]+\]|[\w.-]+):\d{1,5}$/i;
const anyText = toText('a text is wanted');

const settingsSchema = z.object({
  EARTHENGINE_PROJECT: toProject(),
  EARTHENGINE_URL: toUrl().default('https://earthengine.googleapis.com'),
  EVENTS_TOPIC: toPattern(TOPIC, TOPIC_WANTED).optional(),
  LEDGER: toChoice(...LEDGERS).optional(),
  SQLITE_PATH: anyText.default('.local/ledger.db'),
  FIRESTORE_DATABASE: toPattern(DATABASE, '(default) or the id of a database is wanted').default('(default)'),
  GOOGLE_CLOUD_PROJECT: anyText.optional(),
  FIRESTORE_EMULATOR_HOST: toPattern(HOST_AND_PORT, 'HOST:PORT is wanted').optional(),
  K_SERVICE: anyText.optional(),
  ALLOWED_PROJECTS: toList(toProject()).optional(),
  ALLOWED_ASSETS: toList(toAssetPrefix()).optional(),
  HTTP_AUTH: toChoice('iam', 'signature', 'google-id-token').default('iam'),
  WEBHOOK_SECRETS: toList(toSecret()).default([]),
  ID_TOKEN_AUDIENCE: anyText.optional(),
  ID_TOKEN_EMAILS: toList(EMAIL).default([]),
  CALLER_POLICY: toPolicy().default({}),
  NON_EXPORTABLE: toChoice('reject', 'warn').default('reject'),
  POLL_BUDGET_SECONDS: toCount(5, 3500).default(50),
  POLL_EVERY_SECONDS: toCount(1, 3500).optional(),
  SUBMIT_BUDGET_SECONDS: toCount(1, 600).default(20),
  MAX_PENDING: toCount(1, 3000).default(3000),
  RETENTION_DAYS: toCount(1, 3650).default(90),
  LOG_LEVEL: toChoice('debug', 'info', 'warning', 'error').default('info'),
});

type Settings = z.output<typeof settingsSchema>;

/**
 * Reads the settings from the environment; an empty variable counts as absent. Throws `SettingsError` naming every
 * wrong one.
 */
export function readConfig(environment: Environment, options?: { local?: false }): DeployedConfig;
/** Likewise for `local`, the stack for one machine, which needs no topic. */
export function readConfig(environment: Environment, options: { local: true }): Config;
/** That `DeployedConfig` is whole is what `findConflicts` sees to. */
export function readConfig(environment: Environment, options: { local?: boolean } = {}): Config {
  const given = Object.fromEntries(
    Object.keys(settingsSchema.shape).map((name) => [name, environment[name] || undefined]),
  );
  const parsed = settingsSchema.safeParse(given);
  const faults = [...(parsed.error?.issues ?? []).map(describeIssue), ...findConflicts(given, options)];
  if (!parsed.success || faults.length > 0) {
    throw new SettingsError(`Cannot start with these settings: ${faults.join('; ')}`);
  }
  return toConfig(parsed.data);
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  return `${path.map(String).join('.')}: ${message}`;
}

/** Faults of settings that depend on each other, told together with those of single ones. */
function findConflicts(given: Environment, options: { local?: boolean }): string[] {
  const { EVENTS_TOPIC: topic, GOOGLE_CLOUD_PROJECT: cloudProject, HTTP_AUTH: auth } = given;
  const isOnCloudRun = given['K_SERVICE'] !== undefined;
  const chosen = settingsSchema.shape.LEDGER.safeParse(given['LEDGER']);
  // A word that is no ledger is a fault of its own: what the service would need with another says nothing.
  const ledger = chosen.success ? toLedgerKind(chosen.data, isOnCloudRun) : undefined;
  const conflicts: [isWrong: boolean, fault: string][] = [
    [!topic && !options.local, `EVENTS_TOPIC: it is missing; ${TOPIC_WANTED}`],
    [
      topic !== undefined && !topic.includes('/') && !cloudProject,
      'EVENTS_TOPIC: it names no project; projects/P/topics/T, or GOOGLE_CLOUD_PROJECT beside it, is wanted',
    ],
    [
      ledger === 'sqlite' && isOnCloudRun,
      'LEDGER: it is sqlite, whose file an instance of Cloud Run loses when it stops; firestore is wanted',
    ],
    [
      ledger === 'firestore' && !cloudProject,
      'GOOGLE_CLOUD_PROJECT: it is missing; the project of the Firestore database is wanted',
    ],
    [
      auth === 'signature' && !given['WEBHOOK_SECRETS'],
      'WEBHOOK_SECRETS: it is missing; with HTTP_AUTH=signature at least one is wanted',
    ],
    [
      auth === 'google-id-token' && !given['ID_TOKEN_AUDIENCE'],
      'ID_TOKEN_AUDIENCE: it is missing; with HTTP_AUTH=google-id-token the audience of the tokens is wanted',
    ],
    [
      auth === 'google-id-token' && !given['ID_TOKEN_EMAILS'],
      'ID_TOKEN_EMAILS: it is missing; with HTTP_AUTH=google-id-token the e-mail addresses of the callers are wanted',
    ],
  ];
  return conflicts.filter(([isWrong]) => isWrong).map(([, fault]) => fault);
}

function toConfig(settings: Settings): Config {
  const { EVENTS_TOPIC: topic, GOOGLE_CLOUD_PROJECT: cloudProject, POLL_EVERY_SECONDS: pollEvery } = settings;
  const projects = settings.ALLOWED_PROJECTS ?? [settings.EARTHENGINE_PROJECT];
  return {
    defaultProject: settings.EARTHENGINE_PROJECT,
    earthEngineUrl: settings.EARTHENGINE_URL,
    ...(topic && { eventsTopic: topic.includes('/') ? topic : `projects/${cloudProject}/topics/${topic}` }),
    ledgerKind: toLedgerKind(settings.LEDGER, settings.K_SERVICE !== undefined),
    sqlitePath: settings.SQLITE_PATH,
    firestoreDatabase: settings.FIRESTORE_DATABASE,
    ...(cloudProject && { cloudProject }),
    ...(settings.FIRESTORE_EMULATOR_HOST && { firestoreEmulatorHost: settings.FIRESTORE_EMULATOR_HOST }),
    allowedProjects: projects,
    allowedAssets: settings.ALLOWED_ASSETS ?? projects.map((id) => `projects/${id}/assets`),
    httpAuth: settings.HTTP_AUTH,
    webhookSecrets: settings.WEBHOOK_SECRETS,
    ...(settings.ID_TOKEN_AUDIENCE && { idTokenAudience: settings.ID_TOKEN_AUDIENCE }),
    idTokenEmails: settings.ID_TOKEN_EMAILS,
    callerPolicy: settings.CALLER_POLICY,
    nonExportable: settings.NON_EXPORTABLE,
    pollBudgetMs: settings.POLL_BUDGET_SECONDS * 1000,
    ...(pollEvery && { pollEveryMs: pollEvery * 1000 }),
    submitBudgetMs: settings.SUBMIT_BUDGET_SECONDS * 1000,
    maxPending: settings.MAX_PENDING,
    retentionDays: settings.RETENTION_DAYS,
    logLevel: settings.LOG_LEVEL,
  };
}

function toLedgerKind(chosen: LedgerKind | undefined, isOnCloudRun: boolean): LedgerKind {
  return chosen ?? (isOnCloudRun ? 'firestore' : 'sqlite');
}
