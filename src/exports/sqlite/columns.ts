import type { ExportChanges, ExportRecord, RecordedRequest } from '../export.ts';

type Value = string | number | null;

/** The fields of a record that have a column of their own, and its name. */
const COLUMN_OF_FIELD = {
  project: 'project',
  state: 'state',
  createTime: 'create_time',
  operation: 'operation',
  request: 'workload_tag',
  dueAt: 'due_at',
  outboxAt: 'outbox_at',
  admitRank: 'admit_rank',
  expireAt: 'expire_at',
} as const satisfies Partial<Record<keyof ExportRecord, string>>;

type ColumnField = keyof typeof COLUMN_OF_FIELD;

const FIELDS = Object.keys(COLUMN_OF_FIELD) as ColumnField[];

/** The columns of those fields that `changes` names: only their indexes have to be written again. */
export function columnsOf(changes: ExportChanges): { columns: string[]; values: Value[] } {
  const named = FIELDS.filter((field) => changes[field] !== undefined);
  return {
    columns: named.map((field) => COLUMN_OF_FIELD[field]),
    values: named.map((field) => toValue(changes[field])),
  };
}

function toValue(value: string | number | RecordedRequest | null | undefined): Value {
  return typeof value === 'object' ? (value?.workloadTag ?? null) : (value ?? null);
}
