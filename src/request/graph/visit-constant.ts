import { type Place, placeAt } from '../faults/place.ts';
import type { Json } from '../json/json-object.ts';
import { enterLevel, levelsLeft, noteLevels } from './enter-level.ts';
import type { Walk } from './graph-walk.ts';
import { addList, addObject, addScalar } from './json-bytes.ts';

/** Looks at a list or object within a constant, then at the lists and objects in it. */
export function visitConstant(walk: Walk, value: object, place: Place): void {
  if (!Array.isArray(value)) visitObject(walk, value as Json, place);
  else if (!visitNumbers(walk, value)) visitList(walk, value, place);
}

/** Takes a list of numbers as a whole, if nothing is wrong with it: coordinates are most of what is large. */
function visitNumbers(walk: Walk, list: unknown[]): boolean {
  const levels = levelsOfNumbers(list, levelsLeft(walk));
  if (levels === 0) return false;
  noteLevels(walk, levels - 1);
  const text = JSON.stringify(list);
  walk.nodes.numberLists.set(list, text);
  walk.bytes.total += text.length;
  return true;
}

/** How deep lists of numbers nest; 0 where that is more than `most`, or there is anything else or odd in them. */
function levelsOfNumbers(list: unknown[], most: number): number {
  if (most === 0) return 0;
  // A loop over items of any type makes an object of every number: 40 MB for 5 MB of coordinates, five times as slow.
  if (list.every(isUsualNumber)) return 1;
  let levels = 1;
  for (const item of list) {
    if (isUsualNumber(item)) continue;
    const below = Array.isArray(item) ? levelsOfNumbers(item, most - 1) : 0;
    if (below === 0) return 0;
    levels = Math.max(levels, below + 1);
  }
  return levels;
}

function isUsualNumber(value: unknown): boolean {
  return typeof value === 'number' && !isOddNumber(value);
}

/** Lists within it are not asked again whether they are of numbers: each number is looked at twice at most. */
function visitList(walk: Walk, list: unknown[], place: Place): void {
  if (!enterLevel(walk, place)) return;
  addList(walk.bytes, list.length);
  const below: number[] = [];
  for (let index = 0; index < list.length; index++) {
    if (!visitScalar(walk, list[index], place, index)) below.push(index);
  }
  walk.depth += 1;
  for (const index of below) {
    const child = list[index];
    if (Array.isArray(child)) visitList(walk, child, placeAt(index, place));
    else visitObject(walk, child as Json, placeAt(index, place));
  }
  walk.depth -= 1;
}

function visitObject(walk: Walk, members: Json, place: Place): void {
  if (!enterLevel(walk, place)) return;
  const names = Object.keys(members);
  addObject(walk.bytes, names);
  const below: string[] = [];
  for (const name of names) {
    if (!visitScalar(walk, members[name], place, name)) below.push(name);
  }
  walk.depth += 1;
  for (const name of below) visitConstant(walk, members[name] as object, placeAt(name, place));
  walk.depth -= 1;
}

function visitScalar(walk: Walk, value: unknown, above: Place, key: string | number): boolean {
  if (typeof value === 'object' && value !== null) return false;
  if (typeof value === 'number' && isOddNumber(value)) nameNumber(walk, value, placeAt(key, above));
  addScalar(walk.bytes, value);
  return true;
}

/** Whether there is something to say about a number: that JSON cannot hold it, or not its sign. */
export function isOddNumber(value: number): boolean {
  // Object.is of every number, not of zeros alone, makes the walk over coordinates take three times as long.
  return !Number.isFinite(value) || (value === 0 && Object.is(value, -0));
}

/** Names a number that JSON cannot hold: `1e400` has become Infinity, which would be sent as null. */
export function nameNumber(walk: Walk, value: number, at: Place): void {
  if (value === 0) {
    walk.nodes.negativeZero ??= at;
    return;
  }
  walk.violations.add(
    at,
    () => 'Cannot use this number: it is too large for JSON; at most 1.7976931348623157e308 is wanted',
  );
}
