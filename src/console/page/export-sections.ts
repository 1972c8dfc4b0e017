import type { CompletionEvent } from '../../events/completion-event.ts';
import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { type Child, element } from './element.ts';
import { toEventAttributes } from './event-attributes.ts';
import { formatCount, formatEecu, formatTime } from './format.ts';
import { createProgressBar } from './progress-bar.ts';
import { createStateBadge } from './state-badge.ts';

/** Why an export did not succeed, and what to do about it. */
export function showError(error: ExportResource['error'] | null): Child[] {
  if (!error) return [];
  const { message, status, reason, remedy, retryable } = error;
  return [
    element('h2', {}, 'Why it did not succeed'),
    element('p', { class: 'message' }, message),
    element(
      'p',
      { class: 'dim' },
      `${status} · ${reason}`,
      retryable ? ' · may succeed when it is retried as it is' : '',
    ),
    remedy !== '' && element('h3', {}, 'What to do'),
    remedy !== '' && element('p', { class: 'remedy', tabindex: 0 }, remedy),
  ];
}

/** What was unwise about the request. */
export function showWarnings(warnings: ExportResource['warnings']): Child[] {
  if (warnings.length === 0) return [];
  const items = warnings.map(({ field, description }) =>
    element('li', {}, element('code', {}, field), ` ${description}`),
  );
  return [element('h2', {}, 'Warnings'), element('ul', {}, ...items)];
}

/** The steps of Earth Engine's work, each with how far it is. */
export function showStages(stages: ExportResource['stages']): Child[] {
  if (!stages || stages.length === 0) return [];
  const items = stages.map(({ name, description, completeWorkUnits, totalWorkUnits }) => {
    const bar = createProgressBar(name);
    const isCounted = completeWorkUnits !== undefined && totalWorkUnits !== undefined && totalWorkUnits > 0;
    bar.show(isCounted ? completeWorkUnits / totalWorkUnits : undefined);
    const units = isCounted && `${formatCount(completeWorkUnits)} of ${formatCount(totalWorkUnits)}`;
    const words = description && element('span', { class: 'dim' }, description);
    const head = element('p', {}, element('b', {}, name), words || undefined);
    return element('li', {}, head, element('p', {}, bar.element, units && element('small', {}, units)));
  });
  return [element('h2', {}, 'Stages'), element('ol', { class: 'stages' }, ...items)];
}

const ATTEMPT_COLUMNS = ['Attempt', 'State', 'Ended', 'EECU time', 'Why', 'Operation'];

/** The attempts that a retry has replaced, newest first. */
export function showAttempts(attempts: ExportResource['attempts']): Child[] {
  if (attempts.length === 0) return [];
  const rows = attempts
    .toReversed()
    .map(({ attempt, state, endTime, batchEecuUsageSeconds: eecu, error, operation }) => {
      const badge = createStateBadge();
      badge.show(state);
      const values = [
        badge.element,
        endTime === undefined ? '–' : formatTime(endTime),
        eecu === undefined ? '–' : formatEecu(eecu),
        error?.message ?? '–',
        element('code', {}, operation ?? '–'),
      ];
      const cells = values.map((value) => element('td', {}, value));
      return element('tr', {}, element('th', { scope: 'row' }, attempt), ...cells);
    });
  const head = element('tr', {}, ...ATTEMPT_COLUMNS.map((name) => element('th', { scope: 'col' }, name)));
  const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
  const scroller = { class: 'scroller', role: 'group', 'aria-label': 'Earlier attempts', tabindex: 0 };
  return [element('h2', {}, 'Earlier attempts'), element('div', scroller, table)];
}

/** The completion event as Pub/Sub carries it: attributes and data. */
export function showEvent(told: { event: CompletionEvent | undefined; publishTime: string | undefined }): Child[] {
  const { event, publishTime } = told;
  if (!event) return [];
  const attributes = element('dl', { class: 'facts small' });
  for (const [name, value] of Object.entries(toEventAttributes(event))) {
    attributes.append(element('div', {}, element('dt', {}, name), element('dd', {}, element('code', {}, value))));
  }
  const data = element(
    'pre',
    { tabindex: 0, 'aria-label': 'Data of the event' },
    JSON.stringify(event.data, undefined, 2),
  );
  const when = publishTime === undefined ? 'waits to be published' : `published ${formatTime(publishTime)}`;
  const details = element('details', {}, element('summary', {}, event.id), element('h3', {}, 'Attributes'), attributes);
  details.append(element('h3', {}, 'Data'), data);
  return [element('h2', {}, 'Completion event '), element('p', { class: 'dim' }, when), details];
}
