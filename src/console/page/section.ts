import { type Child, element } from './element.ts';

/**
 * A part of a page that is made anew whenever its value is another. What had the focus in it gets it back, counted among
 * what can have it.
 */
export function createSection<Value>(className: string, render: (value: Value) => Child[]) {
  const box = element('section', { class: className });
  let shown: string | undefined;

  function show(value: Value): void {
    const text = JSON.stringify(value);
    if (text === shown) return;
    shown = text;
    const focused = [...box.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement as Element);
    const children = render(value).filter((child) => child !== undefined && child !== false);
    box.hidden = children.length === 0;
    box.replaceChildren(...children.map((child) => (typeof child === 'number' ? String(child) : child)));
    if (focused >= 0) box.querySelectorAll<HTMLElement>(FOCUSABLE)[focused]?.focus();
  }

  return { element: box, show };
}

const FOCUSABLE = 'a, button, summary, [tabindex]';
