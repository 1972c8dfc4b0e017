import { listHref } from './address.ts';
import type { Api } from './api.ts';
import { drawBarPlot } from './bar-plot.ts';
import { type Child, element } from './element.ts';
import { formatCount, formatEecu } from './format.ts';
import { type OverviewData, readOverview } from './overview-data.ts';
import { DAYS, type DayFigures, type QueueFigures, sumStates, toDays, toQueues } from './overview-figures.ts';
import { createSection } from './section.ts';
import { stateLabel, stateTone } from './state-badge.ts';
import type { View } from './view.ts';

const REFRESH_MS = 5 * 60_000;
/** How many tasks Earth Engine lets wait in a project. */
const LONGEST_QUEUE = 3000;

/** How things stand in all: states, queues, what ended and what it cost. */
export function createOverviewView(api: Api): View {
  const states = createSection('panel', showStates);
  const queues = createSection('panel', showQueues);
  const days = createSection('plots', showDays);
  const note = element('p', { class: 'dim' });
  const main = element('div', { class: 'overview-view' }, element('h1', { tabindex: -1 }, 'Overview'), note);
  main.append(states.element, queues.element, days.element);

  return {
    element: main,
    title: () => 'Overview · Classifier exports',
    async refresh() {
      const data = await readOverview(api);
      note.textContent = toNote(data);
      states.show(sumStates(data.counts));
      queues.show(toQueues(data.counts));
      days.show(toDays(data.recent, api.now()));
    },
    refreshMs: () => REFRESH_MS,
  };
}

function toNote({ recent, counted, complete }: OverviewData): string {
  const days = `the ${formatCount(recent.length)} exports of the last ${DAYS} days`;
  const what =
    counted === 'all' ? `States and queues count every export kept; the plots are of ${days}.` : `Counted are ${days}.`;
  return complete ? what : `${what} There are more than could be read: these are the newest.`;
}

function showStates(counts: [string, number][]): Child[] {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const bar = element('div', { class: 'state-bar', 'aria-hidden': 'true' });
  for (const [state, count] of counts) {
    if (count === 0) continue;
    const part = element('span', { class: stateTone(state) });
    part.style.flexGrow = String(count / total);
    bar.append(part);
  }
  const tiles = counts.map(([state, count]) =>
    element(
      'a',
      { class: `tile ${stateTone(state)}`, href: listHref({ state }) },
      element('b', {}, formatCount(count)),
      element('span', {}, stateLabel(state)),
    ),
  );
  return [element('h2', {}, 'States'), bar, element('div', { class: 'tiles' }, ...tiles)];
}

function showQueues(queues: QueueFigures[]): Child[] {
  const heading = element('h2', {}, 'Queues at Earth Engine');
  if (queues.length === 0) return [heading, element('p', { class: 'dim' }, 'Nothing is waiting or running.')];
  const items = queues.map(({ project, waiting, pending, running }) => {
    const meter = element('meter', { min: 0, max: LONGEST_QUEUE, high: LONGEST_QUEUE * 0.9, value: pending });
    meter.setAttribute('aria-label', `Queue of ${project}`);
    const words = `${formatCount(pending)} of ${formatCount(LONGEST_QUEUE)} pending · ${formatCount(running)} running`;
    const here = waiting > 0 ? ` · ${formatCount(waiting)} waiting here` : '';
    return element(
      'li',
      {},
      element('a', { href: listHref({ project }) }, project),
      meter,
      element('span', {}, words + here),
    );
  });
  const note = 'Only this service’s own exports are counted; other tasks of a project fill the same queue.';
  return [heading, element('ul', { class: 'queues' }, ...items), element('p', { class: 'dim' }, note)];
}

function showDays(days: DayFigures[]): Child[] {
  const labelled = days.map((day) => ({ ...day, label: toDayLabel(day.start) }));
  const sum = (value: (day: DayFigures) => number) => days.reduce((total, day) => total + value(day), 0);
  const ended = sum((day) => day.succeeded + day.other);
  return [
    drawBarPlot({
      title: 'Exports ended per day',
      summary: `${ended} exports ended in ${DAYS} days, ${sum((day) => day.succeeded)} of them with success`,
      bars: labelled.map(({ label, succeeded, other }) => ({
        label,
        parts: [
          { name: 'succeeded', value: succeeded, tone: 'tone-succeeded' },
          { name: 'ended otherwise', value: other, tone: 'tone-failed' },
        ],
      })),
      format: formatCount,
    }),
    drawBarPlot({
      title: 'EECU time per day',
      summary: `${formatEecu(sum((day) => day.eecuSeconds))} of EECU time in ${DAYS} days`,
      bars: labelled.map(({ label, eecuSeconds }) => ({
        label,
        parts: [{ name: 'EECU time', value: eecuSeconds, tone: 'tone-running' }],
      })),
      format: formatEecu,
    }),
  ];
}

function toDayLabel(start: number): string {
  return new Date(start).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
}
