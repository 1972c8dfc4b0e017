import type { Operation } from '../../src/earth-engine/operation.ts';
import type { ExportRecord } from '../../src/exports/export.ts';
import type { TrackedOperation } from '../../src/exports/record/project-record.ts';
import { sampleExport } from './sample-export.ts';

/** Epoch milliseconds that tests count from. */
export const NOW = 1_790_000_000_000;
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A record of `job`, created at `NOW`, that asks for an asset; QUEUED unless told otherwise. */
export function toRecord(fields: Partial<ExportRecord> = {}): ExportRecord {
  const request = {
    project: 'my-project',
    asset: 'projects/my-project/assets/job',
    overwrite: false,
    description: '',
    labels: {},
    createParents: false,
  };
  return {
    ...sampleExport('job'),
    project: 'my-project',
    request,
    createTime: NOW,
    hasBody: true,
    version: '1',
    ...fields,
  };
}

/** A record that was claimed and sent at `NOW`, by a sender with twenty seconds. */
export function toClaimed(fields: Partial<ExportRecord> = {}): ExportRecord {
  return toRecord({
    claimUntil: NOW + 60 * SECOND_MS,
    dueAt: NOW + 60 * SECOND_MS,
    firstSentAt: NOW,
    sentAt: NOW,
    sendDeadline: NOW + 20 * SECOND_MS,
    doubtful: 'unanswered',
    ...fields,
  });
}

/** An operation as it was read. */
export function toOperation(fields: Partial<Operation> = {}): Operation {
  return {
    name: 'projects/my-project/operations/ABCDEFGHIJKLMNOPQRSTUVWX',
    state: 'PENDING',
    type: 'EXPORT_CLASSIFIER',
    createTime: NOW + SECOND_MS,
    stages: [],
    destinationUris: [],
    ...fields,
  };
}

/** That operation as it is tracked: waiting, seen at `NOW`, due again in six hours. */
export function toEntry(fields: Partial<TrackedOperation> = {}): TrackedOperation {
  const { name } = toOperation();
  return {
    name,
    id: 'job',
    state: 'PENDING',
    priority: 100,
    createTime: NOW,
    nextLookAt: NOW + 6 * HOUR_MS,
    seenAt: NOW,
    ...fields,
  };
}
