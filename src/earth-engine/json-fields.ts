import { toBoundedText } from './bounded-text.ts';

const LONGEST_TEXT = 4_000;
const LONGEST_LIST = 100;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** `value` if it is a JSON object. */
export function readObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** The first hundred entries of a JSON array; anything else counts as empty. */
export function readList(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, LONGEST_LIST) : [];
}

/** `value` if it is text, cut to what may be kept. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? toBoundedText(value, LONGEST_TEXT) : undefined;
}

/** A number, or the text of one: proto3 JSON writes 64-bit numbers as text. */
export function readNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/**
 * Epoch milliseconds of an RFC 3339 time with any number of digits. The epoch itself counts as absent: so Earth Engine
 * writes the startTime of an operation that has not started.
 */
export function readTime(value: unknown): number | undefined {
  const time = typeof value === 'string' && RFC_3339.test(value) ? Date.parse(value) : Number.NaN;
  return time > 0 ? time : undefined;
}
