import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { hasEnded } from '../../functions/routes/resource-state.ts';
import { DEFAULT_PRIORITY } from '../../request/fields/priority.ts';
import { toHref } from './address.ts';
import { element, setAttribute, setText } from './element.ts';
import { nameOf, runningMs } from './export-facts.ts';
import { formatAge, formatCount, formatDuration, formatTime, shortAsset } from './format.ts';
import { createProgressBar } from './progress-bar.ts';
import { createStateBadge } from './state-badge.ts';

/** The columns of the list; on a narrow screen those that are `wide` give way first, then the `medium` ones. */
export const COLUMNS = [
  { name: 'State', class: '' },
  { name: 'Export', class: '' },
  { name: 'Asset', class: 'wide' },
  { name: 'Project', class: 'wide unbroken' },
  { name: 'Priority', class: 'wide numeric' },
  { name: 'Age', class: 'numeric' },
  { name: 'Running time', class: 'medium numeric' },
  { name: 'Progress', class: 'medium' },
  { name: 'EECU seconds', class: 'wide numeric' },
] as const;

/** A row of the list. `show` only touches what is another, so that neither focus nor selection is lost. */
export function createExportRow() {
  const badge = createStateBadge();
  const name = element('a', { class: 'name' });
  const id = element('span', { class: 'id' });
  const where = element('span', { class: 'where' });
  const bar = createProgressBar('Progress');
  const [asset, project, priority, age, ran, eecu] = COLUMNS.slice(2)
    .filter((column) => column.name !== 'Progress')
    .map((column) => element('td', { class: column.class })) as [Cell, Cell, Cell, Cell, Cell, Cell];
  const row = element(
    'tr',
    {},
    element('td', {}, badge.element),
    element('th', { scope: 'row' }, name, id, where),
    ...[asset, project, priority, age, ran],
    element('td', { class: 'medium' }, bar.element),
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
