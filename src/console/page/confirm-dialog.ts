import { element, setText } from './element.ts';

/** A question before something is done that cannot be taken back. */
export interface Question {
  title: string;
  text: string;
  /** What the button says. */
  action: string;
  /** Does it; what it throws is shown, and the dialog stays. */
  run: () => Promise<void>;
}

/** The one dialog of the page: the browser keeps focus inside it, Escape closes it, focus goes back where it was. */
export function createConfirmDialog() {
  const title = element('h2', { id: 'confirm-title' });
  const text = element('p');
  const fault = element('p', { class: 'fault', role: 'alert' });
  const keep = element('button', { type: 'submit', value: 'no' }, 'Keep as it is');
  const run = element('button', { type: 'button', class: 'danger' });
  const form = element(
    'form',
    { method: 'dialog' },
    title,
    text,
    fault,
    element('div', { class: 'actions' }, keep, run),
  );
  const dialog = element('dialog', { 'aria-labelledby': 'confirm-title' }, form);
  let question: Question | undefined;

  run.addEventListener('click', () => {
    if (question) void carryOut(question);
  });

  async function carryOut(asked: Question): Promise<void> {
    run.disabled = true;
    setText(fault, '');
    try {
      await asked.run();
      dialog.close();
    } catch (error) {
      setText(fault, error instanceof Error ? error.message : String(error));
    } finally {
      run.disabled = false;
    }
  }

  return {
    element: dialog,
    ask(asked: Question): void {
      question = asked;
      setText(title, asked.title);
      setText(text, asked.text);
      setText(fault, '');
      setText(run, asked.action);
      dialog.showModal();
      keep.focus();
    },
  };
}
