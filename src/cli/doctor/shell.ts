const NEEDS_NO_QUOTES = /^[\w.:@%+=,/-]+$/;

/** A command line that can be pasted: what is filled in stays one word, whatever it holds. */
export function sh(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.reduce((line, part, index) => `${line}${toWord(values[index - 1] ?? '')}${part}`);
}

function toWord(value: string): string {
  return NEEDS_NO_QUOTES.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
