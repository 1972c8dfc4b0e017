import { byCodeUnits } from '../json-object.ts';

/**
 * `value` as text that is equal for equal JSON: the keys of every object sorted, every string behind its length instead
 * of escaped. Goes down by recursion: the nesting must be known to be bounded, as that of a checked graph is.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return `${value.length}"${value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? writeList(value) : writeObject(value as Record<string, unknown>);
}

function writeList(list: unknown[]): string {
  if (isOfNumbers(list)) {
    // Coordinates are most of what is large: written natively, they take half the time.
    const text = JSON.stringify(list);
    if (!/["{]/.test(text)) return text;
  }
  let text = '[';
  for (const item of list) text += `${canonicalJson(item)},`;
  return `${text}]`;
}

function writeObject(members: Record<string, unknown>): string {
  let text = '{';
  for (const key of Object.keys(members).sort(byCodeUnits))
    text += `${key.length}"${key}:${canonicalJson(members[key])},`;
  return `${text}}`;
}

function isOfNumbers(list: unknown[]): boolean {
  let first: unknown = list;
  while (Array.isArray(first)) first = first[0];
  return typeof first === 'number';
}
