import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Answer } from '../../src/earth-engine/client.ts';
import {
  type FailureContext,
  readOperationFailure,
  readSend,
  type SendOutcome,
  toFailure,
} from '../../src/earth-engine/failure.ts';
import failures from '../../src/earth-engine/failures.json' with { type: 'json' };
import { readGoogleError } from '../../src/earth-engine/google-error.ts';
import { findKnownFailure } from '../../src/earth-engine/known-failures.ts';
import { readOperation } from '../../src/earth-engine/operation.ts';
import { type ErrorExample, readErrorExamples } from './examples.ts';

const CONTEXT: FailureContext = {
  project: 'my-project',
  asset: 'projects/shared-project/assets/models/rf',
  principal: 'exporter@my-project.iam.gserviceaccount.com',
};
/** What an error of undocumented status may plausibly come with. */
const PLAUSIBLE = [400, 409, 412, 429, 500, 503];
const OPERATION = { name: 'projects/my-project/operations/ABC', metadata: { state: 'PENDING' } };

function answered(status: number, body: unknown, retryAfterMs?: number): Answer {
  return { kind: 'answered', status, body, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function toError(http: number, message: string, status?: string, more: object = {}): Answer {
  return answered(http, { error: { code: http, message, ...(status ? { status } : {}), ...more } });
}

function readReason(outcome: SendOutcome): string | undefined {
  return 'failure' in outcome ? outcome.failure.reason : undefined;
}

/** The failure of an operation that ended with this error. */
function failed(error: object, state = 'FAILED') {
  const operation = readOperation({ ...OPERATION, metadata: { state }, done: true, error });
  return operation && readOperationFailure(operation, CONTEXT);
}

describe('readSend() understands the errors seen in public', () => {
  /** Kind and reason; of a status nobody wrote down, whatever it is. */
  const EXPECTED: Record<string, [kind: SendOutcome['kind'], reason: string]> = {
    '400-asset-segments.json': ['refused', 'ASSET_NAME_INVALID'],
    '400-bad-expression.json': ['refused', 'INVALID_EXPRESSION'],
    '400-payload-too-large.json': ['refused', 'PAYLOAD_TOO_LARGE'],
    '400-property-key.json': ['refused', 'PROPERTY_KEY_INVALID'],
    '400-user-memory-limit.json': ['refused', 'OUT_OF_MEMORY'],
    '403-api-disabled.json': ['denied', 'SERVICE_DISABLED'],
    '403-not-registered.json': ['refused', 'PROJECT_NOT_REGISTERED'],
    '403-scope-insufficient.json': ['refused', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'],
    '403-serviceusage.json': ['denied', 'USER_PROJECT_DENIED'],
    '429-concurrency.json': ['throttled', 'RATE_LIMITED'],
    '429-quota-metric.json': ['throttled', 'RATE_LIMITED'],
    'status-unknown-cannot-overwrite.json': ['refused', 'ASSET_EXISTS'],
    'status-unknown-daily-eecu-quota.json': ['daily-quota', 'DAILY_EECU_QUOTA'],
    'status-unknown-duplicate-request-id.json': ['duplicate', 'DUPLICATE_REQUEST_ID'],
    'status-unknown-queue-full.json': ['queue-full', 'QUEUE_FULL'],
  };
  const examples = readErrorExamples();
  const cases = examples.flatMap((example) =>
    (example.httpStatus === null ? PLAUSIBLE : [example.httpStatus]).map((http) => ({ ...example, http })),
  );

  test('and every example is expected here', () => {
    expect(new Set(examples.map(({ file }) => file))).toEqual(new Set(Object.keys(EXPECTED)));
  });

  test.each(cases)('$file with $http', ({ file, http, body }: ErrorExample & { http: number }) => {
    const outcome = readSend(answered(http, body), CONTEXT);
    expect([outcome.kind, readReason(outcome)]).toEqual(EXPECTED[file]);
  });

  test.each(cases)('$file with $http and details alone, or with none', ({ file, http, body }) => {
    const bare = { error: { message: body.error.message } };
    const outcome = readSend(answered(http, bare), CONTEXT);
    expect([outcome.kind, readReason(outcome)]).toEqual(EXPECTED[file]);
  });
});

describe('readSend() goes by the answers table', () => {
  const html = undefined;

  test.each<[string, Answer, SendOutcome['kind']]>([
    ['an operation', answered(200, OPERATION), 'accepted'],
    ['an operation without a state', answered(200, { name: OPERATION.name }), 'accepted'],
    ['an operation that failed at once', answered(200, { ...OPERATION, error: { code: 3 } }), 'accepted'],
    ['200 without a readable name', answered(200, { metadata: {} }), 'doubtful'],
    ['200 with HTML', answered(200, html), 'doubtful'],
    ['200 with an error', toError(200, 'Too many tasks already in the queue (3000).'), 'doubtful'],
    ['201 with an operation', answered(201, OPERATION), 'accepted'],
    ['204', answered(204, undefined), 'doubtful'],
    ['a redirect', answered(302, html), 'doubtful'],
    ['304', answered(304, undefined), 'doubtful'],
    ['400 with a Google error', toError(400, 'No', 'INVALID_ARGUMENT'), 'refused'],
    ['400 with HTML', answered(400, html), 'doubtful'],
    ['400 with another kind of error', answered(400, { error: 'invalid_grant' }), 'doubtful'],
    ['401', toError(401, 'Invalid credentials', 'UNAUTHENTICATED'), 'denied'],
    ['401 with HTML', answered(401, html), 'denied'],
    ['403', toError(403, 'The caller does not have permission', 'PERMISSION_DENIED'), 'refused'],
    ['403 with HTML', answered(403, html), 'doubtful'],
    ['404', toError(404, 'Requested entity was not found.', 'NOT_FOUND'), 'refused'],
    ['404 with HTML', answered(404, html), 'doubtful'],
    ['408', toError(408, 'Timeout', 'DEADLINE_EXCEEDED'), 'doubtful'],
    ['409', toError(409, 'Conflict', 'ABORTED'), 'refused'],
    ['412', toError(412, 'No', 'FAILED_PRECONDITION'), 'refused'],
    ['429', toError(429, 'Slow down', 'RESOURCE_EXHAUSTED'), 'throttled'],
    ['429 with HTML', answered(429, html), 'throttled'],
    ['429 of a shared aggregation', toError(429, 'Quota exceeded: Too many concurrent aggregations.'), 'throttled'],
    ['499', toError(499, 'Cancelled', 'CANCELLED'), 'doubtful'],
    ['500', toError(500, 'Internal error', 'INTERNAL'), 'doubtful'],
    ['502 with HTML', answered(502, html), 'doubtful'],
    ['503', toError(503, 'Unavailable', 'UNAVAILABLE'), 'doubtful'],
    ['504', toError(504, 'Deadline', 'DEADLINE_EXCEEDED'), 'doubtful'],
    ['a time-out', { kind: 'unanswered', cause: 'no answer in time', sent: true }, 'doubtful'],
    ['no token', { kind: 'unanswered', cause: 'no access token in time', sent: false }, 'throttled'],
  ])('%s', (_, answer, kind) => {
    expect(readSend(answer, CONTEXT).kind).toBe(kind);
  });

  test.each(['rateLimitExceeded', 'userRateLimitExceeded'])('403 %s, as older APIs write it', (reason) => {
    const errors = [{ domain: 'usageLimits', reason, message: 'Rate Limit Exceeded' }];
    const outcome = readSend(toError(403, 'Rate Limit Exceeded', undefined, { errors }), CONTEXT);
    expect([outcome.kind, readReason(outcome)]).toEqual(['throttled', 'RATE_LIMITED']);
  });

  test('an operation is the answer, read', () => {
    expect(readSend(answered(200, OPERATION), CONTEXT)).toEqual({
      kind: 'accepted',
      operation: { name: OPERATION.name, state: 'PENDING', stages: [], destinationUris: [] },
    });
  });

  test('a doubt names what it came from and nothing that was sent', () => {
    const causes = [answered(502, undefined), toError(500, 'secret', 'INTERNAL'), answered(200, {})].map((answer) =>
      readSend(answer, CONTEXT),
    );
    expect(causes).toEqual([
      { kind: 'doubtful', cause: 'answer 502 without a Google error' },
      { kind: 'doubtful', cause: 'answer 500 INTERNAL' },
      { kind: 'doubtful', cause: 'unreadable answer 200' },
    ]);
  });

  test('a wait that was asked for comes with what is to be repeated', () => {
    expect(readSend(answered(429, undefined, 30_000), CONTEXT)).toMatchObject({ retryAfterMs: 30_000 });
    expect(readSend(answered(429, undefined), CONTEXT)).not.toHaveProperty('retryAfterMs');
    expect(readSend(answered(503, undefined, 30_000), CONTEXT)).not.toHaveProperty('retryAfterMs');
  });

  test('what was not sent says so', () => {
    const outcome = readSend({ kind: 'unanswered', cause: 'ENOTFOUND', sent: false }, CONTEXT);
    expect(outcome).toMatchObject({
      failure: {
        reason: 'NOT_SENT',
        status: 'UNAVAILABLE',
        message: 'Cannot send the export: nothing left the service (ENOTFOUND)',
        retryable: true,
      },
    });
  });
});

describe('a caller cannot put a refusal into the mouth of Earth Engine', () => {
  const others = [
    'Too many tasks already in the queue (3000). Please wait for some of them to complete.',
    'A different Operation was already started with the given request_id.',
    "Your usage exceeded the custom quota for 'earthengine.googleapis.com/daily_eecu_usage_time'",
    'Google Earth Engine API has not been used in project 1 before or it is disabled.',
    'Caller does not have required permission to use project p.',
    'Request was rejected because the request rate or concurrency limit was exceeded.',
  ];

  test.each(others)('by having it quoted: %s', (other) => {
    const expression = `Invalid value at 'expression' (type.googleapis.com/google.earthengine.v1.Expression), "${other}"`;
    const messages = [
      expression,
      `Name "${other}" is invalid.`,
      `Property key "${other}" is invalid. Property keys must`,
    ];
    const outcomes = messages.map((message) => readSend(toError(400, message, 'INVALID_ARGUMENT'), CONTEXT));
    expect(outcomes.map(readReason)).toEqual(['INVALID_EXPRESSION', 'ASSET_NAME_INVALID', 'PROPERTY_KEY_INVALID']);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['refused']));
  });

  test.each(others.slice(2, 5))('by having it quoted anywhere, where it would stop the whole project: %s', (other) => {
    const outcome = readSend(toError(400, `Unknown function "${other}"`, 'INVALID_ARGUMENT'), CONTEXT);
    expect([outcome.kind, readReason(outcome)]).toEqual(['refused', 'UNKNOWN']);
  });
});

describe('every row of failures.json', () => {
  /** What each is recognised by, beside the errors seen in public. */
  const EXAMPLES: Record<string, (string | { infoReason: string })[]> = {
    NOT_SENT: [{ infoReason: 'NOT_SENT' }],
    SERVICE_DISABLED: [{ infoReason: 'SERVICE_DISABLED' }],
    USER_PROJECT_DENIED: [{ infoReason: 'USER_PROJECT_DENIED' }],
    ACCESS_TOKEN_SCOPE_INSUFFICIENT: [{ infoReason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' }],
    PROJECT_NOT_REGISTERED: ['Not signed up for Earth Engine or project is not registered.'],
    INVALID_EXPRESSION: ['Invalid value at \'expression.values\', "x"'],
    INVALID_FIELD: [
      'Invalid value at \'priority\' (type.googleapis.com/google.protobuf.Int32Value), "x"',
      'Invalid JSON payload received. Unknown name "maxWorker": Cannot find field.',
    ],
    PAYLOAD_TOO_LARGE: ['Request payload size exceeds the limit: 4194304 bytes.'],
    ASSET_NAME_INVALID: ['Name "projects/p/assets/a b" is invalid.'],
    PROPERTY_KEY_INVALID: ['Property key "a b" is invalid.'],
    ASSET_EXISTS: ["Cannot overwrite asset 'projects/p/assets/x'."],
    DUPLICATE_REQUEST_ID: ['a different operation was ALREADY STARTED with the given request_id'],
    QUEUE_FULL: ['Too many tasks already in the queue (5000). Please wait for some of them to complete.'],
    DAILY_EECU_QUOTA: ["Quota exceeded for quota metric 'EECU' and limit 'daily_eecu_usage_time' of service"],
    TOO_MANY_AGGREGATIONS: ['Quota exceeded: Too many concurrent aggregations.'],
    OUT_OF_MEMORY: ['User memory limit exceeded.', 'Execution failed; out of memory.', 'Out of memory.'],
    VALUE_TOO_LARGE: ['Computed value too large', 'Computed value is too large.'],
    EXPORT_TOO_LARGE: ['Export too large: specified 175296036 pixels (max: 100000000). Specify higher maxPixels value'],
    TIMED_OUT: ['Computation timed out.'],
    INVALID_PARAMETER: ['Invalid number of random selected features for splitting: 0'],
    BAND_NOT_FOUND: [
      "Image.select: Band pattern 'non_band' did not match any bands.",
      "Image.select: Pattern 'Map' did not match any bands.",
    ],
    NOT_EXPORTABLE: ['Classifier of type smileKNN cannot be exported.', 'Cannot export this kind of classifier.'],
    PARENT_MISSING: [
      "Folder 'projects/p/assets/models' does not exist.",
      'Parent folder projects/p/assets/x not found.',
    ],
    ASSET_CREATE_DENIED: [
      "Insufficient permissions to create asset 'projects/p/assets/x'.",
      "Permission 'earthengine.assets.create' denied on resource 'projects/p' (or it may not exist).",
    ],
    ASSET_NOT_ACCESSIBLE: [
      "Image.load: Image asset 'projects/p/assets/x' not found (does not exist or caller does not have access).",
      "Collection.loadTable: Collection asset 'projects/p/assets/x' not found.",
      "Asset 'projects/p/assets/x' does not exist or doesn't allow this operation.",
    ],
    RATE_LIMITED: [{ infoReason: 'RATE_LIMIT_EXCEEDED' }],
    INTERNAL: ['Internal error.', 'An internal error has occurred', 'An internal error has occurred (request: 1)'],
  };

  test('has an example here, and there is none of another', () => {
    expect(new Set(Object.keys(EXAMPLES))).toEqual(new Set(failures.map(({ reason }) => reason)));
    expect(new Set(failures.map(({ reason }) => reason)).size).toBe(failures.length);
  });

  const cases = Object.entries(EXAMPLES).flatMap(([reason, examples]) => examples.map((example) => [reason, example]));

  test.each(cases)('%s is known by %j', (reason, example) => {
    const error = typeof example === 'string' ? { message: example } : { message: 'x', ...(example as object) };
    expect(toFailure({ status: 'UNKNOWN', ...error }, CONTEXT)).toMatchObject({ reason });
  });

  test.each(failures.filter(({ send }) => send !== undefined))('$reason has a meaning of its own for a send', (row) => {
    const [example] = EXAMPLES[row.reason] ?? [];
    const error = typeof example === 'string' ? { message: example } : { message: '', ...example };
    expect(findKnownFailure(error)?.send).toBe(row.send);
  });

  test.each(failures)('$reason says what it means and what to do, and leaves nothing to fill in', (row) => {
    const [example] = EXAMPLES[row.reason] ?? [];
    const error = typeof example === 'string' ? { message: example } : { message: '', ...example };
    const { remedy } = toFailure({ status: 'UNKNOWN', ...error }, CONTEXT);
    expect(remedy).not.toMatch(/[{}]/);
    expect(row.remedy.length).toBeGreaterThan(10);
    expect(row.meaning).toMatch(/^.{10,}[^.]$/);
  });
});

describe('toFailure() does not mistake for one another', () => {
  test.each([
    ['an asset without a property', "Classifier.train: Asset property 'landcover' is not numeric.", 'UNKNOWN'],
    ['a property that is not found', "Collection.reduceColumns: Property 'x' not found.", 'UNKNOWN'],
    ['an operation that is not found', 'Operation ABC not found.', 'UNKNOWN'],
    ['an input a classifier does not support', "Classifier.train: input type 'String' is not supported", 'UNKNOWN'],
    ['a connection that timed out', 'The upstream connection timed out.', 'UNKNOWN'],
    [
      'a band whose name says memory',
      "Image.select: Band pattern 'out of memory' did not match any bands.",
      'BAND_NOT_FOUND',
    ],
    ['an internal server of somebody', 'The internal error handler is not registered', 'UNKNOWN'],
    ['a queue that is not full', 'The task is already in the queue', 'UNKNOWN'],
    ['an operation that was started', 'A different Operation was already started', 'UNKNOWN'],
    ['a project that is mentioned', 'Project x is registered to use Earth Engine', 'UNKNOWN'],
    ['memory that is enough', 'Runs out of memory of the reviewer', 'UNKNOWN'],
    ['a quota of something else', "Quota exceeded for 'storage'", 'UNKNOWN'],
    ['an overwrite that is allowed', "Could overwrite asset 'x'", 'UNKNOWN'],
    ['a payload of a fine size', 'Request payload size: 12', 'UNKNOWN'],
    ['nothing', '', 'UNKNOWN'],
  ])('%s', (_, message, reason) => {
    expect(toFailure({ status: 'INVALID_ARGUMENT', message }, CONTEXT).reason).toBe(reason);
  });
});

test('toFailure() keeps a reason of Google that it does not know', () => {
  const reasons = ['BILLING_DISABLED', 'SERVICE_DISABLED_AGAIN', 'NOT_SERVICE_DISABLED', 'XRATE_LIMIT_EXCEEDED'];
  const failures = reasons.map((infoReason) =>
    toFailure({ status: 'PERMISSION_DENIED', message: 'No', infoReason }, CONTEXT),
  );
  expect(failures.map(({ reason }) => reason)).toEqual(reasons);
  for (const { remedy } of failures) expect(remedy).toContain('roles/earthengine.writer');
});

describe('toFailure() fills in the remedy', () => {
  const parentMissing = { status: 'NOT_FOUND', message: "Folder 'x' does not exist." };

  test.each<[string, { status: string; message: string; infoReason?: string }, string]>([
    [
      'USER_PROJECT_DENIED',
      { status: 'PERMISSION_DENIED', message: '', infoReason: 'USER_PROJECT_DENIED' },
      'gcloud projects add-iam-policy-binding my-project --member=serviceAccount:exporter@my-project.iam.gserviceaccount.com --role=roles/serviceusage.serviceUsageConsumer',
    ],
    [
      'SERVICE_DISABLED',
      { status: 'PERMISSION_DENIED', message: '', infoReason: 'SERVICE_DISABLED' },
      'gcloud services enable earthengine.googleapis.com --project=my-project',
    ],
    [
      'PERMISSION_DENIED',
      { status: 'PERMISSION_DENIED', message: 'The caller does not have permission' },
      'gcloud projects add-iam-policy-binding my-project --member=serviceAccount:exporter@my-project.iam.gserviceaccount.com --role=roles/earthengine.writer',
    ],
    [
      'ASSET_CREATE_DENIED, in the project that owns the asset',
      { status: 'UNKNOWN', message: "Insufficient permissions to create asset 'x'" },
      'gcloud projects add-iam-policy-binding shared-project --member=serviceAccount:exporter@my-project.iam.gserviceaccount.com --role=roles/earthengine.writer',
    ],
    [
      'PARENT_MISSING',
      parentMissing,
      'Create the folder (earthengine create folder --parents projects/shared-project/assets/models) or send createParents: true, then retry the export',
    ],
    [
      'ASSET_NOT_ACCESSIBLE, with the asset that the message names',
      { status: 'UNKNOWN', message: "Image.load: Image asset 'projects/p/assets/a_b-c' not found." },
      'Share the asset with the service account (earthengine acl ch -u exporter@my-project.iam.gserviceaccount.com:R projects/p/assets/a_b-c), then retry the export',
    ],
    [
      'ASSET_EXISTS',
      { status: 'UNKNOWN', message: "Cannot overwrite asset 'projects/shared-project/assets/models/rf'." },
      'Set assetExportOptions.earthEngineDestination.overwrite to true, choose another name, or delete it: earthengine rm projects/shared-project/assets/models/rf',
    ],
  ])('of %s', (_, error, remedy) => {
    expect(toFailure(error, CONTEXT).remedy).toBe(remedy);
  });

  test('with words in capitals where it knows no better', () => {
    const remedies = [parentMissing, { status: 'PERMISSION_DENIED', message: '' }].map(
      (error) => toFailure(error, { project: 'my-project' }).remedy,
    );
    expect(remedies[0]).toContain('earthengine create folder --parents FOLDER)');
    expect(remedies[1]).toContain('--member=serviceAccount:SERVICE_ACCOUNT_EMAIL ');
  });

  test('with the legacy root as nobody to grant anything on', () => {
    const context = { project: 'my-project', asset: 'projects/earthengine-legacy/assets/users/a/b' };
    const { remedy } = toFailure(
      { status: 'UNKNOWN', message: "Insufficient permissions to create asset 'x'" },
      context,
    );
    expect(remedy).toContain('add-iam-policy-binding my-project ');
  });

  test.each(['$(reboot)', 'a; reboot', 'a`b`', 'a b', 'a\nb', "a'b", '$&', '{asset}'])(
    'with nothing a shell would take for more than a name: %j',
    (hostile) => {
      const context = { project: hostile, asset: `projects/p/assets/${hostile}/x`, principal: hostile };
      const errors = failures.map(({ reason }) => ({ status: 'UNKNOWN', message: `'${hostile}'`, infoReason: reason }));
      const messages = ["Folder 'x' not found", "Cannot overwrite asset 'x'", `Image asset '${hostile}' not found`];
      const all = [...errors, ...messages.map((message) => ({ status: 'PERMISSION_DENIED', message }))];
      for (const error of all) {
        const { remedy } = toFailure(error, context);
        expect(remedy).not.toContain(hostile);
      }
    },
  );
});

describe('readOperationFailure() explains', () => {
  const examples: [string, object, object][] = [
    [
      'a cancel',
      { code: 1, message: 'Cancelled.' },
      { reason: 'CANCELLED', status: 'CANCELLED', code: 1, retryable: false },
    ],
    [
      'out of memory',
      { code: 3, message: 'User memory limit exceeded.' },
      { reason: 'OUT_OF_MEMORY', retryable: false },
    ],
    ['no memory', { code: 3, message: 'Execution failed; out of memory' }, { reason: 'OUT_OF_MEMORY' }],
    ['a time-out', { code: 3, message: 'Computation timed out.' }, { reason: 'TIMED_OUT', retryable: false }],
    ['aggregations', { code: 8, message: 'Quota exceeded: Too many concurrent aggregations.' }, { retryable: true }],
    [
      'a large value',
      { code: 3, message: 'Computed value too large' },
      { reason: 'VALUE_TOO_LARGE', retryable: false },
    ],
    ['an internal error', { code: 13, message: 'Internal error.' }, { reason: 'INTERNAL', code: 13, retryable: true }],
    ['one without a code', { code: null, message: 'An internal error has occurred' }, { reason: 'INTERNAL', code: 2 }],
    [
      'one of a kind not known',
      { code: 13, message: 'Boom' },
      { reason: 'UNKNOWN', status: 'INTERNAL', retryable: true },
    ],
    ['one that may pass', { code: 14, message: 'Boom' }, { reason: 'UNKNOWN', status: 'UNAVAILABLE', retryable: true }],
    ['one that will not pass', { code: 3, message: 'Boom' }, { reason: 'UNKNOWN', retryable: false }],
    ['a missing right', { code: 7, message: 'No' }, { reason: 'PERMISSION_DENIED', status: 'PERMISSION_DENIED' }],
    ['a code as text', { code: '5', message: 'No' }, { reason: 'NOT_FOUND', status: 'NOT_FOUND', code: 5 }],
    ['a code that is none', { code: 99, message: 'No' }, { status: 'UNKNOWN', code: 2 }],
    ['the code of success', { code: 0, message: '' }, { status: 'UNKNOWN', code: 2 }],
    ['no error', {}, { status: 'UNKNOWN', message: 'Earth Engine gave no reason' }],
  ];

  test.each(examples)('%s', (_, error, expected) => {
    const state = (error as { code?: unknown }).code === 1 ? 'CANCELLED' : 'FAILED';
    const failure = failed(error, state);
    expect(failure).toMatchObject(expected);
    expect(failure?.remedy.length).toBeGreaterThan(10);
  });

  test('a cancel as a cancel, whatever its message says', () => {
    expect(failed({ code: 1, message: 'Internal error.' }, 'CANCELLED')).toMatchObject({ reason: 'CANCELLED' });
    expect(failed({}, 'CANCELLED')).toMatchObject({ reason: 'CANCELLED', message: 'Cancelled' });
  });

  test('nothing of an operation that runs or succeeded', () => {
    for (const state of ['PENDING', 'RUNNING', 'CANCELLING', 'SUCCEEDED'] as const) {
      const operation = { name: OPERATION.name, state, stages: [], destinationUris: [], error: { message: 'x' } };
      expect(readOperationFailure(operation, CONTEXT)).toBeUndefined();
    }
  });
});

describe('readGoogleError()', () => {
  const read = (http: number, body: unknown) => readGoogleError({ kind: 'answered', status: http, body });

  test.each<[string, unknown]>([
    ['HTML', undefined],
    ['null', null],
    ['text', 'No'],
    ['a list', [{ error: { message: 'x' } }]],
    ['an error that is text', { error: 'invalid_grant', error_description: 'x' }],
    ['an error that is null', { error: null }],
    ['an error that says nothing', { error: {} }],
    ['a message that is no text', { error: { message: 7 } }],
    ['a status that is none', { error: { status: 'NOPE' } }],
  ])('finds none in %s', (_, body) => {
    expect(read(400, body)).toBeUndefined();
  });

  test.each<[string, number, object, object]>([
    ['as it is', 400, { message: 'x', status: 'FAILED_PRECONDITION' }, { message: 'x', status: 'FAILED_PRECONDITION' }],
    ['by the HTTP status', 409, { message: 'x' }, { message: 'x', status: 'ALREADY_EXISTS' }],
    [
      'by the HTTP status, where its own is none',
      404,
      { message: 'x', status: 'constructor' },
      { message: 'x', status: 'NOT_FOUND' },
    ],
    ['UNKNOWN, where nobody tells', 418, { message: 'x', status: 1 }, { message: 'x', status: 'UNKNOWN' }],
    ['without a message', 403, { status: 'PERMISSION_DENIED' }, { message: '', status: 'PERMISSION_DENIED' }],
    [
      'with the reason of its details',
      403,
      { message: 'x', details: [null, 'x', { links: [] }, { reason: 'SERVICE_DISABLED' }] },
      { message: 'x', status: 'PERMISSION_DENIED', infoReason: 'SERVICE_DISABLED' },
    ],
    [
      'without a reason that is no word',
      403,
      { message: 'x', details: [{ reason: 'a\nb' }, { reason: 'x'.repeat(64) }, { reason: 7 }] },
      { message: 'x', status: 'PERMISSION_DENIED' },
    ],
  ])('reads one %s', (_, http, error, expected) => {
    expect(read(http, { error })).toEqual(expected);
  });

  test('keeps 4,000 characters of a message', () => {
    expect(read(400, { error: { message: 'x'.repeat(5_000) } })?.message).toHaveLength(4_000);
  });

  test('has a code for every status, and none for what is no status', () => {
    const codes = ['NOT_FOUND', 'UNAUTHENTICATED', 'OK', 'constructor', '__proto__', ''].map(
      (status) => toFailure({ status, message: '' }, CONTEXT).code,
    );
    expect(codes).toEqual([5, 16, 2, 2, 2, 2]);
  });
});

describe('a hostile message', () => {
  const MIB = 1024 * 1024;

  test('is kept to 4,000 characters that can be stored', () => {
    const { message } = toFailure({ status: 'UNKNOWN', message: `\ud800${'x'.repeat(MIB)}` }, CONTEXT);
    expect(message).toHaveLength(4_000);
    expect(message.isWellFormed()).toBe(true);
    const outcome = readSend(toError(400, 'y'.repeat(MIB)), CONTEXT);
    expect('failure' in outcome && outcome.failure.message).toMatch(/^y{3999}…$/);
  });

  /** Beginnings of the patterns, over and over, and what makes them look again and again. */
  const seeds = [
    'a',
    ' ',
    '(',
    '"',
    "'",
    'asset ',
    'Asset asset ',
    'classifier ',
    'Classifiers ',
    'usage exceeded ',
    'quota exceeded ',
    'api has not been used in project ',
    'Image.select: band pattern ',
    'name "',
    'property key "',
    'parent folder ',
    'folder ',
    'an internal error',
    'x.',
    'a'.repeat(99),
    "Permission 'earthengine.assets.create",
  ];

  test('does not take long, whatever it repeats', () => {
    const texts = seeds.flatMap((seed) => [seed.repeat(MIB / seed.length), `Name "${seed.repeat(5_000)}`]);
    const started = performance.now();
    for (const message of texts) toFailure({ status: 'UNKNOWN', message }, CONTEXT);
    expect((performance.now() - started) / texts.length).toBeLessThan(50);
  });

  test('never makes an answer of itself, or throws', () => {
    const anything = fc.oneof(fc.jsonValue(), fc.record({ error: fc.jsonValue() }), fc.record({ error: fc.object() }));
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), anything, (http, body) => {
        const { kind } = readSend(answered(http, body), CONTEXT);
        expect(kind === 'accepted').toBe(http >= 200 && http < 300 && readOperation(body) !== undefined);
        if (http >= 500 || http < 400) expect(kind).not.toBe('refused');
      }),
      { numRuns: 500 },
    );
  });
});
