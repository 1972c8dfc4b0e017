import type { ApiError } from './api.ts';
import { setAttribute, setText } from './element.ts';

/** The line that says whether what is shown is fresh, and the button that stops it from changing. */
export function createStatusLine() {
  const line = document.querySelector('.status');
  const button = document.querySelector('.live');
  if (!line || !button) throw new Error('Cannot start: the page has no status line');

  return {
    /** `error` of the last time; `now`: epoch milliseconds. */
    show(error: ApiError | undefined, now: number): void {
      setAttribute(line, 'class', error ? 'status fault' : 'status');
      const remedy = error?.remedy ? `. ${error.remedy}` : '';
      const time = new Date(now).toLocaleTimeString(undefined, { timeStyle: 'medium' });
      setText(line, error ? `${error.message}${remedy}` : '');
      setAttribute(button, 'title', error ? undefined : `Read at ${time}`);
    },
    onPause(listener: (paused: boolean) => void): void {
      button.addEventListener('click', () => {
        const paused = button.getAttribute('aria-pressed') === 'true';
        button.setAttribute('aria-pressed', String(!paused));
        setText(button, paused ? 'Paused' : 'Live');
        listener(paused);
      });
    },
  };
}
