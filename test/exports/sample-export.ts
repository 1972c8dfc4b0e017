import type { CompletionData } from '../../src/events/completion-event.ts';
import type { ExportRecord } from '../../src/exports/export.ts';
import type { NewExport } from '../../src/exports/ledger.ts';

/** A new record as the submitter would make one, with some of its fields replaced. */
export function sampleExport(id: string, fields: Partial<ExportRecord> = {}): NewExport {
  return {
    id,
    schema: 1,
    project: 'forest-watch',
    state: 'QUEUED',
    warnings: [],
    attempt: 1,
    submission: 1,
    attempts: [],
    createTime: 1_790_000_000_000,
    labels: {},
    hasBody: false,
    ...fields,
  };
}

/** A record in which every field there is has a value. */
export function fullExport(id: string): Required<NewExport> {
  const error = {
    code: 3,
    status: 'INVALID_ARGUMENT',
    message: 'Größe "0" ≠ 1',
    reason: 'BAD_SIZE',
    remedy: 'Ask again',
    retryable: false,
  };
  return {
    ...sampleExport(id),
    state: 'FAILED',
    request: {
      project: 'forest-watch',
      asset: 'projects/forest-watch/assets/a',
      overwrite: true,
      description: 'maize 2025',
      workloadTag: 'nightly',
      priority: 7,
      labels: { team: 'crops' },
      createParents: false,
    },
    sentDescription: 'maize 2025;abcdefghij',
    digest: `c1:${'ab'.repeat(32)}`,
    outline: {
      classifier: 'smileRandomForest',
      outputMode: 'PROBABILITY',
      arguments: [{ name: 'numberOfTrees', value: '100' }],
      training: [{ name: 'features', value: 'projects/forest-watch/assets/t' }],
    },
    warnings: [{ field: 'expression', description: 'not exportable' }],
    operation: 'projects/forest-watch/operations/ABCDEFGHIJKLMNOPQRSTUVWX',
    attempt: 2,
    submission: 3,
    attempts: [
      { attempt: 1, state: 'LOST', operation: 'projects/p/operations/A', submitTime: 1_790_000_000_001, error },
    ],
    submitTime: 1_790_000_000_002,
    startTime: 1_790_000_000_003,
    endTime: 1_790_000_000_004,
    progress: 0.25,
    stages: [{ name: 'Train', description: 'training', completeWorkUnits: 1.5, totalWorkUnits: 3 }],
    batchEecuUsageSeconds: 12.75,
    destinationUris: ['https://code.earthengine.google.com/?asset=projects/p/assets/a'],
    error,
    labels: { team: 'crops', 'a.b': 'c=d' },
    messageId: '1234567890',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    requestedBy: 'someone@example.com',
    originalKey: 'a key / with slashes',
    admitRank: 1_789_996_400_000.5,
    claimUntil: 1_790_000_060_000,
    doubtful: 'settling',
    firstSentAt: 1_790_000_000_005,
    sentAt: 1_790_000_000_006,
    sendDeadline: 1_790_000_000_007,
    deniedSince: 1_790_000_000_008,
    walks: 0,
    absentSince: 1_790_000_000_009,
    cancelRequestedAt: 1_790_000_000_010,
    missingSince: 1_790_000_000_011,
    missingCount: 2,
    dueAt: 1_790_000_000_013,
    event: {
      id: `${id}:FAILED:2`,
      type: 'earthengine.classifier.export.failed.v1',
      source: '//earthengine.googleapis.com/projects/forest-watch',
      subject: 'projects/p/assets/a',
      time: '2026-09-21T14:13:20.014Z',
      data: { ...eventData(id), error },
    },
    outboxAt: 1_790_000_000_015,
    publishTime: 1_790_000_000_016,
    expireAt: 4_000_000_000_000,
  };
}

function eventData(id: string): CompletionData {
  return {
    id,
    project: 'forest-watch',
    state: 'FAILED',
    operation: null,
    asset: 'projects/forest-watch/assets/a',
    description: 'maize 2025',
    requestId: id,
    workloadTag: 'nightly',
    priority: 7,
    attempt: 2,
    messageId: null,
    createTime: '2026-09-21T14:13:20.000Z',
    submitTime: null,
    startTime: null,
    endTime: null,
    batchEecuUsageSeconds: 12.75,
    destinationUris: [],
    labels: { team: 'crops' },
    error: null,
  };
}
