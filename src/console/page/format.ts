const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its two largest units: `4 s`, `2 min 5 s`, `3 h 10 min`, `2 d 4 h`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return joinUnits(ms, { large: MINUTE, small: SECOND }, ['min', 's']);
  if (ms < DAY) return joinUnits(ms, { large: HOUR, small: MINUTE }, ['h', 'min']);
  return joinUnits(ms, { large: DAY, small: HOUR }, ['d', 'h']);
}

/** The same in its largest unit alone, for a table. */
export function formatAge(durationMs: number): string {
  return formatDuration(durationMs).split(' ').slice(0, 2).join(' ');
}

/** A point in time as its reader's own clock and calendar tell it. */
export function formatTime(time: string | number): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** Computing time, which Earth Engine counts in EECU seconds. */
export function formatEecu(seconds: number): string {
  if (seconds < 100) return `${round(seconds, 1)} s`;
  if (seconds < 3600) return `${Math.round(seconds)} s`;
  return `${round(seconds / 3600, seconds < 36_000 ? 2 : 1)} h`;
}

/** A whole number with the reader's own separators. */
export function formatCount(count: number): string {
  return count.toLocaleString();
}

/** A part of 1 as a percentage. */
export function formatPercent(part: number): string {
  return `${Math.round(Math.min(1, Math.max(0, part)) * 100)} %`;
}

/** The part of an asset's name after `/assets/`. */
export function shortAsset(asset: string): string {
  const [, path] = /^projects\/[^/]+\/assets\/(.+)$/.exec(asset) ?? [];
  return path ?? asset;
}

function joinUnits(ms: number, units: { large: number; small: number }, names: [string, string]): string {
  const large = Math.floor(ms / units.large);
  const small = Math.floor((ms % units.large) / units.small);
  return small === 0 ? `${large} ${names[0]}` : `${large} ${names[0]} ${small} ${names[1]}`;
}

function round(value: number, digits: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: digits });
}
