import { EXPORT_STATES } from '../../exports/record/states.ts';
import { type ListFilters, listHref } from './address.ts';
import type { PageClock } from './browser-clock.ts';
import { element, setAttribute } from './element.ts';
import { stateLabel, stateTone } from './state-badge.ts';

const TYPING_PAUSE_MS = 300;

const FIELDS = [
  { name: 'text', label: 'Text', hint: 'name, asset, id …', type: 'search' },
  { name: 'project', label: 'Project', hint: 'project id', type: 'text' },
  { name: 'tag', label: 'Workload tag', hint: 'tag', type: 'text' },
  { name: 'label', label: 'Label', hint: 'KEY:VALUE', type: 'text' },
] as const;

/** The filters above the list. `onChange` is told what somebody typed, once they pause; states are plain links. */
export function createFilterBar(options: { clock: PageClock; onChange: (filters: ListFilters) => void }) {
  const states = element('div', { class: 'states', role: 'group', 'aria-label': 'State' });
  const links = [undefined, ...EXPORT_STATES].map((state) => {
    const tone = state === undefined ? '' : ` ${stateTone(state)}`;
    const link = element('a', { class: `chip${tone}` }, state === undefined ? 'All' : stateLabel(state));
    states.append(link);
    return { state, link };
  });
  const inputs = FIELDS.map(({ name, hint, type }) => ({
    name,
    input: element('input', {
      id: `filter-${name}`,
      type,
      placeholder: hint,
      autocomplete: 'off',
      spellcheck: 'false',
    }),
  }));
  const fields = FIELDS.map(({ name, label }, index) =>
    element('div', { class: 'field' }, element('label', { for: `filter-${name}` }, label), inputs[index]?.input),
  );
  const clear = element('a', { class: 'button', href: './' }, 'Clear filters');
  const form = element('form', { class: 'filters', role: 'search' }, states, ...fields, clear);
  let filters: ListFilters = {};
  let stopWaiting = () => {};

  function tell(): void {
    stopWaiting();
    const { state } = filters;
    const typed = inputs.map(({ name, input }) => [name, input.value.trim()]).filter(([, value]) => value !== '');
    options.onChange({ ...(state === undefined ? {} : { state }), ...Object.fromEntries(typed) });
  }

  form.addEventListener('input', () => {
    stopWaiting();
    stopWaiting = options.clock.after(TYPING_PAUSE_MS, tell);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    tell();
  });

  /** Shows the filters of the address; what somebody is typing into stays as it is. */
  function show(next: ListFilters): void {
    filters = next;
    for (const { state, link } of links) {
      const { state: _, ...others } = next;
      setAttribute(link, 'href', listHref(state === undefined ? others : { ...others, state }));
      setAttribute(link, 'aria-current', next.state === state ? 'true' : undefined);
    }
    for (const { name, input } of inputs) {
      if (document.activeElement !== input) input.value = next[name] ?? '';
    }
    clear.hidden = Object.keys(next).length === 0;
  }

  return { element: form, show };
}
