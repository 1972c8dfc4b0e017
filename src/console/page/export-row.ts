import type { ExportResource } from '../../functions/export-resource.ts';
import { toHref } from './address.ts';
import { element, setAttribute, setText } from './element.ts';
import { hasEnded, nameOf, runningMs } from './export-facts.ts';
import { formatAge, formatCount, formatDuration, formatTime, shortAsset } from './format.ts';
import { createProgressBar } from './progress-bar.ts';
import { createStateBadge } from './state-badge.ts';

/** The columns of the list; those that are not `kept` give way on a narrow screen. */
export const COLUMNS = [
  { name: 'State', kept: true },
  { name: 'Export', kept: true },
  { name: 'Asset', kept: false },
  { name: 'Project', kept: false },
  { name: 'Priority', kept: false, numeric: true },
  { name: 'Age', kept: true, numeric: true },
  { name: 'Running time', kept: false, numeric: true },
  { name: 'Progress', kept: false },
  { name: 'EECU seconds', kept: false, numeric: true },
] as const;

const DEFAULT_PRIORITY = 100;

/** A row of the list. `show` only touches what is another, so that neither focus nor selection is lost. */
export function createExportRow() {
  const badge = createStateBadge();
  const name = element('a', { class: 'name' });
  const id = element('span', { class: 'id' });
  const where = element('span', { class: 'where' });
  const bar = createProgressBar('Progress');
  const [asset, project, priority, age, ran, eecu] = COLUMNS.slice(2)
    .filter((column) => column.name !== 'Progress')
    .map((column) => element('td', { class: cellClass(column) })) as [Cell, Cell, Cell, Cell, Cell, Cell];
  const row = element(
    'tr',
    {},
    element('td', {}, badge.element),
    element('th', { scope: 'row' }, name, id, where),
    ...[asset, project, priority, age, ran],
    element('td', { class: 'wide' }, bar.element),
    eecu,
  );

  /** `now`: epoch milliseconds of the service's time. */
  function show(resource: ExportResource, now: number): void {
    const { request, batchEecuUsageSeconds } = resource;
    const shortName = request ? shortAsset(request.asset) : 'unknown';
    const duration = runningMs(resource, now);
    badge.show(resource.state);
    setText(name, nameOf(resource));
    setAttribute(name, 'href', toHref({ view: 'export', id: resource.id }));
    setText(id, resource.id);
    id.hidden = nameOf(resource) === resource.id;
    setText(where, shortName);
    where.hidden = shortName === nameOf(resource);
    setText(asset, shortName);
    setAttribute(asset, 'title', request?.asset);
    setText(project, resource.project);
    setText(priority, String(request?.priority ?? DEFAULT_PRIORITY));
    setText(age, formatAge(now - Date.parse(resource.createTime)));
    setAttribute(age, 'title', formatTime(resource.createTime));
    setText(ran, duration === undefined ? '–' : formatDuration(duration));
    bar.show(hasEnded(resource) ? undefined : resource.progress);
    setText(eecu, batchEecuUsageSeconds === undefined ? '–' : formatCount(Math.round(batchEecuUsageSeconds)));
  }

  return { element: row, show };
}

type Cell = HTMLTableCellElement;

/** The class of a cell in this column. */
export function cellClass(column: (typeof COLUMNS)[number]): string {
  return [column.kept ? '' : 'wide', 'numeric' in column ? 'numeric' : ''].join(' ').trim();
}
