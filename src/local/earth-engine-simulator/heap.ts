/** A binary heap: the least item, as `isBefore` says, is always at hand. */
export interface Heap<T> {
  readonly size: number;
  push(item: T): void;
  /** The least item, left in place. */
  peek(): T | undefined;
  /** The least item, taken out. */
  pop(): T | undefined;
}

/** An empty heap. Pushing and popping cost O(log n), so that a queue of 100,000 tasks is no burden. */
export function createHeap<T>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  return {
    get size() {
      return items.length;
    },
    push(item) {
      items.push(item);
      siftUp(items, isBefore);
    },
    peek: () => items[0],
    pop() {
      const least = items[0];
      const last = items.pop();
      if (items.length > 0 && last !== undefined) {
        items[0] = last;
        siftDown(items, isBefore);
      }
      return least;
    },
  };
}

function siftUp<T>(items: T[], isBefore: (a: T, b: T) => boolean): void {
  let index = items.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!swapIfBefore(items, isBefore, index, parent)) return;
    index = parent;
  }
}

function siftDown<T>(items: T[], isBefore: (a: T, b: T) => boolean): void {
  let index = 0;
  while (2 * index + 1 < items.length) {
    const child = lesserChild(items, isBefore, index);
    if (!swapIfBefore(items, isBefore, child, index)) return;
    index = child;
  }
}

function lesserChild<T>(items: T[], isBefore: (a: T, b: T) => boolean, index: number): number {
  const left = items[2 * index + 1];
  const right = items[2 * index + 2];
  return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * index + 2 : 2 * index + 1;
}

function swapIfBefore<T>(items: T[], isBefore: (a: T, b: T) => boolean, lower: number, upper: number): boolean {
  const a = items[lower];
  const b = items[upper];
  if (a === undefined || b === undefined || !isBefore(a, b)) return false;
  items[upper] = a;
  items[lower] = b;
  return true;
}
