import type { Failure } from '../../src/earth-engine/failure.ts';
import { toCompletionEvent } from '../../src/events/completion-event.ts';
import type { ExportRecord, ExportState } from '../../src/exports/export.ts';
import type { NewExport } from '../../src/exports/ledger.ts';
import { isFinal } from '../../src/exports/record/states.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PROJECT = 'forest-watch';

const MEMORY: Failure = {
  code: 8,
  status: 'RESOURCE_EXHAUSTED',
  message: 'User memory limit exceeded.',
  reason: 'MEMORY_LIMIT',
  remedy: 'Train on fewer points, properties or trees: sample with a larger scale, or lower numberOfTrees',
  retryable: false,
};

const DENIED: Failure = {
  code: 7,
  status: 'PERMISSION_DENIED',
  message: "Permission 'earthengine.assets.create' denied on resource 'projects/coast-lab/assets/mangrove'.",
  reason: 'PERMISSION_DENIED',
  remedy:
    'gcloud projects add-iam-policy-binding coast-lab --member=serviceAccount:exports@forest-watch.iam.gserviceaccount.com --role=roles/earthengine.writer',
  retryable: true,
};

const LOST: Failure = {
  code: 5,
  status: 'NOT_FOUND',
  message: 'Earth Engine knows nothing of the operation any more, and its list does not show it',
  reason: 'OPERATION_LOST',
  remedy: 'Look whether the asset is there; retry if it is not',
  retryable: true,
};

/** An export as a test wants it, in the state and at the age given, with everything that belongs to that state. */
export function fleetExport(
  id: string,
  state: ExportState,
  about: Partial<ExportRecord> & { age: number; now: number },
) {
  const { age, now, ...fields } = about;
  const createTime = now - age;
  const asset = `projects/${fields.project ?? PROJECT}/assets/${id}`;
  const sent = state !== 'QUEUED' && state !== 'REJECTED';
  const started = sent && state !== 'PENDING';
  const minutes = 6 + ((id.length * 37 + (age / MINUTE) * 7) % 55);
  const ended = isFinal(state) ? Math.min(now - 1000, createTime + minutes * MINUTE) : undefined;
  const record: NewExport = {
    id,
    schema: 1,
    project: PROJECT,
    state,
    request: { project: PROJECT, asset, overwrite: false, description: id, labels: {}, createParents: false },
    digest: `c1:${'5e'.repeat(32)}`,
    warnings: [],
    attempt: 1,
    submission: 1,
    attempts: [],
    createTime,
    labels: {},
    hasBody: state !== 'SUCCEEDED',
    ...(sent
      ? { submitTime: createTime + 2_000, operation: `projects/${PROJECT}/operations/${toOperationId(id)}` }
      : {}),
    ...(started ? { startTime: createTime + Math.min(age / 2, 3 * MINUTE) } : {}),
    ...(ended === undefined ? {} : { endTime: ended, publishTime: ended + 4_000, expireAt: ended + 90 * DAY }),
    ...fields,
  };
  return ended === undefined ? record : { ...record, event: toCompletionEvent(record, ended) };
}

/** A fortnight of a service at work: every state, several projects, attempts, warnings and stages. */
export function sampleFleet(now: number): NewExport[] {
  const going = [
    fleetExport('landcover-2026-11-queued', 'QUEUED', { age: 20_000, now, admitRank: now }),
    fleetExport('crop-types-north', 'PENDING', { age: 4 * MINUTE, now, labels: { run: '2026-11-01' } }),
    fleetExport('crop-types-south', 'PENDING', { age: 5 * MINUTE, now, labels: { run: '2026-11-01' } }),
    fleetExport('landcover-2026-10', 'RUNNING', { age: 26 * MINUTE, now, progress: 0.62, ...RUNNING }),
    fleetExport('wildfire-severity', 'RUNNING', { age: 9 * MINUTE, now, progress: 0.18 }),
    fleetExport('wetlands-rf', 'CANCELLING', { age: 31 * MINUTE, now, progress: 0.4, cancelRequestedAt: now - MINUTE }),
  ];
  const ended = [
    fleetExport('mangrove-extent', 'REJECTED', { age: 2 * HOUR, now, project: 'coast-lab', error: DENIED }),
    fleetExport('urban-growth-gtb', 'FAILED', {
      age: 3 * HOUR,
      now,
      error: MEMORY,
      batchEecuUsageSeconds: 9_412,
      outline: BOOSTED,
      ...retried(now),
    }),
    fleetExport('glacier-lakes', 'LOST', { age: 12 * DAY, now, error: LOST }),
    fleetExport('burned-area', 'CANCELLED', { age: 7 * HOUR, now, batchEecuUsageSeconds: 38.2 }),
  ];
  return [...going, ...ended, ...Array.from({ length: 60 }, (_, index) => succeeded(index, now))];
}

const BOOSTED: NonNullable<ExportRecord['outline']> = {
  classifier: 'smileGradientTreeBoost',
  arguments: [
    { name: 'numberOfTrees', value: '2000' },
    { name: 'shrinkage', value: '0.005' },
    { name: 'maxNodes', value: '64' },
  ],
  training: [
    { name: 'features', value: 'projects/forest-watch/assets/urban/samples' },
    { name: 'classProperty', value: 'built' },
    { name: 'inputProperties', value: 'B2, B3, B4, B8, B11, B12' },
  ],
};

const RUNNING: Partial<ExportRecord> = {
  labels: { run: '2026-11-01', team: 'land-cover' },
  request: {
    project: PROJECT,
    asset: 'projects/forest-watch/assets/landcover/2026-10',
    overwrite: true,
    description: 'landcover-2026-10',
    workloadTag: 'landcover',
    priority: 150,
    labels: { run: '2026-11-01', team: 'land-cover' },
    createParents: true,
  },
  outline: {
    classifier: 'smileRandomForest',
    arguments: [
      { name: 'numberOfTrees', value: '300' },
      { name: 'minLeafPopulation', value: '5' },
      { name: 'seed', value: '42' },
    ],
    training: [
      {
        name: 'features',
        value: 'Image.sampleRegions of Collection.filter of … of projects/forest-watch/assets/landcover/samples',
      },
      { name: 'classProperty', value: 'landcover' },
      { name: 'inputProperties', value: 'B2, B3, B4, B8, B11, B12, NDVI, NDWI (24 in all)' },
    ],
  },
  requestedBy: 'nightly@forest-watch.iam.gserviceaccount.com',
  warnings: [
    { field: 'priority', description: 'Priorities other than 100 need a paid project; free ones refuse them' },
  ],
  stages: [
    { name: 'Sample training data', completeWorkUnits: 4_200, totalWorkUnits: 4_200 },
    { name: 'Train classifier', description: 'random forest, 300 trees', completeWorkUnits: 171, totalWorkUnits: 300 },
    { name: 'Write asset', completeWorkUnits: 0, totalWorkUnits: 1 },
  ],
};

function retried(now: number): Partial<ExportRecord> {
  return {
    attempt: 2,
    attempts: [
      {
        attempt: 1,
        state: 'CANCELLED',
        operation: 'projects/forest-watch/operations/FIRSTATTEMPT',
        submitTime: now - 5.4 * HOUR,
        startTime: now - 5.3 * HOUR,
        endTime: now - 4 * HOUR,
        batchEecuUsageSeconds: 112,
      },
    ],
  };
}

const NAMES = ['landcover', 'crop-types', 'forest-loss', 'water-extent', 'tree-cover', 'soil-carbon'];

function succeeded(index: number, now: number): NewExport {
  const name = `${NAMES[index % NAMES.length]}-${String(1000 + index)}`;
  const age = HOUR + index * 5.2 * HOUR + (index % 7) * HOUR;
  return fleetExport(name, 'SUCCEEDED', {
    age,
    now,
    project: index % 4 === 0 ? 'coast-lab' : PROJECT,
    progress: 1,
    batchEecuUsageSeconds: 180 + ((index * 977) % 5_000),
    labels: { run: `2026-10-${String(30 - (index % 28)).padStart(2, '0')}` },
  });
}

/** Earth Engine's operation ids are 24 capital letters and digits. */
function toOperationId(id: string): string {
  return Buffer.from(id.repeat(3)).toString('hex').toUpperCase().slice(0, 24);
}
