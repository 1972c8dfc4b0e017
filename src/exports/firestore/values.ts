import type { firestore_v1 } from '@googleapis/firestore';
import type { ProjectRecord } from '../record/project-record.ts';
import { TIME_FIELDS } from '../record/record-fields.ts';

/** A value as Firestore's REST API writes it. */
export type FirestoreValue = firestore_v1.Schema$Value;

/** The fields of a document. */
export type FirestoreFields = Record<string, FirestoreValue>;

const PROJECT_TIMES = ['holdUntil', 'leaseUntil', 'rebuiltAt'] as const satisfies (keyof ProjectRecord)[];

/** Kept as timestamps, which the console shows as dates and TTL policies go by. */
const TIMESTAMPS: ReadonlySet<string> = new Set([...TIME_FIELDS, ...PROJECT_TIMES]);

/** Fields for Firestore. Those that are null or undefined are left out: Firestore's indexes then have no entry. */
export function toFields(record: object): FirestoreFields {
  const present = Object.entries(record).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(present.map(([field, value]) => [field, toValue(field, value)]));
}

/** The fields of a document as plain data. */
export function fromFields(fields: FirestoreFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, fromValue(value)]));
}

/** A point in time as Firestore writes it. */
export function toTimestamp(epochMs: number): FirestoreValue {
  return { timestampValue: new Date(epochMs).toISOString() };
}

/**
 * Lists and objects are kept as JSON, in a map with the one field `json`: Firestore allows neither lists in lists nor
 * every key, and would index all that is in them. So is text that UTF-8 cannot hold.
 */
function toValue(field: string, value: unknown): FirestoreValue {
  if (typeof value === 'boolean') return { booleanValue: value };
  if (typeof value === 'string' && value.isWellFormed()) return { stringValue: value };
  if (typeof value !== 'number') return { mapValue: { fields: { json: { stringValue: JSON.stringify(value) } } } };
  if (TIMESTAMPS.has(field)) return toTimestamp(value);
  return Number.isSafeInteger(value) ? { integerValue: String(value) } : { doubleValue: value };
}

function fromValue(value: FirestoreValue): unknown {
  if (value.timestampValue != null) return Date.parse(value.timestampValue);
  if (value.integerValue != null) return Number(value.integerValue);
  const json = value.mapValue?.fields?.['json']?.stringValue;
  if (json != null) return JSON.parse(json);
  return value.stringValue ?? value.doubleValue ?? value.booleanValue;
}
