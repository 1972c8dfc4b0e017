import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { hasEnded } from '../../functions/routes/resource-state.ts';

/** What an export was doing for a while. Times are epoch milliseconds. */
export interface Span {
  kind: 'queued' | 'pending' | 'running';
  start: number;
  end: number;
}

/** One attempt of an export, from being recorded (or sent) until it ended or until now. */
export interface AttemptLine {
  attempt: number;
  /** Where it stands, or how it ended. */
  state: string;
  spans: Span[];
  ended: boolean;
}

/** Every attempt that got anywhere, oldest first. Of those that were replaced it is not known how long they waited here. */
export function toTimeLine(resource: ExportResource, now: number): AttemptLine[] {
  const earlier = resource.attempts.map(({ attempt, state, submitTime, startTime, endTime }) => {
    const times = { submitTime, startTime, endTime };
    return { attempt, state, spans: toSpans({ ...times, queuedAt: undefined, until: undefined }), ended: true };
  });
  const ended = hasEnded(resource);
  const { attempt, state, submitTime, startTime, endTime, event, createTime } = resource;
  const lastEnd = resource.attempts.at(-1)?.endTime;
  const until = ended ? Date.parse(event?.time ?? endTime ?? createTime) : now;
  const queuedAt = resource.attempts.length === 0 ? createTime : lastEnd;
  const current = { attempt, state, spans: toSpans({ submitTime, startTime, endTime, queuedAt, until }), ended };
  return [...earlier, current].filter(({ spans }) => spans.length > 0);
}

interface Times {
  queuedAt: string | undefined;
  submitTime: string | undefined;
  startTime: string | undefined;
  endTime: string | undefined;
  until: number | undefined;
}

/** The clocks of the service and of Earth Engine may differ: nothing is made to begin before what came ahead of it. */
function toSpans({ queuedAt, submitTime, startTime, endTime, until }: Times): Span[] {
  const end = endTime === undefined ? until : Date.parse(endTime);
  const marks = [
    { kind: 'queued', at: queuedAt },
    { kind: 'pending', at: submitTime },
    { kind: 'running', at: startTime },
  ] as const;
  const known = marks
    .filter((mark) => mark.at !== undefined)
    .map(({ kind, at = '' }) => ({ kind, at: Date.parse(at) }));
  let from = Number.NEGATIVE_INFINITY;
  return known.map(({ kind, at }, index) => {
    const start = Math.max(from, at);
    from = Math.max(start, known[index + 1]?.at ?? end ?? start);
    return { kind, start, end: from };
  });
}
