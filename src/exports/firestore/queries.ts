import type { ExportRecord, ExportState } from '../export.ts';
import type { ExportFilter } from '../ledger.ts';
import type { PagePosition } from '../page-token.ts';
import { EXPORT_STATES, isAccepted } from '../record/states.ts';
import type { FirestoreCaller } from './call.ts';
import type { FirestoreDatabase, FirestoreQuery } from './database.ts';
import { toFilterKeys } from './list-keys.ts';
import {
  toCountQuery,
  toKeysQuery,
  toNewestQuery,
  toOperationQuery,
  toTimedQuery,
  toWaitingQuery,
} from './query-shapes.ts';
import { EXPORTS, toRecord } from './record.ts';

/** As many records as one request reads where all are wanted: some 2 KB each. */
const PAGE = 300;

/** Finds exports. The indexes this needs are declared in `firestore-indexes.json`. */
export type FirestoreQueries = ReturnType<typeof createFirestoreQueries>;

/** Builds the queries of the ledger, each in the order that `Ledger` promises. All throw `LedgerUnavailable`. */
export function createFirestoreQueries(database: FirestoreDatabase) {
  const nameOf = (id: string) => database.nameOf(EXPORTS, id);

  async function select(query: FirestoreQuery, signal: AbortSignal): Promise<ExportRecord[]> {
    return (await database.query(query, signal)).map(toRecord);
  }

  return {
    timed: (field: 'dueAt' | 'outboxAt', { now, limit }: { now: number; limit: number }, signal: AbortSignal) =>
      select(toTimedQuery(field, now, limit), signal),

    waiting: (project: string, limit: number, signal: AbortSignal) => select(toWaitingQuery(project, limit), signal),

    /** `withinBudget` gives every page a budget of its own: there may be thousands. */
    async accepted(project: string, withinBudget: FirestoreCaller['withinBudget']): Promise<ExportRecord[]> {
      const keys = EXPORT_STATES.filter(isAccepted).flatMap((state) => toFilterKeys({ project, state }) ?? []);
      const found: ExportRecord[] = [];
      for (;;) {
        const last = found.at(-1);
        const query = toKeysQuery(keys, { after: last && nameOf(last.id), limit: PAGE });
        const page = await withinBudget((signal) => select(query, signal));
        found.push(...page);
        if (page.length < PAGE) return found;
      }
    },

    async byOperation(operation: string, signal: AbortSignal): Promise<ExportRecord | undefined> {
      return (await select(toOperationQuery(operation), signal))[0];
    },

    /** Up to `limit` of the newest after `position`, among them some that the filter does not want. */
    newest(
      filter: ExportFilter,
      { position, limit }: { position: PagePosition | undefined; limit: number },
      signal: AbortSignal,
    ): Promise<ExportRecord[]> {
      const after = position && { name: nameOf(position.id), createTime: position.createTime };
      return select(toNewestQuery(filter, { after, limit }), signal);
    },

    async countByState(project: string, signal: AbortSignal): Promise<Partial<Record<ExportState, number>>> {
      const counts = await Promise.all(
        EXPORT_STATES.map(async (state): Promise<[ExportState, number]> => {
          const keys = toFilterKeys({ project, state }) ?? [];
          return [state, await database.count(toCountQuery(keys), signal)];
        }),
      );
      return Object.fromEntries(counts.filter(([, count]) => count > 0));
    },
  };
}
