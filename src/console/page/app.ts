import { type Address, type ListFilters, parseAddress, toHref } from './address.ts';
import { ApiError, createApi } from './api.ts';
import type { PageClock } from './browser-clock.ts';
import { createConfirmDialog } from './confirm-dialog.ts';
import { setAttribute } from './element.ts';
import { createExportView } from './export-view.ts';
import { createListView } from './list-view.ts';
import { createOverviewView } from './overview-view.ts';
import { createRefresher } from './refresher.ts';
import { createStatusLine } from './status-line.ts';
import type { View } from './view.ts';

/** Brings the page to life: shows what its address says, keeps it fresh, follows links without loading it anew. */
export function startApp(options: { fetch: typeof fetch; clock: PageClock }): void {
  const api = createApi(options);
  const dialog = createConfirmDialog();
  const status = createStatusLine();
  const place = document.querySelector('main');
  if (!place) throw new Error('Cannot start: the page has no main element');
  document.body.append(dialog.element);
  const list = createListView({ api, clock: options.clock, onFilter });
  let address: Address = { view: 'list', filters: {} };
  let listAddress = toHref(address);
  let view: View = list;

  const refresher = createRefresher({
    clock: options.clock,
    refresh: () => view.refresh(),
    delayMs: () => view.refreshMs(),
    isVisible: () => document.visibilityState === 'visible',
    onDone(error) {
      document.title = view.title();
      status.show(error instanceof ApiError || error === undefined ? error : toApiError(error), api.now());
    },
  });

  function show(next: Address, moved: boolean): void {
    const sameView = next.view === 'list' && view === list && list.element.isConnected;
    address = next;
    if (next.view === 'list') {
      listAddress = toHref(next);
      list.setFilters(next.filters);
      view = list;
    } else if (next.view === 'export') {
      view = createExportView({ api, id: next.id, backHref: listAddress, ask: dialog.ask });
    } else {
      view = createOverviewView(api);
    }
    if (!sameView) place?.replaceChildren(view.element);
    markNav(next.view);
    document.title = view.title();
    if (moved && !sameView) view.element.querySelector('h1')?.focus();
    void refresher.run();
  }

  function onFilter(filters: ListFilters): void {
    const href = toHref({ view: 'list', filters });
    if (href === toHref(address)) return;
    history.replaceState(null, '', href);
    show(parseAddress(location.search), true);
  }

  document.addEventListener('click', (event) => {
    const href = ownLink(event);
    if (href === undefined) return;
    event.preventDefault();
    history.pushState(null, '', href);
    show(parseAddress(location.search), true);
    scrollTo(0, 0);
  });
  addEventListener('popstate', () => show(parseAddress(location.search), true));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') refresher.wake();
  });
  status.onPause((paused) => refresher.setPaused(paused));
  show(parseAddress(location.search), false);
}

function toApiError(error: unknown): ApiError {
  return new ApiError(`Cannot show what was read: ${String(error)}`, { status: 0, cause: error });
}

/** The address of a link to another view that was clicked plainly: other clicks are the browser's business. */
function ownLink(event: MouseEvent): string | undefined {
  const { button, metaKey, ctrlKey, shiftKey, altKey, target } = event;
  if (button !== 0 || metaKey || ctrlKey || shiftKey || altKey || !(target instanceof Element)) return undefined;
  const href = target.closest('a')?.getAttribute('href');
  return href?.startsWith('./') ? href : undefined;
}

function markNav(view: Address['view']): void {
  for (const link of document.querySelectorAll('[data-nav]')) {
    setAttribute(link, 'aria-current', link.getAttribute('data-nav') === view ? 'page' : undefined);
  }
}
