import type { CompletionEvent } from '../../events/completion-event.ts';

/** Pub/Sub takes no longer attribute. */
const LONGEST_BYTES = 1024;

/** The attributes that the message of an event carries, as CloudEvents' binary form on Pub/Sub wants them. */
export function toEventAttributes(event: CompletionEvent): Record<string, string> {
  const { subject, data } = event;
  const isShort = subject !== undefined && new TextEncoder().encode(subject).length <= LONGEST_BYTES;
  return {
    'ce-specversion': '1.0',
    'ce-id': event.id,
    'ce-type': event.type,
    'ce-source': event.source,
    ...(isShort ? { 'ce-subject': subject } : {}),
    'ce-time': event.time,
    'content-type': 'application/json',
    exportId: data.id,
    project: data.project,
    state: data.state,
  };
}
