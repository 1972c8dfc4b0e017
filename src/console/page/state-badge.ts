import { element, setAttribute, setText } from './element.ts';

const LABELS: Readonly<Record<string, string>> = {
  QUEUED: 'Queued',
  PENDING: 'Pending',
  RUNNING: 'Running',
  CANCELLING: 'Cancelling',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
  REJECTED: 'Rejected',
  LOST: 'Lost',
};

/** A state in words; one that a newer service has is told as it is. */
export function stateLabel(state: string): string {
  return Object.hasOwn(LABELS, state) ? (LABELS[state] ?? state) : state;
}

/** The class that gives a state its colour. */
export function stateTone(state: string): string {
  return Object.hasOwn(LABELS, state) ? `tone-${state.toLowerCase()}` : 'tone-unknown';
}

/** A state as a coloured word. */
export function createStateBadge() {
  const badge = element('span', { class: 'badge' });

  function show(state: string): void {
    setAttribute(badge, 'class', `badge ${stateTone(state)}`);
    setText(badge, stateLabel(state));
  }

  return { element: badge, show };
}
