/** Where a value stands in a request: its key in the place above it. Paths are only written when there is a fault to name. */
export interface Place {
  above: Place | undefined;
  key: string | number;
}

/** The place of `key` in `above`; without `above` a field of the request itself. */
export function placeAt(key: string | number, above?: Place): Place {
  return { above, key };
}

/** `place` as AIP-193 writes a field: `labels.team`, `trees[0]`, `expression.values["a b"].arrayValue`. */
export function toField(place: Place): string {
  const keys: (string | number)[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.above) keys.push(at.key);
  return keys.reverse().reduce<string>(appendKey, '');
}

function appendKey(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!/^[\w$-]{1,80}$/.test(key)) return `${path}[${JSON.stringify(key.length > 80 ? `${key.slice(0, 80)}…` : key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
