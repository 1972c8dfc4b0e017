/**
 * How many bytes of UTF-8 some JSON has, added up part by part: on a walk that comes by every part anyway, this takes
 * half the time in which JSON.stringify writes it all.
 */
export interface JsonBytes {
  total: number;
  /** Of names behind quotes and colon: few, and used over and over. */
  names: Map<string, number>;
}

/** Text that is written as it is: the rest is escaped, or has characters of several bytes. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Adds an object but for its members' values: brackets, names, colons and commas. */
export function addObject(bytes: JsonBytes, names: readonly string[]): void {
  addList(bytes, names.length);
  for (const name of names) {
    let size = bytes.names.get(name);
    if (size === undefined) {
      size = textBytes(name) + 1;
      bytes.names.set(name, size);
    }
    bytes.total += size;
  }
}

/** Adds a list but for its items: brackets and commas. */
export function addList(bytes: JsonBytes, length: number): void {
  bytes.total += length === 0 ? 2 : length + 1;
}

/** Adds what is neither object nor list. */
export function addScalar(bytes: JsonBytes, value: unknown): undefined {
  if (typeof value === 'string') bytes.total += textBytes(value);
  else bytes.total += String(value).length;
}

function textBytes(text: string): number {
  return PLAIN.test(text) ? text.length + 2 : Buffer.byteLength(JSON.stringify(text));
}
