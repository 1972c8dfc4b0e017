/** Where a value stands in a request: its key in the place above it. Paths are only written when there is a fault to name. */
export interface Place {
  above: Place | undefined;
  /** Keys between `above` and `key`: a place for each would be a third of what is kept of a large graph. */
  through: readonly string[];
  key: string | number;
}

const NOTHING: readonly string[] = [];

/** The place of `key` in `above`, `through` keys between them; without `above` a field of the request itself. */
export function placeAt(key: string | number, above?: Place, through: readonly string[] = NOTHING): Place {
  return { above, through, key };
}

/** `place` as AIP-193 writes a field: `labels.team`, `trees[0]`, `expression.values["a b"].arrayValue`. */
export function toField(place: Place): string {
  const keys: (string | number)[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.above)
    keys.push(at.key, ...at.through.toReversed());
  return keys.reverse().reduce<string>(appendKey, '');
}

function appendKey(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!/^[\w$-]{1,80}$/.test(key)) return `${path}[${JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
