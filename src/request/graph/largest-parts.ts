import { type Place, placeAt } from '../faults/place.ts';
import { isObject } from '../json/json-object.ts';

/** A part of a graph and about how many bytes of JSON it is. */
export interface Part {
  place: Place;
  bytes: number;
}

interface Sized extends Part {
  parts: Sized[];
}

/** A part that makes up this much of the one above is the better name for what is large. */
const MOST = 0.8;

/** The `count` largest parts of `json`, each as far down as it is still nearly all of what is above it. */
export function largestParts(json: unknown, place: Place, count: number): Part[] {
  const values = measure(json, place).parts.sort((a, b) => b.bytes - a.bytes);
  return values.slice(0, count).map(narrow);
}

function narrow(part: Sized): Part {
  let at = part;
  for (let next: Sized | undefined = at; next !== undefined; ) {
    at = next;
    next = at.parts.find(({ bytes }) => bytes >= MOST * at.bytes);
  }
  return { place: at.place, bytes: at.bytes };
}

/** Sizes of all lists and objects in `json`, whose nesting must be bounded. */
function measure(json: unknown, place: Place): Sized {
  const sized: Sized = { place, bytes: 2, parts: [] };
  if (!Array.isArray(json) && !isObject(json)) return { ...sized, bytes: Buffer.byteLength(JSON.stringify(json)) };
  const entries = Array.isArray(json) ? json.entries() : Object.entries(json);
  for (const [key, value] of entries) {
    const part = measure(value, placeAt(key, place));
    sized.bytes += part.bytes + (typeof key === 'string' ? key.length + 4 : 1);
    if (part.parts.length > 0 || part.bytes > 1000) sized.parts.push(part);
  }
  return sized;
}
