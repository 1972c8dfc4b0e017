import * as z from 'zod';
import type { LogLevel } from './log.ts';

/** Every setting of the service. Times are in the unit of their name. */
export interface Config {
  /** Charged when a request names no project. */
  defaultProject: string;
  earthEngineUrl: string;
  /** `projects/P/topics/T`; absent in the local stack only. */
  eventsTopic?: string;
  ledger: 'firestore' | 'sqlite';
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

/** One or more settings are wrong; the message names every one. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

type Environment = Readonly<Record<string, string | undefined>>;

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const count = (low: number, high: number, fallback: number) =>
  z.coerce.number<string>().int().min(low).max(high).default(fallback);

const policySchema = z.record(
  z.string(),
  z.strictObject({
    projects: z.array(z.string()).exactOptional(),
    assets: z.array(z.string()).exactOptional(),
    maxPriority: z.int().min(0).max(9999).exactOptional(),
  }),
);

const settingsSchema = z.object({
  EARTHENGINE_PROJECT: z.string({ error: 'required: the project charged when a request names none' }).min(1),
  EARTHENGINE_URL: z.url({ protocol: /^https?$/ }).default('https://earthengine.googleapis.com'),
  EVENTS_TOPIC: z
    .string()
    .regex(/^(projects\/[^/]+\/topics\/)?[A-Za-z][A-Za-z0-9._~%+-]{2,254}$/, 'wanted is projects/P/topics/T or T')
    .optional(),
  LEDGER: z.enum(['firestore', 'sqlite']).optional(),
  SQLITE_PATH: z.string().min(1).default('.local/ledger.db'),
  FIRESTORE_DATABASE: z.string().min(1).default('(default)'),
  GOOGLE_CLOUD_PROJECT: z.string().min(1).optional(),
  FIRESTORE_EMULATOR_HOST: z.string().min(1).optional(),
  K_SERVICE: z.string().optional(),
  ALLOWED_PROJECTS: list.optional(),
  ALLOWED_ASSETS: list.optional(),
  HTTP_AUTH: z.enum(['iam', 'signature', 'google-id-token']).default('iam'),
  WEBHOOK_SECRETS: list.default([]),
  ID_TOKEN_AUDIENCE: z.string().min(1).optional(),
  ID_TOKEN_EMAILS: list.default([]),
  CALLER_POLICY: z.string().transform(parseJson).pipe(policySchema).default({}),
  NON_EXPORTABLE: z.enum(['reject', 'warn']).default('reject'),
  POLL_BUDGET_SECONDS: count(5, 3500, 50),
  POLL_EVERY_SECONDS: z.coerce.number<string>().int().min(1).max(3500).optional(),
  SUBMIT_BUDGET_SECONDS: count(1, 600, 20),
  MAX_PENDING: count(1, 3000, 3000),
  RETENTION_DAYS: count(1, 3650, 90),
  LOG_LEVEL: z.enum(['debug', 'info', 'warning', 'error']).default('info'),
});

/**
 * Reads the settings from the environment; an empty variable counts as absent. Throws `SettingsError` naming every
 * wrong one. `local`: the stack for one machine, which needs no topic.
 */
export function readConfig(environment: Environment, options: { local?: boolean } = {}): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = settingsSchema.safeParse(given);
  const faults = parsed.success ? findConflicts(parsed.data, options) : parsed.error.issues.map(describeIssue);
  if (!parsed.success || faults.length > 0) {
    throw new SettingsError(`Cannot start with these settings: ${faults.join('; ')}`);
  }
  return toConfig(parsed.data);
}

type Settings = z.output<typeof settingsSchema>;

function findConflicts(settings: Settings, options: { local?: boolean }): string[] {
  const faults: string[] = [];
  if (!settings.EVENTS_TOPIC && !options.local) faults.push('EVENTS_TOPIC is required: the topic of completion events');
  if (settings.EVENTS_TOPIC && !settings.EVENTS_TOPIC.includes('/') && !settings.GOOGLE_CLOUD_PROJECT) {
    faults.push('EVENTS_TOPIC names no project: write projects/P/topics/T or set GOOGLE_CLOUD_PROJECT');
  }
  if (settings.LEDGER === 'sqlite' && settings.K_SERVICE) {
    faults.push('LEDGER is "sqlite": a Cloud Run instance loses its disk when it stops; wanted is "firestore"');
  }
  if (toLedger(settings) === 'firestore' && !settings.GOOGLE_CLOUD_PROJECT) {
    faults.push('GOOGLE_CLOUD_PROJECT is required with the Firestore ledger: the project its database is in');
  }
  if (settings.HTTP_AUTH === 'signature' && settings.WEBHOOK_SECRETS.length === 0) {
    faults.push('WEBHOOK_SECRETS is required with HTTP_AUTH=signature');
  }
  if (settings.HTTP_AUTH === 'google-id-token') {
    if (!settings.ID_TOKEN_AUDIENCE) faults.push('ID_TOKEN_AUDIENCE is required with HTTP_AUTH=google-id-token');
    if (settings.ID_TOKEN_EMAILS.length === 0)
      faults.push('ID_TOKEN_EMAILS is required with HTTP_AUTH=google-id-token');
  }
  return faults;
}

function toConfig(settings: Settings): Config {
  const topic = settings.EVENTS_TOPIC;
  const projects = settings.ALLOWED_PROJECTS ?? [settings.EARTHENGINE_PROJECT];
  return {
    defaultProject: settings.EARTHENGINE_PROJECT,
    earthEngineUrl: settings.EARTHENGINE_URL.replace(/\/+$/, ''),
    ...(topic
      ? { eventsTopic: topic.includes('/') ? topic : `projects/${settings.GOOGLE_CLOUD_PROJECT}/topics/${topic}` }
      : {}),
    ledger: toLedger(settings),
    sqlitePath: settings.SQLITE_PATH,
    firestoreDatabase: settings.FIRESTORE_DATABASE,
    ...(settings.GOOGLE_CLOUD_PROJECT ? { cloudProject: settings.GOOGLE_CLOUD_PROJECT } : {}),
    ...(settings.FIRESTORE_EMULATOR_HOST ? { firestoreEmulatorHost: settings.FIRESTORE_EMULATOR_HOST } : {}),
    allowedProjects: projects,
    allowedAssets: settings.ALLOWED_ASSETS ?? projects.map((project) => `projects/${project}/assets`),
    httpAuth: settings.HTTP_AUTH,
    webhookSecrets: settings.WEBHOOK_SECRETS,
    ...(settings.ID_TOKEN_AUDIENCE ? { idTokenAudience: settings.ID_TOKEN_AUDIENCE } : {}),
    idTokenEmails: settings.ID_TOKEN_EMAILS,
    callerPolicy: settings.CALLER_POLICY,
    nonExportable: settings.NON_EXPORTABLE,
    pollBudgetMs: settings.POLL_BUDGET_SECONDS * 1000,
    ...(settings.POLL_EVERY_SECONDS ? { pollEveryMs: settings.POLL_EVERY_SECONDS * 1000 } : {}),
    submitBudgetMs: settings.SUBMIT_BUDGET_SECONDS * 1000,
    maxPending: settings.MAX_PENDING,
    retentionDays: settings.RETENTION_DAYS,
    logLevel: settings.LOG_LEVEL,
  };
}

function toLedger(settings: Settings): 'firestore' | 'sqlite' {
  return settings.LEDGER ?? (settings.K_SERVICE ? 'firestore' : 'sqlite');
}

function parseJson(text: string, context: z.core.$RefinementCtx<string>): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('is not JSON; wanted is {"CALLER": {"projects": […], "assets": […], "maxPriority": N}}');
    return z.NEVER;
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const [name = 'settings', ...rest] = issue.path.map(String);
  return `${[name, ...rest].join('.')}: ${issue.message}`;
}
