import { toRfc3339 } from '../../events/to-rfc3339.ts';
import type { ExportRecord } from '../../exports/export.ts';

const METADATA_TYPE = 'type.googleapis.com/google.earthengine.v1.OperationMetadata';

/**
 * Earth Engine's Operation with the caller's own description in place of the one that was sent, which ends in a token.
 * Everything else stays as Earth Engine wrote it.
 */
export function withCallerDescription(operation: object, record: ExportRecord): object {
  const { metadata } = operation as { metadata?: unknown };
  if (typeof metadata !== 'object' || metadata === null) return operation;
  const { description: _, ...rest } = metadata as Record<string, unknown>;
  const description = record.request?.description;
  return { ...operation, metadata: description ? { ...rest, description } : rest };
}

/** The Operation of an export that has succeeded, as it is recorded: Earth Engine may have forgotten it. */
export function toEndedOperation(record: ExportRecord): object {
  const { request, startTime, endTime, batchEecuUsageSeconds, destinationUris } = record;
  return {
    name: record.operation,
    metadata: {
      '@type': METADATA_TYPE,
      state: record.state,
      ...(request?.description && { description: request.description }),
      type: 'EXPORT_CLASSIFIER',
      ...(request?.priority === undefined ? {} : { priority: request.priority }),
      createTime: toRfc3339(record.submitTime ?? record.createTime),
      ...(startTime === undefined ? {} : { startTime: toRfc3339(startTime) }),
      ...(endTime === undefined ? {} : { endTime: toRfc3339(endTime), updateTime: toRfc3339(endTime) }),
      progress: 1,
      ...(batchEecuUsageSeconds === undefined ? {} : { batchEecuUsageSeconds }),
      ...(destinationUris === undefined ? {} : { destinationUris }),
    },
    done: true,
    response: {},
  };
}
