/**
 * A copy of `record` with the named fields changed and those given as `null` removed. Fields that this version does
 * not know stay as they are: a newer version wrote them. Nothing in the copy is shared with `changes`.
 */
export function applyChanges<T extends object>(record: T, changes: object): T {
  const copied: Record<string, unknown> = JSON.parse(JSON.stringify(changes));
  // A spread defines own properties, so that even a key `__proto__` is plain data.
  const merged = { ...record, ...copied };
  for (const [field, value] of Object.entries(copied)) {
    if (value === null) Reflect.deleteProperty(merged, field);
  }
  return merged;
}
