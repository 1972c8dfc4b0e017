import { type Place, placeAt } from '../place.ts';
import type { Todo, Walk } from './graph-walk.ts';

/** Looks at a list or object within a constant; lists and objects in it are left for later on the walk. */
export function visitConstant(walk: Walk, { value, place, depth }: Todo): void {
  const json = value as Record<string | number, unknown>;
  const keys = Array.isArray(value) ? undefined : Object.keys(json);
  const count = keys?.length ?? (value as unknown[]).length;
  let below = 0;
  for (let index = 0; index < count; index++) {
    const key = keys?.[index] ?? index;
    const child = json[key];
    if (typeof child === 'number') checkNumber(walk, child, () => placeAt(key, place));
    else if (typeof child === 'object' && child !== null) below += 1;
  }
  for (let index = count - 1; below > 0; index--) {
    const key = keys?.[index] ?? index;
    const child = json[key];
    if (typeof child !== 'object' || child === null) continue;
    walk.todo.push({ value: child, place: placeAt(key, place), depth: depth + 1, constant: true });
    below -= 1;
  }
}

/** Names a number that JSON cannot hold: `1e400` has become Infinity, which would be sent as null. */
export function checkNumber(walk: Walk, value: number, at: () => Place): void {
  if (!Number.isFinite(value)) {
    walk.violations.add(
      at(),
      () => 'Cannot use this number: it is too large for JSON; at most 1.7976931348623157e308 is wanted',
    );
  } else if (value === 0 && Object.is(value, -0)) walk.nodes.negativeZero ??= at();
}
