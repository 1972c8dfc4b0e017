import type { Ledger } from '../../src/exports/ledger.ts';

const WRITES = ['create', 'update', 'updateProject', 'updateMany'];
const FREE = ['now', 'close', 'removeExpired'];

/** Counts records as Firestore would charge them: a query that finds nothing is one read, one that finds ten is ten. */
export function countLedger(ledger: Ledger, counts: { reads: number; writes: number }): Ledger {
  return new Proxy(ledger, {
    get(target, name, receiver) {
      const method = Reflect.get(target, name, receiver);
      if (typeof name !== 'string' || FREE.includes(name)) return method;
      return async (...values: unknown[]) => {
        const result: unknown = await Reflect.apply(method, target, values);
        const size = Array.isArray(result) ? result.length : 1;
        if (WRITES.includes(name)) counts.writes += size;
        else counts.reads += Math.max(1, size);
        return result;
      };
    },
  });
}
