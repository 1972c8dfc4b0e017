import type { ExportResource } from '../../functions/routes/export-resource.ts';
import type { ListFilters } from './address.ts';
import type { Api, ExportPage } from './api.ts';

/** A page of the list as it is shown; `searched` is how many exports a search for text has looked through. */
export interface FoundExports extends ExportPage {
  searched?: number;
}

const PAGE_SIZE = 50;
const SEARCH_PAGE_SIZE = 200;
const MOST_SEARCHED_PAGES = 5;

/**
 * The exports that the filters let through. The service knows nothing of text: for that its pages are looked through
 * here, up to a thousand exports at a time, and `nextPageToken` goes on where this has stopped.
 */
export async function findExports(list: Api['list'], filters: ListFilters): Promise<FoundExports> {
  const words = (filters.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return list(toQuery(filters, PAGE_SIZE));
  const found: ExportResource[] = [];
  let searched = 0;
  let page = filters.page;
  for (let pages = 0; pages < MOST_SEARCHED_PAGES && found.length < PAGE_SIZE; pages += 1) {
    const { page: _, ...kept } = filters;
    const next = await list(toQuery(page === undefined ? kept : { ...kept, page }, SEARCH_PAGE_SIZE));
    searched += next.exports.length;
    found.push(...next.exports.filter((resource) => holdsWords(resource, words)));
    page = next.nextPageToken;
    if (page === undefined) break;
  }
  return { exports: found, searched, ...(page === undefined ? {} : { nextPageToken: page }) };
}

function toQuery(filters: ListFilters, pageSize: number): URLSearchParams {
  const query = new URLSearchParams({ pageSize: String(pageSize) });
  const names = { state: 'state', project: 'project', tag: 'workloadTag', label: 'label', page: 'pageToken' } as const;
  for (const [name, parameter] of Object.entries(names)) {
    const value = filters[name as keyof typeof names];
    if (value !== undefined) query.set(parameter, value);
  }
  return query;
}

function holdsWords(resource: ExportResource, words: string[]): boolean {
  const { id, project, operation, requestedBy, request, error, labels, outline } = resource;
  const texts = [id, project, operation, requestedBy, error?.message, request?.description, request?.asset];
  const all = [...texts, request?.workloadTag, outline?.classifier, ...Object.entries(labels).flat()]
    .join('\n')
    .toLowerCase();
  return words.every((word) => all.includes(word));
}
