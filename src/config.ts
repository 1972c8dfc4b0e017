import * as z from 'zod';
import type { LogLevel } from './log.ts';
import { assetNameFault } from './request/fields/asset-name.ts';
import { projectFault } from './request/fields/project-id.ts';

/** Where exports can be recorded; the words of LEDGER. */
export const LEDGERS = ['firestore', 'sqlite'] as const;

/** One of `LEDGERS`. */
export type LedgerKind = (typeof LEDGERS)[number];

/** Every setting of the service. Times are in the unit of their name. */
export interface Config {
  /** Charged when a request names no project. */
  defaultProject: string;
  earthEngineUrl: string;
  /** `projects/P/topics/T`; absent in the local stack only. */
  eventsTopic?: string;
  ledgerKind: LedgerKind;
  sqlitePath: string;
  firestoreDatabase: string;
  /** Where Firestore and Pub/Sub are, and whose logs these are. */
  cloudProject?: string;
  firestoreEmulatorHost?: string;
  allowedProjects: string[];
  /** Asset-name prefixes, by whole segments. */
  allowedAssets: string[];
  httpAuth: 'iam' | 'signature' | 'google-id-token';
  webhookSecrets: string[];
  idTokenAudience?: string;
  idTokenEmails: string[];
  callerPolicy: CallerPolicy;
  nonExportable: 'reject' | 'warn';
  pollBudgetMs: number;
  /** Absent: one look a tick. */
  pollEveryMs?: number;
  submitBudgetMs: number;
  maxPending: number;
  retentionDays: number;
  logLevel: LogLevel;
}

/** What single callers may do, by e-mail, subject or webhook id; a caller that is not named may do what the lists allow. */
export type CallerPolicy = Readonly<Record<string, { projects?: string[]; assets?: string[]; maxPriority?: number }>>;

/** One or more settings are wrong; the message names every one, and repeats no value: it may be a secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

type Environment = Readonly<Record<string, string | undefined>>;

const PROJECT_WANTED = 'the id of a Google Cloud project (or its number) is wanted, e.g. my-project';
const ASSETS_WANTED = 'asset-name prefixes are wanted, e.g. projects/my-project/assets/models';
const LEAST_SECRET_BYTES = 24;
const POLICY_WANTED = '{"CALLER": {"projects": […], "assets": […], "maxPriority": N}} is wanted';

const text = z.string({ error: 'it is missing' });
const project = text.refine((id) => projectFault(id) === undefined, PROJECT_WANTED);
const assets = text.refine(isAssetPrefix, ASSETS_WANTED);

/** Several values with commas between them. */
function toList(item: z.ZodString) {
  return text
    .transform((list) =>
      list
        .split(',')
        .map((value) => value.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item).min(1, 'at least one value is wanted'));
}

function toCount(low: number, high: number) {
  const wanted = `a whole number from ${low} to ${high} is wanted`;
  return text
    .regex(/^\d{1,9}$/, wanted)
    .transform(Number)
    .pipe(z.int().min(low, wanted).max(high, wanted));
}

function toChoice<const Choice extends string>(...choices: Choice[]) {
  return z.enum(choices, { error: `${choices.join(' or ')} is wanted` });
}

function toUrl() {
  const wanted = 'an http or https address without user, password, query and fragment is wanted';
  return text.refine(isPlainUrl, wanted).transform((url) => url.replace(/\/+$/, ''));
}

function isPlainUrl(url: string): boolean {
  const { protocol = '', username, password } = URL.parse(url) ?? {};
  return /^https?:$/.test(protocol) && !username && !password && !/[?#\s]/.test(url);
}

/** Whether requests may name it, or an asset under it: another prefix would have every one of them refused. */
function isAssetPrefix(prefix: string): boolean {
  const folder = prefix.replace(/\/$/, '');
  // Of a legacy asset three segments are wanted.
  return ['', '/a', '/a/a', '/a/a/a'].some((below) => assetNameFault(folder + below, 'my-project') === undefined);
}

/** As Standard Webhooks wants it. */
function isSecret(secret: string): boolean {
  const base64 = secret.replace(/^whsec_/, '');
  const isBase64 = /^[A-Za-z0-9+/]*={0,2}$/.test(base64) && base64.length % 4 === 0;
  return isBase64 && Buffer.from(base64, 'base64').length >= LEAST_SECRET_BYTES;
}

const callerRules = z.strictObject(
  {
    projects: z.array(project).exactOptional(),
    assets: z.array(assets).exactOptional(),
    maxPriority: z.int().min(0).max(9999).exactOptional(),
  },
  { error: POLICY_WANTED },
);

const settingsSchema = z.object({
  EARTHENGINE_PROJECT: project,
  EARTHENGINE_URL: toUrl().default('https://earthengine.googleapis.com'),
  EVENTS_TOPIC: text
    .regex(/^(projects\/[^/\s]+\/topics\/)?[A-Za-z][A-Za-z0-9._~%+-]{2,254}$/, 'projects/P/topics/T or T is wanted')
    .optional(),
  LEDGER: toChoice(...LEDGERS).optional(),
  SQLITE_PATH: text.default('.local/ledger.db'),
  FIRESTORE_DATABASE: text.default('(default)'),
  GOOGLE_CLOUD_PROJECT: text.optional(),
  FIRESTORE_EMULATOR_HOST: text.optional(),
  K_SERVICE: text.optional(),
  ALLOWED_PROJECTS: toList(project).optional(),
  ALLOWED_ASSETS: toList(assets).optional(),
  HTTP_AUTH: toChoice('iam', 'signature', 'google-id-token').default('iam'),
  WEBHOOK_SECRETS: toList(
    text.refine(isSecret, `base64 of at least ${LEAST_SECRET_BYTES} bytes is wanted, with or without whsec_`),
  ).default([]),
  ID_TOKEN_AUDIENCE: text.optional(),
  ID_TOKEN_EMAILS: toList(text.regex(/^[^@\s]+@[^@\s]+$/, 'e-mail addresses are wanted')).default([]),
  CALLER_POLICY: text
    .transform(parseJson)
    .pipe(z.record(text, callerRules, { error: POLICY_WANTED }))
    .default({}),
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
 * wrong one. `local`: the stack for one machine, which needs no topic.
 */
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
    [!topic && !options.local, 'EVENTS_TOPIC: it is missing; the topic of completion events is wanted'],
    [
      topic !== undefined && !topic.includes('/') && !cloudProject,
      'EVENTS_TOPIC: it names no project; projects/P/topics/T, or GOOGLE_CLOUD_PROJECT beside it, is wanted',
    ],
    [
      ledger === 'sqlite' && isOnCloudRun,
      'LEDGER: an instance of Cloud Run loses its disk when it stops, and SQLite with it; firestore is wanted',
    ],
    [
      ledger === 'firestore' && !cloudProject,
      'GOOGLE_CLOUD_PROJECT: it is missing; the project of the Firestore database is wanted',
    ],
    [auth === 'signature' && !given['WEBHOOK_SECRETS'], 'WEBHOOK_SECRETS: HTTP_AUTH=signature needs at least one'],
    [
      auth === 'google-id-token' && !given['ID_TOKEN_AUDIENCE'],
      'ID_TOKEN_AUDIENCE: HTTP_AUTH=google-id-token needs it',
    ],
    [auth === 'google-id-token' && !given['ID_TOKEN_EMAILS'], 'ID_TOKEN_EMAILS: HTTP_AUTH=google-id-token needs it'],
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

function parseJson(json: string, context: z.core.$RefinementCtx<string>): unknown {
  try {
    return JSON.parse(json);
  } catch {
    context.addIssue(`it is no JSON; ${POLICY_WANTED}`);
    return z.NEVER;
  }
}
