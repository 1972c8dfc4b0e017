/** A JSON object of unknown content. */
export type Json = Record<string, unknown>;

/** Whether `value` is a JSON object: neither null nor a list. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Orders names by their code units: the same everywhere, unlike what a locale would do. */
export function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
