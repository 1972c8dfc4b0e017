import { describe, expect, test } from '@jest/globals';
import { readConfig, SettingsError } from '../src/config.ts';

const LEAST = { EARTHENGINE_PROJECT: 'my-project', EVENTS_TOPIC: 'projects/my-project/topics/ended' };
const SECRET = `whsec_${Buffer.alloc(24, 'hunter2').toString('base64')}`;
const OTHER_SECRET = Buffer.alloc(32, 'swordfish').toString('base64');

/** What is said of the settings; nothing when they are good. */
function readMessage(environment: Record<string, string>, options?: { local: true }): string {
  const given = { ...LEAST, ...environment };
  try {
    options ? readConfig(given, options) : readConfig(given);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.replace('Cannot start with these settings: ', '');
    throw error;
  }
  return '';
}

/** The faults that are named, in the order in which they are. */
function readFaults(environment: Record<string, string>, options?: { local: true }): string[] {
  return readMessage(environment, options).split('; ');
}

/** The names of the wrong settings. */
function readWrong(environment: Record<string, string>, options?: { local: true }): string[] {
  const names = readFaults(environment, options).map((fault) => /^([A-Z][A-Z0-9_]+)[.:]/.exec(fault)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

describe('readConfig() has a default for every setting but two', () => {
  test('which are these', () => {
    expect(readConfig(LEAST)).toEqual({
      defaultProject: 'my-project',
      earthEngineUrl: 'https://earthengine.googleapis.com',
      eventsTopic: 'projects/my-project/topics/ended',
      ledgerKind: 'sqlite',
      sqlitePath: '.local/ledger.db',
      firestoreDatabase: '(default)',
      allowedProjects: ['my-project'],
      allowedAssets: ['projects/my-project/assets'],
      httpAuth: 'iam',
      webhookSecrets: [],
      idTokenEmails: [],
      callerPolicy: {},
      nonExportable: 'reject',
      pollBudgetMs: 50_000,
      submitBudgetMs: 20_000,
      maxPending: 3_000,
      retentionDays: 90,
      logLevel: 'info',
    });
  });

  test('and takes an empty variable for an absent one', () => {
    const names = [
      'EARTHENGINE_URL',
      'LEDGER',
      'SQLITE_PATH',
      'FIRESTORE_DATABASE',
      'GOOGLE_CLOUD_PROJECT',
      'K_SERVICE',
      'FIRESTORE_EMULATOR_HOST',
      'ALLOWED_PROJECTS',
      'ALLOWED_ASSETS',
      'HTTP_AUTH',
      'WEBHOOK_SECRETS',
      'ID_TOKEN_AUDIENCE',
      'ID_TOKEN_EMAILS',
      'CALLER_POLICY',
      'NON_EXPORTABLE',
      'POLL_BUDGET_SECONDS',
      'POLL_EVERY_SECONDS',
      'SUBMIT_BUDGET_SECONDS',
      'MAX_PENDING',
      'RETENTION_DAYS',
      'LOG_LEVEL',
    ];
    const empty = Object.fromEntries(names.map((name) => [name, '']));
    expect(readConfig({ ...LEAST, ...empty, OTHER: 'x', MISSING: undefined })).toEqual(readConfig(LEAST));
  });
});

test('readConfig() reads every setting', () => {
  const policy = {
    'a@b.example': { projects: ['my-project'], assets: ['projects/my-project/assets/a'], maxPriority: 0 },
  };
  const config = readConfig({
    EARTHENGINE_PROJECT: 'example.com:my-project',
    EARTHENGINE_URL: 'http://127.0.0.1:8080//',
    EVENTS_TOPIC: 'ended',
    LEDGER: 'firestore',
    SQLITE_PATH: '/tmp/ledger.db',
    FIRESTORE_DATABASE: 'exports',
    GOOGLE_CLOUD_PROJECT: 'cloud-project',
    FIRESTORE_EMULATOR_HOST: '127.0.0.1:8081',
    ALLOWED_PROJECTS: ' my-project , 123456789012,example.com:other-project,',
    ALLOWED_ASSETS: 'projects/my-project/assets/a,projects/earthengine-legacy/assets/users/me/',
    HTTP_AUTH: 'signature',
    WEBHOOK_SECRETS: `${SECRET}, ${OTHER_SECRET}`,
    ID_TOKEN_AUDIENCE: 'https://exports.example',
    ID_TOKEN_EMAILS: 'a@b.example,c@d.example',
    CALLER_POLICY: JSON.stringify(policy),
    NON_EXPORTABLE: 'warn',
    POLL_BUDGET_SECONDS: '540',
    POLL_EVERY_SECONDS: '10',
    SUBMIT_BUDGET_SECONDS: '30',
    MAX_PENDING: '100',
    RETENTION_DAYS: '7',
    LOG_LEVEL: 'debug',
  });
  expect(config).toEqual({
    defaultProject: 'example.com:my-project',
    earthEngineUrl: 'http://127.0.0.1:8080',
    eventsTopic: 'projects/cloud-project/topics/ended',
    ledgerKind: 'firestore',
    sqlitePath: '/tmp/ledger.db',
    firestoreDatabase: 'exports',
    cloudProject: 'cloud-project',
    firestoreEmulatorHost: '127.0.0.1:8081',
    allowedProjects: ['my-project', '123456789012', 'example.com:other-project'],
    allowedAssets: ['projects/my-project/assets/a', 'projects/earthengine-legacy/assets/users/me/'],
    httpAuth: 'signature',
    webhookSecrets: [SECRET, OTHER_SECRET],
    idTokenAudience: 'https://exports.example',
    idTokenEmails: ['a@b.example', 'c@d.example'],
    callerPolicy: policy,
    nonExportable: 'warn',
    pollBudgetMs: 540_000,
    pollEveryMs: 10_000,
    submitBudgetMs: 30_000,
    maxPending: 100,
    retentionDays: 7,
    logLevel: 'debug',
  });
});

test('readConfig() allows assets under the allowed projects where nothing else is said', () => {
  const { allowedAssets } = readConfig({ ...LEAST, ALLOWED_PROJECTS: 'project-a,project-b' });
  expect(allowedAssets).toEqual(['projects/project-a/assets', 'projects/project-b/assets']);
});

test.each([
  ['FIRESTORE_DATABASE', ['(default)', 'exports', 'ee-classifier-export', 'a2345']],
  ['FIRESTORE_EMULATOR_HOST', ['localhost:8080', '127.0.0.1:1', '[::1]:8080', 'firestore.local:65535']],
])('readConfig() takes for %s what Google has', (name, values) => {
  for (const value of values) expect(() => readConfig({ ...LEAST, [name]: value })).not.toThrow();
});

test.each([
  'projects/my-project/assets',
  'projects/example.com:my-project/assets/',
  'projects/earthengine-legacy/assets',
  'projects/earthengine-legacy/assets/users/me',
  `projects/my-project/assets${'/a'.repeat(10)}`,
])('readConfig() takes the asset prefix %s, under which requests can name assets', (prefix) => {
  expect(readConfig({ ...LEAST, ALLOWED_ASSETS: prefix }).allowedAssets).toEqual([prefix]);
});

describe('readConfig() refuses', () => {
  const policy = (rules: unknown) => JSON.stringify({ 'a@b.example': rules });

  test.each<[string, string[]]>([
    ['FIRESTORE_DATABASE', ['(other)', 'a/b', 'a?b#c', 'Upper', 'abc', '1abcd', `a${'b'.repeat(63)}`]],
    ['FIRESTORE_EMULATOR_HOST', ['http://x:1', '::1:8080', 'localhost', 'localhost:', 'a b:1', 'x:1/']],
    [
      'EARTHENGINE_PROJECT',
      [
        'projects/my-project',
        'My-Project',
        'my project',
        'abc',
        'a'.repeat(31),
        '-my-project',
        '1my-project',
        'local:my-project',
        '12345',
      ],
    ],
    [
      'EARTHENGINE_URL',
      [
        'earthengine.googleapis.com',
        'ftp://earthengine.googleapis.com',
        'https://user:hunter2@earthengine.googleapis.com',
        'https://hunter2@earthengine.googleapis.com',
        'https://x.example?key=hunter2',
        'https://x.example/?',
        'https://x.example#a',
        'https://',
        'https://x .example',
        'javascript:alert(1)',
      ],
    ],
    [
      'EVENTS_TOPIC',
      [
        '1st',
        'ab',
        'a b',
        'projects/p',
        'projects/p/topics/',
        'projects/p/subscriptions/abc',
        'projects/a/b/topics/abc',
        'a'.repeat(256),
      ],
    ],
    ['LEDGER', ['mysql', 'SQLite', 'firestore,sqlite']],
    ['ALLOWED_PROJECTS', [',', 'my-project,projects/other-project', 'my-project;other-project', '*']],
    [
      'ALLOWED_ASSETS',
      [
        ', ,',
        'my-project',
        'projects/my-project',
        'projects/my-project/assets/../x',
        'projects/my-project/assets/a*',
        'users/me',
        'projects/My-Project/assets/a',
        'projects/123456789012/assets/a',
        'projects/earthengine-public/assets/a',
        `projects/my-project/assets/${'a'.repeat(101)}`,
        `projects/my-project/assets${'/a'.repeat(11)}`,
        'projects/my-project/assets//a',
      ],
    ],
    ['HTTP_AUTH', ['none', 'IAM', 'basic']],
    [
      'WEBHOOK_SECRETS',
      [
        'hunter2',
        'whsec_hunter2',
        `${SECRET},hunter2`,
        `whsec_${'a'.repeat(28)}`,
        `whsec_${'a'.repeat(33)}`,
        `whsec_${Buffer.alloc(22).toString('base64')}`,
        Buffer.alloc(23).toString('base64'),
        'whsec_',
        ',',
      ],
    ],
    ['ID_TOKEN_EMAILS', ['a', 'a@b@c', 'a@b c@d', ',']],
    [
      'CALLER_POLICY',
      [
        'no JSON',
        '[]',
        '7',
        'null',
        '"x"',
        policy([]),
        policy(7),
        policy({ project: ['my-project'] }),
        policy({ projects: 'my-project' }),
        policy({ projects: ['*'] }),
        policy({ assets: ['users/me'] }),
        policy({ maxPriority: 10_000 }),
        policy({ maxPriority: '5' }),
        policy({ maxPriority: -1 }),
        policy({ maxPriority: 1.5 }),
      ],
    ],
    ['NON_EXPORTABLE', ['allow', 'REJECT']],
    ['POLL_BUDGET_SECONDS', ['4', '3501', '50s', '5e1', '0x32', '50.5', '-50', ' 50', 'NaN', '99999999999']],
    ['POLL_EVERY_SECONDS', ['0', '3501', 'x']],
    ['SUBMIT_BUDGET_SECONDS', ['0', '601', 'x']],
    ['MAX_PENDING', ['0', '3001', 'x']],
    ['RETENTION_DAYS', ['0', '3651', 'x']],
    ['LOG_LEVEL', ['trace', 'INFO']],
  ])('a wrong %s and names it: %j', (name, values) => {
    for (const value of values) expect([value, readWrong({ [name]: value })]).toEqual([value, [name]]);
  });

  test('several wrong ones at once, conflicts among them', () => {
    const wrong = readWrong({
      EARTHENGINE_PROJECT: '',
      EARTHENGINE_URL: 'x',
      EVENTS_TOPIC: '',
      LEDGER: 'sqlite',
      K_SERVICE: 'exports-http',
      HTTP_AUTH: 'google-id-token',
      MAX_PENDING: 'x',
      LOG_LEVEL: 'x',
    });
    expect(new Set(wrong)).toEqual(
      new Set([
        'EARTHENGINE_PROJECT',
        'EARTHENGINE_URL',
        'EVENTS_TOPIC',
        'LEDGER',
        'ID_TOKEN_AUDIENCE',
        'ID_TOKEN_EMAILS',
        'MAX_PENDING',
        'LOG_LEVEL',
      ]),
    );
  });

  test('with a message that says what is wanted', () => {
    expect(() => readConfig({ EVENTS_TOPIC: 'projects/p/topics/ended', LOG_LEVEL: 'loud', MAX_PENDING: '0' })).toThrow(
      new SettingsError(
        'Cannot start with these settings: EARTHENGINE_PROJECT: it is missing; the id of a Google Cloud project (or its number) is wanted, e.g. my-project; MAX_PENDING: a whole number from 1 to 3000 is wanted; LOG_LEVEL: debug or info or warning or error is wanted',
      ),
    );
  });

  test('what is missing in one form, whether always or only beside another setting', () => {
    const missing = {
      ...{ EARTHENGINE_PROJECT: '', EVENTS_TOPIC: '', LEDGER: 'firestore' },
      ...{ HTTP_AUTH: 'google-id-token', ID_TOKEN_AUDIENCE: '' },
    };
    for (const environment of [missing, { HTTP_AUTH: 'signature' }]) {
      const message = readMessage(environment);
      const names = readWrong(environment);
      expect(
        names.filter((name) => !new RegExp(`${name}: it is missing; [^;]+ (is|are) wanted`).test(message)),
      ).toEqual([]);
    }
  });

  test('values of the wrong type without calling them missing', () => {
    const rules = { projects: 'my-project', assets: [7], maxPriority: '5' };
    const message = readMessage({ CALLER_POLICY: policy(rules) });
    expect(message).not.toMatch(/missing|Invalid/);
    expect(message).toContain('CALLER_POLICY.a@b.example.projects: a list of project ids is wanted');
    expect(message).toContain('CALLER_POLICY.a@b.example.assets.0: asset-name prefixes are wanted');
    expect(message).toContain('CALLER_POLICY.a@b.example.maxPriority: a whole number from 0 to 9999 is wanted');
  });

  test('without repeating what may be a secret, wherever it was put', () => {
    const names = [
      'EARTHENGINE_PROJECT',
      'EARTHENGINE_URL',
      'EVENTS_TOPIC',
      'LEDGER',
      'ALLOWED_PROJECTS',
      'ALLOWED_ASSETS',
      'HTTP_AUTH',
      'WEBHOOK_SECRETS',
      'ID_TOKEN_EMAILS',
      'CALLER_POLICY',
      'NON_EXPORTABLE',
      'POLL_BUDGET_SECONDS',
      'MAX_PENDING',
      'LOG_LEVEL',
    ];
    const environment = Object.fromEntries(names.map((name) => [name, 'whsec_hunter2!']));
    expect(readWrong(environment)).toEqual(names);
    expect(readFaults(environment).join()).not.toContain('hunter2');
    const nested = {
      WEBHOOK_SECRETS: `${SECRET},hunter2`,
      CALLER_POLICY: policy({ hunter2: 1, projects: ['hunter2!'] }),
    };
    expect(readWrong(nested)).toEqual(['WEBHOOK_SECRETS', 'CALLER_POLICY']);
    expect(readFaults(nested).join()).not.toMatch(/hunter2|aHVudGVy/);
  });
});

describe('readConfig() sees settings that contradict each other', () => {
  const cloud = { K_SERVICE: 'exports-http', GOOGLE_CLOUD_PROJECT: 'my-project' };

  test.each<[string, Record<string, string>, string[]]>([
    ['no topic', { EVENTS_TOPIC: '' }, ['EVENTS_TOPIC']],
    ['a topic without a project', { EVENTS_TOPIC: 'ended' }, ['EVENTS_TOPIC']],
    ['a topic, and the project beside it', { EVENTS_TOPIC: 'ended', GOOGLE_CLOUD_PROJECT: 'p' }, []],
    ['SQLite on Cloud Run', { ...cloud, LEDGER: 'sqlite' }, ['LEDGER']],
    ['Firestore on Cloud Run', { ...cloud, LEDGER: 'firestore' }, []],
    ['nothing on Cloud Run', cloud, []],
    ['Cloud Run without a project', { K_SERVICE: 'exports-http' }, ['GOOGLE_CLOUD_PROJECT']],
    ['Firestore without a project', { LEDGER: 'firestore' }, ['GOOGLE_CLOUD_PROJECT']],
    ['an unknown ledger: no more than that', { LEDGER: 'mysql' }, ['LEDGER']],
    ['an unknown ledger on Cloud Run: no more than that', { LEDGER: 'mysql', K_SERVICE: 'x' }, ['LEDGER']],
    ['signatures without secrets', { HTTP_AUTH: 'signature' }, ['WEBHOOK_SECRETS']],
    ['signatures with a secret', { HTTP_AUTH: 'signature', WEBHOOK_SECRETS: SECRET }, []],
    ['ID tokens without anything', { HTTP_AUTH: 'google-id-token' }, ['ID_TOKEN_AUDIENCE', 'ID_TOKEN_EMAILS']],
    ['ID tokens for anybody', { HTTP_AUTH: 'google-id-token', ID_TOKEN_AUDIENCE: 'x' }, ['ID_TOKEN_EMAILS']],
    [
      'ID tokens from anywhere',
      { HTTP_AUTH: 'google-id-token', ID_TOKEN_EMAILS: 'a@b.example' },
      ['ID_TOKEN_AUDIENCE'],
    ],
    ['ID tokens', { HTTP_AUTH: 'google-id-token', ID_TOKEN_AUDIENCE: 'x', ID_TOKEN_EMAILS: 'a@b.example' }, []],
  ])('%s', (_, environment, wrong) => {
    expect(readWrong(environment)).toEqual(wrong);
  });

  test('but needs no topic in the local stack', () => {
    expect(readWrong({ EVENTS_TOPIC: '' }, { local: true })).toEqual([]);
    expect(readConfig({ EARTHENGINE_PROJECT: 'my-project' }, { local: true })).not.toHaveProperty('eventsTopic');
  });

  test('and chooses the ledger by where it runs', () => {
    expect(readConfig({ ...LEAST, ...cloud }).ledgerKind).toBe('firestore');
    expect(readConfig({ ...LEAST, GOOGLE_CLOUD_PROJECT: 'my-project' }).ledgerKind).toBe('sqlite');
  });
});

test('readConfig() takes keys of the prototype in CALLER_POLICY for nobody', () => {
  const CALLER_POLICY = '{"__proto__":{"maxPriority":9999},"constructor":{"maxPriority":1}}';
  const { callerPolicy } = readConfig({ ...LEAST, CALLER_POLICY });
  expect(Object.hasOwn(callerPolicy, '__proto__')).toBe(false);
  expect(Object.hasOwn(callerPolicy, 'constructor')).toBe(true);
  expect(({} as { maxPriority?: unknown }).maxPriority).toBeUndefined();
});
