import type { firestore_v1 } from '@googleapis/firestore';
import type { FirestoreAnswer, FirestoreCaller } from './call.ts';
import type { FirestoreFields } from './values.ts';

/** A document as it is read. One that has no fields has no `fields`. */
export interface FirestoreDocument {
  name: string;
  fields?: FirestoreFields;
  updateTime: string;
}

/** One write of a commit, as the REST API takes it. */
export type FirestoreWrite = firestore_v1.Schema$Write;

/** A query, as the REST API takes it. */
export type FirestoreQuery = firestore_v1.Schema$StructuredQuery;

/** Why a write was not made: `ALREADY_EXISTS`, `FAILED_PRECONDITION` or `NOT_FOUND`. */
export type Refusal = 'ALREADY_EXISTS' | 'FAILED_PRECONDITION' | 'NOT_FOUND';

/** What became of a commit, or of one write of a batch. `UNKNOWN`: nothing is known of it. */
export interface WriteResult {
  status: 'OK' | Refusal | 'UNKNOWN';
  /** The update time of the first document written. */
  updateTime: string;
  /** Whether an earlier try of the same write may have taken effect. */
  repeated: boolean;
}

/** The few requests the ledger makes of one database. Each takes the signal that ends its budget. */
export type FirestoreDatabase = ReturnType<typeof createFirestoreDatabase>;

const REFUSALS: readonly Refusal[] = ['ALREADY_EXISTS', 'FAILED_PRECONDITION', 'NOT_FOUND'];
/** google.rpc.Code, as a batch gives it for each write. */
const STATUS_OF_CODE: Record<number, WriteResult['status']> = {
  0: 'OK',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  9: 'FAILED_PRECONDITION',
};

/** Builds the requests to the database `projects/P/databases/D`; all but `nameOf` throw `LedgerUnavailable`. */
export function createFirestoreDatabase(caller: FirestoreCaller, database: string) {
  return {
    /** The full name of a document. */
    nameOf: (collection: string, id: string) => `${database}/documents/${collection}/${id}`,

    /** The documents that exist, by name. */
    async read(names: string[], signal: AbortSignal): Promise<Map<string, FirestoreDocument>> {
      const { data } = await caller.call({ method: 'batchGet', body: { documents: names } }, signal);
      const found = (data as { found?: FirestoreDocument }[]).flatMap((entry) => entry.found ?? []);
      return new Map(found.map((document) => [document.name, document]));
    },

    /** All of the writes or none. */
    async commit(writes: FirestoreWrite[], signal: AbortSignal): Promise<WriteResult> {
      const answer = await caller.call({ method: 'commit', body: { writes } }, signal, [...REFUSALS]);
      return { status: toStatus(answer), updateTime: updateTimes(answer)[0] ?? '', repeated: answer.repeated };
    },

    /** Each write by itself, in the order given; no two of one document, 500 at most. */
    async writeEach(writes: FirestoreWrite[], signal: AbortSignal): Promise<WriteResult[]> {
      const answer = await caller.call({ method: 'batchWrite', body: { writes } }, signal);
      const { status: statuses = [] } = answer.data as { status?: { code?: number }[] };
      const times = updateTimes(answer);
      return writes.map((_, index) => ({
        status: STATUS_OF_CODE[statuses[index]?.code ?? 0] ?? 'UNKNOWN',
        updateTime: times[index] ?? '',
        repeated: answer.repeated,
      }));
    },

    /** The documents a query gives, in its order. */
    async query(structuredQuery: FirestoreQuery, signal: AbortSignal): Promise<FirestoreDocument[]> {
      const { data } = await caller.call({ method: 'runQuery', body: { structuredQuery } }, signal);
      return (data as { document?: FirestoreDocument }[]).flatMap((entry) => entry.document ?? []);
    },

    /** How many documents a query gives. */
    async count(structuredQuery: FirestoreQuery, signal: AbortSignal): Promise<number> {
      const structuredAggregationQuery = { structuredQuery, aggregations: [{ alias: 'count', count: {} }] };
      const body = { structuredAggregationQuery };
      const { data } = await caller.call({ method: 'runAggregationQuery', body }, signal);
      const [first] = data as { result?: { aggregateFields?: FirestoreFields } }[];
      return Number(first?.result?.aggregateFields?.['count']?.integerValue ?? 0);
    },
  };
}

function toStatus({ status }: FirestoreAnswer): WriteResult['status'] {
  return status === 'OK' ? 'OK' : (REFUSALS.find((refusal) => refusal === status) ?? 'UNKNOWN');
}

function updateTimes({ data }: FirestoreAnswer): string[] {
  const { writeResults = [] } = data as { writeResults?: { updateTime?: string }[] };
  return writeResults.map(({ updateTime = '' }) => updateTime);
}
