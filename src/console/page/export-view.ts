import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { hasEnded, isCancellable, isRetryable } from '../../functions/routes/resource-state.ts';
import type { Api } from './api.ts';
import type { Question } from './confirm-dialog.ts';
import { element, setText } from './element.ts';
import { nameOf } from './export-facts.ts';
import { listFacts } from './export-facts-list.ts';
import { showAttempts, showError, showEvent, showStages, showWarnings } from './export-sections.ts';
import { showOutline } from './outline-section.ts';
import { createProgressBar } from './progress-bar.ts';
import { createSection } from './section.ts';
import { createStateBadge } from './state-badge.ts';
import { toTimeLine } from './time-line.ts';
import { drawAttempt } from './time-line-picture.ts';
import type { View } from './view.ts';

const LIVELY_MS = 3_000;
const QUIET_MS = 20_000;

/** What the page of an export needs. */
export interface ExportViewOptions {
  api: Api;
  id: string;
  /** Address of the list that this page is left for. */
  backHref: string;
  /** Asks before something is done. */
  ask: (question: Question) => void;
}

/** The page of one export. */
export function createExportView({ api, id, backHref, ask }: ExportViewOptions): View {
  const heading = element('h1', { tabindex: -1 }, id);
  const badge = createStateBadge();
  const bar = createProgressBar('Progress of the export');
  const cancel = element('button', { type: 'button', class: 'danger' }, 'Cancel export …');
  const retry = element('button', { type: 'button' }, 'Retry …');
  const actions = element('div', { class: 'actions' }, cancel, retry);
  const sections = createSections();
  const head = element('div', { class: 'head' }, heading, badge.element, bar.element, actions);
  const main = element(
    'div',
    { class: 'export-view' },
    element('a', { class: 'back', href: backHref }, 'All exports'),
    head,
  );
  main.append(...sections.elements);
  let shown: ExportResource | undefined;
  cancel.hidden = true;
  retry.hidden = true;

  function show(resource: ExportResource): void {
    shown = resource;
    setText(heading, nameOf(resource));
    badge.show(resource.state);
    bar.show(hasEnded(resource) ? undefined : resource.progress);
    cancel.hidden = !isCancellable(resource);
    retry.hidden = !isRetryable(resource);
    sections.show(resource, api.now());
  }

  cancel.addEventListener('click', () => {
    if (shown) ask({ ...cancelQuestion(shown), run: async () => show(await api.cancel(id)) });
  });
  retry.addEventListener('click', () => {
    if (!shown) return;
    const { attempt } = shown;
    ask({ ...retryQuestion(shown), run: async () => show(await api.retry(id, attempt)) });
  });

  return {
    element: main,
    title: () => `${shown ? nameOf(shown) : id} · Classifier exports`,
    refresh: async () => show(await api.get(id)),
    refreshMs: () => (shown && hasEnded(shown) ? QUIET_MS : LIVELY_MS),
  };
}

function createSections() {
  const timeLine = createSection('panel', (lines: ReturnType<typeof toTimeLine>) => [
    element('h2', {}, 'Time line'),
    ...lines.map((line) => drawAttempt(line, lines.length === 1)),
  ]);
  const error = createSection('panel error', showError);
  const warnings = createSection('panel warning', showWarnings);
  const stages = createSection('panel', showStages);
  const outline = createSection('panel', showOutline);
  const facts = createSection('panel', listFacts);
  const attempts = createSection('panel', showAttempts);
  const event = createSection('panel', showEvent);

  function show(resource: ExportResource, now: number): void {
    error.show(resource.error ?? null);
    timeLine.show(toTimeLine(resource, now));
    warnings.show(resource.warnings);
    stages.show(resource.stages ?? []);
    outline.show(resource.outline ?? null);
    facts.show(resource);
    attempts.show(resource.attempts);
    event.show({ event: resource.event, publishTime: resource.publishTime });
  }

  return {
    elements: [error, timeLine, warnings, stages, outline, facts, attempts, event].map((section) => section.element),
    show,
  };
}

function cancelQuestion(resource: ExportResource): Omit<Question, 'run'> {
  const text = resource.operation
    ? 'Earth Engine is told to stop. If it finishes first, the export has succeeded all the same.'
    : 'It has no operation at Earth Engine yet: none is started any more.';
  return { title: `Cancel ${nameOf(resource)}?`, text, action: 'Cancel export' };
}

function retryQuestion(resource: ExportResource): Omit<Question, 'run'> {
  const text = `Attempt ${resource.attempt + 1} is started with the same content. It takes computing time again.`;
  return { title: `Retry ${nameOf(resource)}?`, text, action: 'Retry' };
}
