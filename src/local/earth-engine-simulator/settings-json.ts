import { isRpcStatus } from './api-error.ts';
import { isJsonObject } from './json-object.ts';
import { isRefusalKind } from './refusals.ts';
import { createSettings, type SettingsPatch } from './settings.ts';

type Check = (value: unknown) => boolean;

/** The settings that JSON can hold: all but functions. */
const CHECKS: Record<string, Check> = {
  slots: isAmount,
  maxPending: isAmount,
  startDelayMs: isAmount,
  durationMs: isAmount,
  cancelMs: isAmount,
  pendingCancelMs: isAmount,
  lifetimeMs: isAmount,
  duplicateReply: isOneOf('error', 'same'),
  requestIdLifetimeMs: isAmount,
  queueFullBurnsId: isOneOf(true, false),
  overwriteRefusedAt: isOneOf('submit', 'task'),
  duplicateStatus: isRpcStatus,
  queueFullStatus: isRpcStatus,
  dailyEecuStatus: isRpcStatus,
  overwriteStatus: isRpcStatus,
  listOrder: isOneOf('newestFirst', 'oldestFirst', 'byName'),
  paging: isOneOf('cursor', 'offset'),
  maxPageSize: isAmount,
  listLagMs: isAmount,
  retentionMs: isAmount,
  timestampDigits: isOneOf(0, 3, 6, 9, 'mixed'),
  oddities: isOddities,
  refusals: (value) => isJsonObject(value) && Object.values(value).every(isRefusalKind),
  projects: (value) => Array.isArray(value) && value.every(isText),
  quotaStatus: isText,
  requireAuth: isOneOf(true, false),
  registrationState: isText,
};

/**
 * Settings from JSON.
 * @throws {TypeError} naming every key that is unknown or has a wrong value
 */
export function parseSettings(value: unknown): SettingsPatch {
  if (isSettings(value)) return value;
  const keys = isJsonObject(value) ? findWrongKeys(value).join(', ') : 'not an object';
  throw new TypeError(`Cannot change settings: ${keys}; wanted are right values for ${Object.keys(CHECKS).join(', ')}`);
}

function isSettings(value: unknown): value is SettingsPatch {
  return isJsonObject(value) && findWrongKeys(value).length === 0;
}

function findWrongKeys(settings: Record<string, unknown>): string[] {
  return Object.keys(settings).filter((key) => !Object.hasOwn(CHECKS, key) || CHECKS[key]?.(settings[key]) !== true);
}

function isOddities(value: unknown): boolean {
  const { oddities } = createSettings();
  if (!isJsonObject(value)) return false;
  return Object.entries(value).every(([key, rate]) => Object.hasOwn(oddities, key) && isAmount(rate));
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isOneOf(...values: unknown[]): Check {
  return (value) => values.includes(value);
}
