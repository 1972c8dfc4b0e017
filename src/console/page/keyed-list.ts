/** One entry of a list: its element, and how it takes on a newer value. */
export interface Entry<Item> {
  element: Element;
  show(item: Item): void;
}

/**
 * Keeps the children of `parent` in step with a list. An entry keeps its element for as long as its key is there, so that
 * what somebody has focused or selected stays.
 */
export function createKeyedList<Item>(
  parent: Element,
  options: { keyOf: (item: Item) => string; create: () => Entry<Item> },
) {
  let entries = new Map<string, Entry<Item>>();

  return function show(items: readonly Item[]): void {
    const next = new Map<string, Entry<Item>>();
    for (const item of items) {
      const key = options.keyOf(item);
      const entry = entries.get(key) ?? options.create();
      entry.show(item);
      next.set(key, entry);
    }
    for (const [key, entry] of entries) if (!next.has(key)) entry.element.remove();
    placeInOrder(parent, [...next.values()]);
    entries = next;
  };
}

/** An element that is moved loses its focus, so that only those out of place are. */
function placeInOrder(parent: Element, entries: { element: Element }[]): void {
  entries.forEach(({ element }, index) => {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
}
