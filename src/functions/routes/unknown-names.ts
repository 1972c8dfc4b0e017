import type { FieldViolation } from '../../request/export-request.ts';

const MOST_NAMED = 20;
const LONGEST_NAME = 60;

/** A fault for each of `given` that is none of `known`, each name once: 20 names at most, cut to 60 characters. */
export function unknownNames(
  given: Iterable<string>,
  known: readonly string[],
  describe: (name: string) => string,
): FieldViolation[] {
  const unknown = [...new Set(given)].filter((name) => !known.includes(name)).slice(0, MOST_NAMED);
  return unknown.map((name) => {
    const field = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
    return { field, description: describe(field) };
  });
}
