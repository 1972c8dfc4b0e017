import { element, svgElement } from './element.ts';

/** One bar: what it stands for, and the parts it is made of, from the foot up. */
export interface Bar {
  label: string;
  parts: { name: string; value: number; tone: string }[];
}

/** What a plot shows. */
export interface Plot {
  title: string;
  /** One sentence for those who do not see the picture. */
  summary: string;
  bars: Bar[];
  format: (value: number) => string;
}

const HEIGHT = 100;

/** Bars beside each other, with the same figures as a table beneath. */
export function drawBarPlot({ title, summary, bars, format }: Plot): HTMLElement {
  const totals = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const highest = Math.max(...totals, 0);
  const picture = svgElement('svg', { class: 'plot', role: 'img', 'aria-label': summary });
  const step = 100 / Math.max(1, bars.length);
  bars.forEach((bar, index) => {
    picture.append(drawBar(bar, { x: index * step, width: step, highest, title: toTitle(bar, format) }));
  });
  const axis = element('p', { class: 'axis', 'aria-hidden': 'true' });
  axis.append(element('span', {}, bars[0]?.label), element('span', {}, bars.at(-1)?.label));
  const scale = element('p', { class: 'scale', 'aria-hidden': 'true' }, highest > 0 ? format(highest) : 'none yet');
  const table = element('details', {}, element('summary', {}, 'As a table'), toTable(bars, format));
  return element('figure', {}, element('figcaption', {}, title), scale, picture, axis, table);
}

function drawBar(bar: Bar, place: { x: number; width: number; highest: number; title: string }): SVGElement {
  const group = svgElement('g', {}, svgElement('title', {}, place.title));
  const box = { x: `${place.x + place.width * 0.14}%`, width: `${place.width * 0.72}%` };
  group.append(svgElement('rect', { ...box, class: 'ground', y: 0, height: '100%' }));
  let foot = HEIGHT;
  for (const { value, tone } of bar.parts) {
    const height = place.highest > 0 ? (HEIGHT * value) / place.highest : 0;
    foot -= height;
    if (height > 0) group.append(svgElement('rect', { ...box, class: tone, y: `${foot}%`, height: `${height}%` }));
  }
  return group;
}

function toTitle(bar: Bar, format: (value: number) => string): string {
  return `${bar.label}: ${bar.parts.map(({ name, value }) => `${format(value)} ${name}`).join(', ')}`;
}

function toTable(bars: Bar[], format: (value: number) => string): HTMLElement {
  const names = bars[0]?.parts.map(({ name }) => name) ?? [];
  const head = element('tr', {}, ...['Day', ...names].map((name) => element('th', { scope: 'col' }, name)));
  const rows = bars.map((bar) => {
    const cells = bar.parts.map(({ value }) => element('td', { class: 'numeric' }, format(value)));
    return element('tr', {}, element('th', { scope: 'row' }, bar.label), ...cells);
  });
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
}
