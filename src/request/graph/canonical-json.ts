import { sortNames } from './sort-names.ts';

/** What has been written before. */
export interface CanonicalMemo {
  /** Names behind their length: few, and used over and over. */
  names: Map<string, string>;
  /** The JSON of lists of nothing but numbers, as far as it is known. */
  numberLists: ReadonlyMap<unknown, string>;
}

/**
 * `value` as text that is equal for equal JSON: the keys of every object sorted, every string behind its length instead
 * of escaped. Goes down by recursion: the nesting must be known to be bounded, as that of a checked graph is.
 */
export function canonicalJson(value: unknown, memo: CanonicalMemo): string {
  if (typeof value === 'string') return `${value.length}"${value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (!Array.isArray(value)) return writeObject(value as Record<string, unknown>, memo);
  // Coordinates are most of what is large, and written natively in half the time.
  return memo.numberLists.get(value) ?? (isOfNumbers(value) ? JSON.stringify(value) : writeList(value, memo));
}

/** `name` behind its length, before what it is the name of. */
export function writeName(name: string, { names }: CanonicalMemo): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = `${name.length}"${name}:`;
  names.set(name, text);
  return text;
}

function isOfNumbers(list: unknown[]): boolean {
  return list.every((item) => typeof item === 'number' || (Array.isArray(item) && isOfNumbers(item)));
}

/** Lists within it are not asked again whether they are of numbers: each number is looked at twice at most. */
function writeList(list: unknown[], memo: CanonicalMemo): string {
  let text = '[';
  for (const item of list) text += `${Array.isArray(item) ? writeList(item, memo) : canonicalJson(item, memo)},`;
  return `${text}]`;
}

function writeObject(members: Record<string, unknown>, memo: CanonicalMemo): string {
  let text = '{';
  for (const name of sortNames(Object.keys(members))) {
    text += writeName(name, memo);
    text += `${canonicalJson(members[name], memo)},`;
  }
  return `${text}}`;
}
