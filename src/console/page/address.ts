/** Which exports the list shows; what is absent does not count. */
export interface ListFilters {
  state?: string;
  project?: string;
  tag?: string;
  /** `KEY:VALUE`. */
  label?: string;
  /** Words that must all occur somewhere in the export. */
  text?: string;
  /** Where the page begins; absent on the first. */
  page?: string;
}

/** What the page shows, as its address says: filters can be kept, sent and gone back to. */
export type Address = { view: 'list'; filters: ListFilters } | { view: 'export'; id: string } | { view: 'overview' };

const FILTERS = ['state', 'project', 'tag', 'label', 'text', 'page'] as const;

/** Reads the query of the page's URL. */
export function parseAddress(query: string): Address {
  const given = new URLSearchParams(query);
  const id = given.get('export');
  if (id) return { view: 'export', id };
  if (given.get('view') === 'overview') return { view: 'overview' };
  const filters: ListFilters = {};
  for (const name of FILTERS) {
    const value = given.get(name)?.trim();
    if (value) filters[name] = value;
  }
  return { view: 'list', filters };
}

/** The address as a relative URL, so that the page works below any path. */
export function toHref(address: Address): string {
  if (address.view === 'export') return `./?export=${encodeURIComponent(address.id)}`;
  if (address.view === 'overview') return './?view=overview';
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = address.filters[name];
    if (value) query.set(name, value);
  }
  return query.size > 0 ? `./?${query}` : './';
}

/** The list with these filters, from its first page. */
export function listHref(filters: ListFilters): string {
  const { page: _, ...kept } = filters;
  return toHref({ view: 'list', filters: kept });
}
