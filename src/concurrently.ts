/**
 * Runs `work` on every item, at most `limit` (one at least) at a time. A failure keeps no other item from its turn; the
 * first one is thrown when all have ended.
 */
export async function concurrently<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const failures: unknown[] = [];
  const workers = Array.from({ length: Math.min(Math.max(1, limit), items.length) }, async () => {
    for (const [index, item] of queue) {
      try {
        await work(item, index);
      } catch (error) {
        failures.push(error);
      }
    }
  });
  await Promise.all(workers);
  if (failures.length > 0) throw failures[0];
}
