import { byCodeUnits } from '../json-object.ts';

/**
 * `value` as text that is equal for equal JSON: the keys of every object sorted, every string behind its length instead
 * of escaped. Goes down by recursion: the nesting must be known to be bounded, as that of a checked graph is.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return `${value.length}"${value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (!Array.isArray(value)) return writeObject(value as Record<string, unknown>);
  // Coordinates are most of what is large, and written natively in half the time.
  return isOfNumbers(value) ? JSON.stringify(value) : writeList(value);
}

function isOfNumbers(list: unknown[]): boolean {
  return list.every((item) => typeof item === 'number' || (Array.isArray(item) && isOfNumbers(item)));
}

/** Lists within it are not asked again whether they are of numbers: each number is looked at twice at most. */
function writeList(list: unknown[]): string {
  let text = '[';
  for (const item of list) text += `${Array.isArray(item) ? writeList(item) : canonicalJson(item)},`;
  return `${text}]`;
}

function writeObject(members: Record<string, unknown>): string {
  let text = '{';
  for (const key of Object.keys(members).sort(byCodeUnits)) {
    text += `${key.length}"${key}:${canonicalJson(members[key])},`;
  }
  return `${text}}`;
}
