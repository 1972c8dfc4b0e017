import { element, svgElement } from './element.ts';
import { formatDuration, formatTime } from './format.ts';
import { createStateBadge } from './state-badge.ts';
import type { AttemptLine, Span } from './time-line.ts';

/** So little of the picture's width stays visible whatever the proportions, in percent. */
const LEAST_WIDTH = 3;

const NAMES: Record<Span['kind'], string> = { queued: 'Queued here', pending: 'Pending', running: 'Running' };

/** One attempt as a bar of its spans, and beneath it what each was, when and how long. */
export function drawAttempt(line: AttemptLine, isOnly: boolean): HTMLElement {
  const badge = createStateBadge();
  badge.show(line.state);
  const title = isOnly ? undefined : element('h3', {}, `Attempt ${line.attempt} `, badge.element);
  const steps = element('ol', { class: 'steps' }, ...line.spans.map((span, index) => toStep(span, index, line)));
  const end = line.spans.at(-1)?.end;
  if (line.ended && end !== undefined) {
    const when = element('time', { datetime: new Date(end).toISOString() }, formatTime(end));
    steps.append(element('li', { class: `step tone-${line.state.toLowerCase()}` }, element('b', {}, 'Ended'), when));
  }
  return element('div', { class: 'attempt' }, title, drawBar(line), steps);
}

function drawBar({ spans, ended }: AttemptLine): SVGElement {
  const widths = toWidths(spans);
  const words = spans.map((span) => `${NAMES[span.kind]} ${formatDuration(span.end - span.start)}`).join(', ');
  const bar = svgElement('svg', { class: 'time-line', role: 'img', 'aria-label': words || 'Nothing is known' });
  let x = 0;
  spans.forEach((span, index) => {
    const width = widths[index] ?? 0;
    const isGoing = !ended && index === spans.length - 1;
    const title = svgElement('title', {}, `${NAMES[span.kind]} ${formatDuration(span.end - span.start)}`);
    const attributes = { x: `${x}%`, y: 0, width: `${width}%`, height: '100%' };
    bar.append(svgElement('rect', { ...attributes, class: `span-${span.kind}${isGoing ? ' going' : ''}` }, title));
    x += width;
  });
  return bar;
}

function toStep(span: Span, index: number, line: AttemptLine): HTMLElement {
  const isGoing = !line.ended && index === line.spans.length - 1;
  const length = `${isGoing ? 'for ' : ''}${formatDuration(span.end - span.start)}`;
  const when = element('time', { datetime: new Date(span.start).toISOString() }, formatTime(span.start));
  return element('li', { class: `step span-${span.kind}` }, element('b', {}, NAMES[span.kind]), ` ${length}`, when);
}

/** In percent, in proportion to the time, but for what would be too thin to see. */
function toWidths(spans: readonly Span[]): number[] {
  const total = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  const raw = spans.map(({ start, end }) => Math.max(LEAST_WIDTH, total > 0 ? (100 * (end - start)) / total : 0));
  const sum = raw.reduce((all, width) => all + width, 0);
  return raw.map((width) => (100 * width) / sum);
}
