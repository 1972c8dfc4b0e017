import { quoteShort } from '../faults/describe-value.ts';
import type { Violations } from '../faults/violations.ts';
import type { GraphNodes, GraphValue } from './graph-walk.ts';

/** How many arguments of enclosing functions may be in use at one place; official clients nest a handful at most. */
const MAX_ARGUMENTS_IN_SCOPE = 16;

const NONE: ReadonlySet<string> = new Set();

/**
 * Checks that every argumentReference stands below a function definition that binds it, on every way from the result.
 * `used` are the values the result makes use of, each after all it refers to: their graph has no cycles.
 */
export function checkScopes(nodes: GraphNodes, used: GraphValue[], violations: Violations): void {
  const free = new Map<GraphValue, ReadonlySet<string>>();
  for (const value of used) {
    const names = freeNames(nodes, value, free);
    if (names.size > MAX_ARGUMENTS_IN_SCOPE) {
      const wanted = `at most ${MAX_ARGUMENTS_IN_SCOPE} are wanted`;
      violations.add(
        value.place,
        () => `Cannot check this value: it uses ${names.size} arguments of functions around it; ${wanted}`,
      );
      return;
    }
    if (names.size > 0) free.set(value, names);
  }
  const result = used.at(-1);
  if (result === undefined) return;
  for (const name of free.get(result) ?? NONE) nameUnbound(nodes, { result, name, free }, violations);
}

function freeNames(
  nodes: GraphNodes,
  value: GraphValue,
  free: ReadonlyMap<GraphValue, ReadonlySet<string>>,
): ReadonlySet<string> {
  let names: Set<string> | undefined;
  for (const { name } of value.arguments) names = (names ?? new Set()).add(name);
  for (const { to, binds } of value.references) {
    const target = nodes.values.get(to);
    for (const name of (target && free.get(target)) ?? NONE) {
      if (!binds.includes(name)) names = (names ?? new Set()).add(name);
    }
  }
  return names ?? NONE;
}

/** Names each place where `name` is used without a definition around it. */
function nameUnbound(
  nodes: GraphNodes,
  { result, name, free }: { result: GraphValue; name: string; free: ReadonlyMap<GraphValue, ReadonlySet<string>> },
  violations: Violations,
): void {
  const reached = new Set([result]);
  for (const value of reached) {
    for (const used of value.arguments) {
      if (used.name !== name) continue;
      const wanted = `a functionDefinitionValue around it with ${quoteShort(name)} in its argumentNames is wanted`;
      violations.add(used.place, () => `Cannot use the argument ${quoteShort(name)}: nothing binds it here; ${wanted}`);
    }
    for (const { to, binds } of value.references) {
      const target = nodes.values.get(to);
      if (target !== undefined && !binds.includes(name) && free.get(target)?.has(name)) reached.add(target);
    }
  }
}
