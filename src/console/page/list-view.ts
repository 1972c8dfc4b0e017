import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { hasEnded } from '../../functions/routes/resource-state.ts';
import { type ListFilters, listHref, toHref } from './address.ts';
import type { Api } from './api.ts';
import type { PageClock } from './browser-clock.ts';
import { element, setAttribute, setText } from './element.ts';
import { COLUMNS, createExportRow } from './export-row.ts';
import { createFilterBar } from './filter-bar.ts';
import { type FoundExports, findExports } from './find-exports.ts';
import { formatCount } from './format.ts';
import { createKeyedList } from './keyed-list.ts';
import type { View } from './view.ts';

const LIVELY_MS = 5_000;
const QUIET_MS = 20_000;

/** The table of exports. `onFilter` is told the filters that somebody has set. */
export function createListView(options: { api: Api; clock: PageClock; onFilter: (filters: ListFilters) => void }) {
  const { api, clock, onFilter } = options;
  const bar = createFilterBar({ clock, onChange: onFilter });
  const table = createExportTable(api.now);
  const summary = element('p', { class: 'summary' });
  const newest = element('a', { class: 'button' }, 'Newest');
  const older = element('a', { class: 'button', rel: 'next' }, 'Older');
  const pager = element('nav', { class: 'pager', 'aria-label': 'Pages of the list' }, summary, newest, older);
  const heading = element('h1', { tabindex: -1 }, 'Exports');
  const main = element('div', { class: 'list-view' }, heading, bar.element, table.element, pager);
  let filters: ListFilters = {};
  let lively = true;

  function show(found: FoundExports): void {
    lively = found.exports.some((resource) => !hasEnded(resource));
    table.show(found.exports);
    table.element.hidden = found.exports.length === 0;
    setText(summary, summarise(found, filters));
    newest.hidden = filters.page === undefined;
    setAttribute(newest, 'href', listHref(filters));
    older.hidden = found.nextPageToken === undefined;
    const page = found.nextPageToken;
    setAttribute(older, 'href', page && toHref({ view: 'list', filters: { ...filters, page } }));
  }

  const view: View = {
    element: main,
    title: () => 'Classifier exports',
    async refresh() {
      const wanted = filters;
      const found = await findExports(api.list, wanted);
      // Somebody may have chosen other filters meanwhile.
      if (wanted === filters) show(found);
    },
    refreshMs: () => (lively ? LIVELY_MS : QUIET_MS),
  };

  return {
    ...view,
    /** Sets what is to be shown; `refresh` then reads it. */
    setFilters(next: ListFilters): void {
      filters = next;
      bar.show(next);
    },
  };
}

function createExportTable(now: () => number) {
  const head = element(
    'tr',
    {},
    ...COLUMNS.map((column) => element('th', { scope: 'col', class: column.class }, column.name)),
  );
  const body = element('tbody');
  const caption = element('caption', { class: 'unseen' }, 'Exports, newest first');
  const table = element('table', { class: 'exports' }, caption, element('thead', {}, head), body);
  const show = createKeyedList<ExportResource>(body, {
    keyOf: (resource) => resource.id,
    create() {
      const row = createExportRow();
      return { element: row.element, show: (resource) => row.show(resource, now()) };
    },
  });
  return { element: table, show };
}

function summarise(found: FoundExports, filters: ListFilters): string {
  const { exports, searched, nextPageToken } = found;
  const count = exports.length === 1 ? '1 export' : `${formatCount(exports.length)} exports`;
  if (searched !== undefined) {
    const rest = nextPageToken === undefined ? 'there are no others' : 'Older looks further back';
    return `${count} found among ${formatCount(searched)}; ${rest}`;
  }
  if (exports.length > 0) return count;
  if (nextPageToken !== undefined) return 'None on this page; Older goes on';
  if (filters.page !== undefined) return 'No more exports';
  return Object.keys(filters).length > 0 ? 'No export matches these filters' : EMPTY;
}

const EMPTY = 'No export yet: POST /v1/exports, or ee-export submit FILE, starts one';
