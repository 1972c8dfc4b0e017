import type { RpcStatus } from './api-error.ts';
import type { RefusalKind } from './refusals.ts';
import type { CancelOutcome, Outcome, Task } from './task.ts';
import type { TimestampDigits } from './timestamp.ts';

/**
 * How often the answers show each peculiarity that has been seen on the wire: 0 never, 1 always, between by chance.
 * A reader of Earth Engine's answers must bear all of them.
 */
export interface Oddities {
  /** The answer to an export lacks `metadata.state`. */
  missingState: number;
  /** An operation lacks its `description`. */
  missingDescription: number;
  /** `startTime` is 1970-01-01T00:00:00Z before the start, instead of absent. Real, hence 1 unless told otherwise. */
  epochStartTime: number;
  /** Stages lack `completeWorkUnits`, `totalWorkUnits` and `description`. */
  stagesWithoutUnits: number;
  /** `totalWorkUnits` is text, as JSON has it for 64-bit integers. */
  textualUnits: number;
  /** A page without operations lacks the key `operations`. Real, hence 1 unless told otherwise. */
  missingOperations: number;
  /** An empty page with a `nextPageToken` comes before the page asked for. */
  emptyPage: number;
  /** `done` is false although the state is SUCCEEDED. */
  doneFalseOnSuccess: number;
}

/** What can be set when the simulator starts and changed while it runs. Unset: the default in brackets. */
export interface Settings {
  /** Tasks that run at once in one project (2, which is what Earth Engine gives by default). */
  slots: number;
  /** PENDING tasks that one project may hold (3000). */
  maxPending: number;
  /** Time before a task that finds a free slot starts (5000; 4 to 8 s have been observed). */
  startDelayMs: number;
  /** Length of one run (75,000). */
  durationMs: number | ((task: Task) => number);
  /** How the run that `task.attempt` counts ends (`SUCCEEDED`). */
  outcome: (task: Task) => Outcome;
  /** From CANCELLING to its end: for a task that ran (5000), and for one that still waited (0: CANCELLED at once). */
  cancelMs: number;
  pendingCancelMs: number;
  /** How a task ends that was cancelled while it ran (`CANCELLED`). */
  cancelOutcome: (task: Task) => CancelOutcome;
  /** Longest life of a task, from its first start (10 days). Whether Earth Engine counts the queueing is not known. */
  lifetimeMs: number;

  /** What a requestId that was used before is answered with (`error`, which is what Earth Engine does). */
  duplicateReply: 'error' | 'same';
  /** How long a requestId is remembered (for ever; Earth Engine's time is not known). */
  requestIdLifetimeMs: number;
  /** Whether an export refused for a full queue uses its requestId up (true: it has been seen). */
  queueFullBurnsId: boolean;
  /** Whether an existing asset is found when the export is submitted or when its task runs (`task`). */
  overwriteRefusedAt: 'submit' | 'task';
  /** Status of four refusals whose texts are known and whose status is not. */
  duplicateStatus: RpcStatus;
  queueFullStatus: RpcStatus;
  dailyEecuStatus: RpcStatus;
  overwriteStatus: RpcStatus;

  /** Order of operations.list (`newestFirst`, as observed; it is not documented). */
  listOrder: 'newestFirst' | 'oldestFirst' | 'byName';
  /** Whether a page token says after which operation to go on (`cursor`) or how many to skip (`offset`). */
  paging: 'cursor' | 'offset';
  /** Operations a page at most (500). */
  maxPageSize: number;
  /** Time before an accepted operation shows in lists (0). */
  listLagMs: number;
  /** Time after which an ended operation is forgotten: 404, and in no list (never). */
  retentionMs: number;
  /** Digits of a second's fraction in timestamps (`mixed`: 3, 6 or 9, and none for a whole second). 0 drops it. */
  timestampDigits: TimestampDigits;
  oddities: Oddities;

  /** Project id, or `*`, to what all its calls are refused with (nothing). */
  refusals: Record<string, RefusalKind>;
  /** The only projects there are (any). */
  projects: string[] | undefined;
  /** Value of the header X-Earth-Engine-Quota-Status, e.g. `parallelism_restricted=true` (no such header). */
  quotaStatus: string | undefined;
  /** Whether a call without a bearer token is refused with 401 (false). */
  requireAuth: boolean;
  /** What projects.getConfig says (`REGISTERED_COMMERCIALLY`). */
  registrationState: string;
}

/** A part of the settings; a part of the oddities is enough too. */
export type SettingsPatch = Partial<Omit<Settings, 'oddities'>> & { oddities?: Partial<Oddities> };

const DEFAULT_ODDITIES: Oddities = {
  missingState: 0,
  missingDescription: 0,
  epochStartTime: 1,
  stagesWithoutUnits: 0,
  textualUnits: 0,
  missingOperations: 1,
  emptyPage: 0,
  doneFalseOnSuccess: 0,
};

/** Every setting, defaults where `patch` is silent. */
export function createSettings(patch: SettingsPatch = {}): Settings {
  const defaults: Settings = {
    slots: 2,
    maxPending: 3000,
    startDelayMs: 5000,
    durationMs: 75_000,
    outcome: () => 'SUCCEEDED',
    cancelMs: 5000,
    pendingCancelMs: 0,
    cancelOutcome: () => 'CANCELLED',
    lifetimeMs: 10 * 24 * 3600 * 1000,
    duplicateReply: 'error',
    requestIdLifetimeMs: Number.POSITIVE_INFINITY,
    queueFullBurnsId: true,
    overwriteRefusedAt: 'task',
    duplicateStatus: 'ALREADY_EXISTS',
    queueFullStatus: 'FAILED_PRECONDITION',
    dailyEecuStatus: 'RESOURCE_EXHAUSTED',
    overwriteStatus: 'INVALID_ARGUMENT',
    listOrder: 'newestFirst',
    paging: 'cursor',
    maxPageSize: 500,
    listLagMs: 0,
    retentionMs: Number.POSITIVE_INFINITY,
    timestampDigits: 'mixed',
    oddities: DEFAULT_ODDITIES,
    refusals: {},
    projects: undefined,
    quotaStatus: undefined,
    requireAuth: false,
    registrationState: 'REGISTERED_COMMERCIALLY',
  };
  return mergeSettings(defaults, patch);
}

/** `settings` with `patch` laid over it; neither is changed. */
export function mergeSettings(settings: Settings, patch: SettingsPatch): Settings {
  return { ...settings, ...patch, oddities: { ...settings.oddities, ...patch.oddities } };
}
