/** A write that is not made yet, and whoever waits for it. */
interface WaitingWrite {
  work: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** Builds what makes the writes of one turn of the event loop in one transaction. */
export function createGroupWrites(transaction: <T>(work: () => T) => T) {
  let waiting: WaitingWrite[] = [];

  function flush(): void {
    if (waiting.length === 0) return;
    const group = waiting;
    waiting = [];
    let isBegun = false;
    try {
      const values = transaction(() => {
        isBegun = true;
        return group.map(({ work }) => work());
      });
      for (const [index, { resolve }] of group.entries()) resolve(values[index]);
    } catch (error) {
      // One that fails takes back the others, which are then made one by one. Without the lock none of them can be made.
      if (isBegun && group.length > 1) for (const one of group) makeAlone(one);
      else for (const { reject } of group) reject(error);
    }
  }

  function makeAlone({ work, resolve, reject }: WaitingWrite): void {
    try {
      resolve(transaction(work));
    } catch (error) {
      reject(error);
    }
  }

  return {
    /**
     * Makes a write with others in one transaction, most of whose cost is its own: for a dozen of them it is shared. What
     * `work` writes takes effect, or nothing, whatever becomes of the others; it may run twice. Resolves once it is written.
     */
    write<T>(work: () => T): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
        if (waiting.length === 1) setImmediate(flush);
      });
    },
    /** Makes at once what waits. */
    flush,
  };
}
