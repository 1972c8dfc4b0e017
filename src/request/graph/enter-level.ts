import type { Place } from '../faults/place.ts';
import type { Walk } from './graph-walk.ts';

/** How deep a graph's JSON may nest, the expression itself being the first level: Earth Engine refuses what is deeper. */
const MAX_DEPTH = 100;

/** How many levels there may still be, the one the walk is at being the first. */
export function levelsLeft(walk: Walk): number {
  return Math.max(0, MAX_DEPTH - walk.depth + 1);
}

/** Notes that what the walk is at nests `levels` deeper than its own. */
export function noteLevels(walk: Walk, levels: number): void {
  if (walk.depth + levels > walk.nodes.depth) walk.nodes.depth = walk.depth + levels;
}

/** Notes how deep the walk has come; false, and a fault, where that is too deep to go on. So a walk may recurse. */
export function enterLevel(walk: Walk, place: Place): boolean {
  if (walk.depth > MAX_DEPTH) {
    const remedy = 'lift inner nodes into values of their own, as the official clients do';
    walk.violations.add(
      place,
      () => `Cannot use this part of the graph: it is nested more than ${MAX_DEPTH} levels deep; ${remedy}`,
    );
    return false;
  }
  noteLevels(walk, 0);
  return true;
}
