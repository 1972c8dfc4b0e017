/** A JSON value in a few words, for a message: `the number 5`, `a list`, `the text "abc…"`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number too large for JSON';
  if (typeof value === 'string') return `the text ${quoteShort(value)}`;
  return `the ${typeof value} ${String(value)}`;
}

/** `text` in quotes, cut so that a hostile value cannot fill the answer. */
export function quoteShort(text: string, length = 60): string {
  return JSON.stringify(text.length > length ? `${text.slice(0, length)}…` : text);
}
