import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { DEFAULT_PRIORITY } from '../../request/fields/priority.ts';
import { listHref } from './address.ts';
import { type Child, element, outsideLink } from './element.ts';
import { assetHref, tasksHref } from './export-facts.ts';
import { formatCount, formatEecu, formatTime } from './format.ts';

/** What is known of an export, name by name; what is not is left out. */
export function listFacts(resource: ExportResource): Child[] {
  const facts: [string, Child[]][] = [
    ['Asset', toAsset(resource)],
    ['Project charged', [filterLink({ project: resource.project }, resource.project)]],
    ['Operation', toOperation(resource)],
    ['Export id', [code(resource.id)]],
    ["Caller's own key", resource.originalKey === undefined ? [] : [code(resource.originalKey)]],
    ['Attempt', resource.attempt > 1 ? [resource.attempt] : []],
    ['Priority', resource.request ? [toPriority(resource.request.priority)] : []],
    ['Overwrites', resource.request?.overwrite ? ['an asset of the same name'] : []],
    ['Workload tag', toTag(resource.request?.workloadTag)],
    ['Labels', toLabels(resource.labels)],
    ['EECU time', toEecu(resource.batchEecuUsageSeconds)],
    ['Asked for by', resource.requestedBy === undefined ? [] : [resource.requestedBy]],
    ['Pub/Sub message', resource.messageId === undefined ? [] : [code(resource.messageId)]],
    ['Cancel asked for', toTime(resource.cancelRequestTime)],
    ['Kept until', toTime(resource.expireTime)],
  ];
  const known = facts.filter(([, value]) => value.length > 0);
  const list = element('dl', { class: 'facts' });
  for (const [name, value] of known)
    list.append(element('div', {}, element('dt', {}, name), element('dd', {}, ...value)));
  return [element('h2', {}, 'Facts'), list];
}

function toAsset(resource: ExportResource): Child[] {
  const asset = resource.request?.asset;
  if (asset === undefined) return [];
  const href = assetHref(resource);
  return [href === undefined ? code(asset) : outsideLink(href, asset)];
}

function toOperation(resource: ExportResource): Child[] {
  if (resource.operation === undefined) return [];
  return [code(resource.operation), ' ', outsideLink(tasksHref(resource), 'Tasks at Earth Engine')];
}

function toPriority(priority = DEFAULT_PRIORITY): string {
  return priority === DEFAULT_PRIORITY ? `${DEFAULT_PRIORITY} (the default)` : String(priority);
}

function toTag(tag: string | undefined): Child[] {
  return tag === undefined ? [] : [filterLink({ tag }, tag)];
}

function toLabels(labels: Record<string, string>): Child[] {
  return Object.entries(labels).map(([key, value]) =>
    filterLink({ label: `${key}:${value}` }, `${key}: ${value}`, 'chip'),
  );
}

function toEecu(seconds: number | undefined): Child[] {
  if (seconds === undefined) return [];
  const exact = `${formatCount(seconds)} EECU seconds`;
  return [seconds < 3600 ? exact : `${formatEecu(seconds)} (${exact})`];
}

function toTime(time: string | undefined): Child[] {
  return time === undefined ? [] : [element('time', { datetime: time }, formatTime(time))];
}

function filterLink(filters: Parameters<typeof listHref>[0], text: string, className?: string): HTMLElement {
  return element('a', { href: listHref(filters), class: className }, text);
}

function code(text: string): HTMLElement {
  return element('code', {}, text);
}
