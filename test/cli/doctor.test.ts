import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findGcloudCommands, findGcloudFaults, readGcloudCommands } from '../../scripts/gcloud-commands.ts';
import permissions from '../../src/cli/doctor/permissions.json' with { type: 'json' };
import { type FakeAnswer, type FakeGoogle, startFakeGoogle, toError } from './fake-google.ts';
import { runInProcess } from './run-in-process.ts';

const ACCOUNT = 'classifier-export-run@my-project.iam.gserviceaccount.com';
const RUN = 'run.googleapis.com/v2/projects/my-project/locations/us-central1/services/classifier-export';
const TOPIC = 'pubsub.googleapis.com/v1/projects/my-project/topics/classifier-export-events';
const SUBSCRIPTION = 'GET pubsub.googleapis.com/v1/projects/my-project/subscriptions/classifier-export-requests';
const JOB =
  'GET cloudscheduler.googleapis.com/v1/projects/my-project/locations/us-central1/jobs/classifier-export-tick';
const RIGHTS = 'POST cloudresourcemanager.googleapis.com/v3/projects/my-project:testIamPermissions';
const CONFIG = 'GET earthengine.googleapis.com/v1/projects/my-project/config';
const IMPERSONATE = `POST iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken`;
const LEDGER = 'POST firestore.googleapis.com/v1/projects/my-project/databases/classifier-export/documents';
const FOLDER = 'GET earthengine.googleapis.com/v1/projects/my-project/assets/team-a';

const ENVIRONMENT = {
  EARTHENGINE_PROJECT: 'my-project',
  EVENTS_TOPIC: 'projects/my-project/topics/classifier-export-events',
  FIRESTORE_DATABASE: 'classifier-export',
  GOOGLE_CLOUD_PROJECT: 'my-project',
  ALLOWED_ASSETS: 'projects/my-project/assets/team-a',
};

function toService(part: string, changes: { environment?: Record<string, string>; account?: string } = {}): FakeAnswer {
  const environment = { ...ENVIRONMENT, ...changes.environment };
  const env = Object.entries(environment).map(([name, value]) => ({ name, value }));
  const uri = `https://${part}-abc-uc.a.run.app`;
  const urls = [`https://${part}-123.us-central1.run.app`, uri];
  return [200, { uri, urls, template: { serviceAccount: changes.account ?? ACCOUNT, containers: [{ env }] } }];
}

function toPolicy(...members: string[]): FakeAnswer {
  return [200, { bindings: [{ role: 'roles/run.invoker', members }] }];
}

/** Google when everything is as it should be. */
function toHealthy(): Record<string, FakeAnswer> {
  const pubsub = 'https://pubsub-123.us-central1.run.app';
  const poll = 'https://poll-abc-uc.a.run.app';
  const of = (name: string) => `serviceAccount:classifier-export-${name}@my-project.iam.gserviceaccount.com`;
  return {
    [`GET ${RUN}-http`]: toService('http'),
    [`GET ${RUN}-pubsub`]: toService('pubsub'),
    [`GET ${RUN}-poll`]: toService('poll'),
    [`GET ${RUN}-http:getIamPolicy`]: toPolicy('group:ml@example.com'),
    [`GET ${RUN}-pubsub:getIamPolicy`]: toPolicy(of('push')),
    [`GET ${RUN}-poll:getIamPolicy`]: toPolicy(of('tick')),
    [IMPERSONATE]: [200, { accessToken: 'token-of-the-account', expireTime: '2026-01-01T00:00:00Z' }],
    'GET serviceusage.googleapis.com/v1/projects/my-project/services/earthengine.googleapis.com': [
      200,
      { state: 'ENABLED' },
    ],
    [`GET ${TOPIC}`]: [200, { name: ENVIRONMENT.EVENTS_TOPIC }],
    [`POST ${TOPIC}:testIamPermissions`]: [200, { permissions: ['pubsub.topics.publish'] }],
    [SUBSCRIPTION]: [
      200,
      {
        pushConfig: {
          pushEndpoint: `${pubsub}/projects/my-project/topics/classifier-export-requests`,
          oidcToken: { serviceAccountEmail: of('push').replace('serviceAccount:', ''), audience: pubsub },
        },
        deadLetterPolicy: { deadLetterTopic: 'projects/my-project/topics/classifier-export-dead-letters' },
      },
    ],
    [JOB]: [
      200,
      {
        state: 'ENABLED',
        schedule: '* * * * *',
        httpTarget: { uri: `${poll}/`, oidcToken: { audience: poll } },
        status: {},
      },
    ],
    [CONFIG]: [200, { name: 'projects/my-project/config' }],
    [RIGHTS]: [200, { permissions: permissions.earthengine }],
    [FOLDER]: [200, { type: 'FOLDER' }],
    [`${LEDGER}:runQuery`]: [200, [{ readTime: '2026-01-01T00:00:00Z' }]],
    [`${LEDGER}:commit`]: toError(404, 'NOT_FOUND', 'No document to update'),
  };
}

const DEPLOYED = ['--project=my-project', '--region=us-central1'];
let google: FakeGoogle;

beforeEach(async () => {
  google = await startFakeGoogle(toHealthy());
});

afterEach(() => google.close());

async function examine(args = DEPLOYED, env: Record<string, string> = {}) {
  const getAccessToken = async () => 'token-of-the-operator';
  const { status, stdout, stderr } = await runInProcess(['doctor', ...args], {
    env,
    fetch: google.fetch,
    getAccessToken,
  });
  return { code: status, lines: stdout.trimEnd().split('\n'), text: stdout, stderr };
}

/** The line of a check, and the command under it. */
function findCheck(lines: readonly string[], name: string): { line: string; repair: string } {
  const index = lines.findIndex((line) => line.slice('not checked  '.length).startsWith(`${name}:`));
  return { line: lines[index] ?? '', repair: (lines[index + 1] ?? '').trim() };
}

describe('doctor of a deployed service', () => {
  test('ends 0 when everything is well', async () => {
    const { code, lines } = await examine();
    expect(lines.filter((line) => !line.startsWith('ok '))).toEqual(['20 ok, 0 at fault, 0 not checked']);
    expect(code).toBe(0);
  });

  test('asks what the account may do as the account, and nothing else as it', async () => {
    await examine();
    const asAccount = google.requests.filter(({ authorization }) => authorization === 'Bearer token-of-the-account');
    expect(asAccount.map(({ key }) => key)).toEqual([
      CONFIG,
      RIGHTS,
      FOLDER,
      `POST ${TOPIC}:testIamPermissions`,
      `${LEDGER}:runQuery`,
      `${LEDGER}:commit`,
    ]);
    expect(asAccount[0]?.quotaProject).toBe('my-project');
  });

  test('calls nothing ok that it may not ask as the account, and prints the grant', async () => {
    google.answers.set(IMPERSONATE, toError(403, 'PERMISSION_DENIED', 'Permission iam.serviceAccounts.getAccessToken'));
    const { code, lines } = await examine();
    for (const name of ['registration of my-project', 'rights in my-project', 'right to publish events']) {
      const { line, repair } = findCheck(lines, name);
      expect(line).toMatch(/^not checked .*You may not ask as/);
      expect(repair).toBe(
        `gcloud iam service-accounts add-iam-policy-binding ${ACCOUNT} --project=my-project --member="user:$(gcloud config get account)" --role=roles/iam.serviceAccountTokenCreator`,
      );
    }
    expect(lines.at(-1)).toBe('14 ok, 0 at fault, 6 not checked');
    expect(code).toBe(1);
  });

  test('names the rights that the account lacks', async () => {
    const some = permissions.earthengine.filter((permission) => permission !== 'earthengine.exports.create');
    google.answers.set(RIGHTS, [200, { permissions: some }]);
    const { code, lines } = await examine();
    const { line, repair } = findCheck(lines, 'rights in my-project');
    expect(line).toMatch(/^FAULT .*Missing earthengine\.exports\.create$/);
    expect(repair).toContain(`--member=serviceAccount:${ACCOUNT} --role=roles/earthengine.writer`);
    expect(code).toBe(1);
  });

  test('gives the remedy of a refusal that Earth Engine is known for', async () => {
    const message =
      'Project my-project is not registered to use Earth Engine. Visit https://console.cloud.google.com/earth-engine';
    google.answers.set(CONFIG, toError(403, 'PERMISSION_DENIED', message));
    const { line, repair } = findCheck((await examine()).lines, 'registration of my-project');
    expect(line).toMatch(/^FAULT /);
    expect(repair).toMatch(/^Register it at https:\/\//);
  });

  test('finds a push endpoint of another function', async () => {
    const [, healthy] = google.answers.get(SUBSCRIPTION) ?? [];
    const pushConfig = { pushEndpoint: 'https://old.run.app/', oidcToken: {} };
    google.answers.set(SUBSCRIPTION, [200, { ...(healthy as object), pushConfig }]);
    const { line, repair } = findCheck((await examine()).lines, 'subscription to the request topic');
    expect(line).toMatch(/^FAULT .*push endpoint is https:\/\/old\.run\.app\/, wanted is https:\/\/pubsub-/);
    expect(repair).toMatch(/^gcloud pubsub subscriptions update classifier-export-requests /);
  });

  test.each([
    ['paused', { state: 'PAUSED' }, /gcloud scheduler jobs resume/],
    ['calling another address', { httpTarget: { uri: 'https://old.run.app' } }, /gcloud scheduler jobs update http/],
    ['failing', { status: { code: 7, message: 'PERMISSION_DENIED' } }, /gcloud logging read/],
  ])('finds a job %s', async (_, change, command) => {
    const [, healthy] = google.answers.get(JOB) ?? [];
    google.answers.set(JOB, [200, { ...(healthy as object), ...change }]);
    const { line, repair } = findCheck((await examine()).lines, 'Scheduler job');
    expect(line).toMatch(/^FAULT /);
    expect(repair).toMatch(command);
  });

  test.each([
    ['a topic that is not there', `GET ${TOPIC}`, 'topic of completion events', /gcloud pubsub topics create/],
    ['a folder that is not there', FOLDER, 'folder projects/my-project/assets/team-a', /create folder -p/],
    ['a database that is not there', `${LEDGER}:runQuery`, 'ledger can be read', /gcloud firestore databases create/],
    ['a function that is not there', `GET ${RUN}-poll`, 'service classifier-export-poll', /terraform apply/],
  ])('finds %s', async (_, key, name, command) => {
    google.answers.delete(key);
    const { code, lines } = await examine();
    expect(findCheck(lines, name).line).toMatch(/^FAULT /);
    expect(findCheck(lines, name).repair).toMatch(command);
    expect(code).toBe(1);
  });

  test('finds a ledger that the account may not write', async () => {
    google.answers.set(`${LEDGER}:commit`, toError(403, 'PERMISSION_DENIED', 'Missing or insufficient permissions.'));
    const { line, repair } = findCheck((await examine()).lines, 'ledger can be written');
    expect(line).toMatch(/^FAULT /);
    expect(repair).toContain('--role=roles/datastore.user');
  });

  test('finds functions that run as different accounts, or with different settings', async () => {
    const environment = { RETENTION_DAYS: '7' };
    google.answers.set(`GET ${RUN}-poll`, toService('poll', { account: 'other@my-project', environment }));
    const { lines } = await examine();
    expect(findCheck(lines, 'one identity').line).toMatch(/^FAULT .*other@my-project/);
    expect(findCheck(lines, 'same settings').line).toMatch(/^FAULT .*RETENTION_DAYS/);
  });

  test('names every setting that is wrong', async () => {
    for (const part of ['http', 'pubsub', 'poll']) {
      const environment = { MAX_PENDING: 'many', NON_EXPORTABLE: 'perhaps' };
      google.answers.set(`GET ${RUN}-${part}`, toService(part, { environment }));
    }
    const { line } = findCheck((await examine()).lines, 'settings');
    expect(line).toMatch(/^FAULT .*NON_EXPORTABLE.*MAX_PENDING/);
  });

  test('finds that everybody may call exportsHttp', async () => {
    google.answers.set(`GET ${RUN}-http:getIamPolicy`, toPolicy('allUsers'));
    const { line, repair } = findCheck((await examine()).lines, 'who may call classifier-export-http');
    expect(line).toMatch(/^FAULT .*nothing keeps strangers out/);
    expect(repair).toMatch(/^gcloud run services remove-iam-policy-binding .*--member=allUsers/);
  });

  test.each([
    ['unsigned requests', { HTTP_AUTH: 'iam' }, ACCOUNT, /^FAULT .*HTTP_AUTH is iam, wanted is signature/],
    ['another account', { HTTP_AUTH: 'signature' }, 'other@my-project', /^FAULT .*runs as other@my-project/],
    ['nothing wrong', { HTTP_AUTH: 'signature' }, ACCOUNT, /^ok .*takes what is signed/],
  ])('finds a webhook function with %s', async (_, environment, account, found) => {
    google.answers.set(`GET ${RUN}-webhook`, toService('webhook', { environment, account }));
    expect(findCheck((await examine()).lines, 'function for signed webhooks').line).toMatch(found);
  });

  test('takes what it may not look at for not checked', async () => {
    google.answers.set(JOB, toError(403, 'PERMISSION_DENIED', 'Permission denied on resource'));
    const { line, repair } = findCheck((await examine()).lines, 'Scheduler job');
    expect(line).toMatch(/^not checked /);
    expect(repair).toContain('--role=roles/cloudscheduler.viewer');
  });

  test.each([
    [429, 'RESOURCE_EXHAUSTED'],
    [500, 'INTERNAL'],
    [503, 'UNAVAILABLE'],
  ])('takes an answer of %d for not checked, never for a fault', async (status, name) => {
    google.answers.set(RIGHTS, toError(status, name, 'Try again'));
    expect(findCheck((await examine()).lines, 'rights in my-project').line).toMatch(/^not checked /);
  });

  test('prints commands that gcloud knows', async () => {
    const gcloud = readGcloudCommands();
    if (!gcloud) {
      console.warn('Skipped: gcloud is not installed');
      return;
    }
    const denied = toError(403, 'PERMISSION_DENIED', 'Denied');
    const printed: string[] = [];
    for (const [key] of Object.entries(toHealthy())) {
      for (const answer of [denied, toError(404, 'NOT_FOUND', 'No'), [200, {}] as FakeAnswer]) {
        google.answers.set(key, answer);
        printed.push(...(await examine()).lines);
      }
      google.answers.set(key, toHealthy()[key] as FakeAnswer);
    }
    const commands = new Set(printed.filter((line) => line.includes('gcloud ')));
    const faults = [...commands].flatMap(findGcloudCommands).flatMap((words) => findGcloudFaults(gcloud, words));
    expect(faults).toEqual([]);
    expect(commands.size).toBeGreaterThan(15);
  });

  test('keeps what Google answers from steering the terminal', async () => {
    google.answers.set(JOB, toError(403, 'PERMISSION_DENIED', 'No\u001b[2J\nok           all is well'));
    const { text } = await examine();
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\nok           all is well');
  });

  test('quotes what it fills into a command', async () => {
    for (const part of ['http', 'pubsub', 'poll'])
      google.answers.set(`GET ${RUN}-${part}`, toService(part, { account: 'x; rm -rf ~' }));
    const { repair } = findCheck((await examine()).lines, 'ledger can be written');
    expect(repair).toContain("add-iam-policy-binding 'x; rm -rf ~' ");
  });
});

describe('doctor without what it needs', () => {
  test.each([
    [[], {}, 'none is named; --project and --region'],
    [['--project=p'], {}, 'none is named; --project and --region'],
    [['--unknown'], {}, "Unknown option '--unknown'"],
    [['--url=nowhere'], {}, 'Cannot use the address "nowhere"'],
    [['my-project'], {}, 'Cannot look at "my-project"'],
    [[], { EE_EXPORT_URL: 'https://exports.example.com' }, 'it is a deployed service; --project and --region'],
  ])('ends 2 for %j with %j', async (args, env, message) => {
    const { code, stderr } = await examine(args, env);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    expect(google.requests).toEqual([]);
  });

  test('says how to log in when there are no credentials', async () => {
    const { status, stdout } = await runInProcess(['doctor', ...DEPLOYED], { fetch: google.fetch });
    expect(status).toBe(1);
    expect(stdout.split('\n')).toContain('             gcloud auth application-default login');
  });
});
