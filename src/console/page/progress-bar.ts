import { element, setAttribute, setText } from './element.ts';
import { formatPercent } from './format.ts';

/** A bar of how far something is; nothing at all when that is not known. `label` is for those who do not see it. */
export function createProgressBar(label: string) {
  const bar = element('progress', { max: 1, 'aria-label': label });
  const text = element('span', { class: 'percent' });
  const box = element('span', { class: 'progress' }, bar, text);

  /** `part` of 1. */
  function show(part: number | undefined): void {
    box.hidden = part === undefined;
    setAttribute(bar, 'value', String(part ?? 0));
    setText(text, part === undefined ? '' : formatPercent(part));
  }

  return { element: box, show };
}
