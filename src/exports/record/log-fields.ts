import type { ExportRecord } from '../export.ts';

/** What every log line about an export names. */
export function toLogFields(record: ExportRecord): Record<string, string | number> {
  return {
    exportId: record.id,
    project: record.project,
    state: record.state,
    attempt: record.attempt,
    submission: record.submission,
    ...(record.operation === undefined ? {} : { operation: record.operation }),
    ...(record.traceparent === undefined ? {} : { traceparent: record.traceparent }),
  };
}
