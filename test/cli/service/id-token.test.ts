import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createIdTokens, type IdTokenOptions } from '../../../src/cli/service/id-token.ts';
import { createIdTokenSource } from '../../../src/google-auth.ts';

const AUDIENCE = 'https://service.example';
const ACCOUNT = 'robot@my-project.iam.gserviceaccount.com';

/** A token that says when it ends, as far as anybody here looks at it. */
function tokenUntil(seconds: number): string {
  return `e30.${Buffer.from(JSON.stringify({ exp: seconds })).toString('base64url')}.x`;
}

describe('createIdTokens()', () => {
  const asked: string[][] = [];
  let now = 0;

  function create(
    options: Partial<Omit<IdTokenOptions, 'io'>> & { env?: Record<string, string>; gcloud?: string } = {},
  ) {
    const { env = {}, gcloud, ...rest } = options;
    asked.length = 0;
    const runCommand = async (command: string, args: string[]) => {
      asked.push([command, ...args]);
      if (gcloud === undefined) throw new Error('spawn gcloud ENOENT\nERROR: no account\nPlease run: x');
      return gcloud;
    };
    return createIdTokens({
      io: { env, now: () => now, runCommand },
      source: async () => undefined,
      audience: AUDIENCE,
      ...rest,
    });
  }

  test('takes EE_EXPORT_ID_TOKEN before all others', async () => {
    const source = () => Promise.reject(new Error('not to be asked'));
    expect(await create({ env: { EE_EXPORT_ID_TOKEN: 'given' }, source, gcloud: 'gcloud' })()).toBe('given');
    expect(asked).toEqual([]);
  });

  test('takes the default credentials before gcloud, for the service and the account wanted', async () => {
    const calls: unknown[] = [];
    const source = async (...call: unknown[]) => {
      calls.push(call);
      return 'own';
    };
    expect(await create({ source, impersonate: ACCOUNT, gcloud: 'gcloud' })()).toBe('own');
    expect(calls).toEqual([[AUDIENCE, ACCOUNT]]);
    expect(asked).toEqual([]);
  });

  test('asks gcloud where the credentials are a user’s, or there are none', async () => {
    expect(await create({ gcloud: 'printed\n' })()).toBe('printed');
    expect(asked).toEqual([['gcloud', 'auth', 'print-identity-token']]);
    const source = () => Promise.reject(new Error('Could not load the default credentials'));
    expect(await create({ source, gcloud: 'printed' })()).toBe('printed');
  });

  test('never sends its own token in place of that of the account to act as', async () => {
    const source = () => Promise.reject(new Error('Permission iam.serviceAccounts.getOpenIdToken denied'));
    await expect(create({ source, impersonate: ACCOUNT, gcloud: 'printed' })()).rejects.toThrow('getOpenIdToken');
    expect(asked).toEqual([]);
  });

  test('names every way when there is none', async () => {
    const failure = create()().catch((error: Error) => error.message);
    expect(await failure).toMatch(
      /\(spawn gcloud ENOENT: ERROR: no account\);.*EE_EXPORT_ID_TOKEN.*default credentials.*--impersonate-service-account.*gcloud auth login/s,
    );
  });

  test('keeps a token until five minutes before its end', async () => {
    let count = 0;
    const source = async () => {
      count += 1;
      return tokenUntil(3600 * count);
    };
    const getToken = create({ source });
    await getToken();
    now = 3_299_000;
    await getToken();
    expect(count).toBe(1);
    now = 3_300_000;
    await getToken();
    expect(count).toBe(2);
  });
});

describe('createIdTokenSource()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adc-'));
  const kept = { ...process.env };
  const received: { path: string; authorization: string | undefined; body: string }[] = [];
  let server: Server;
  let url = '';

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const body = await text(request);
      received.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
      response.setHeader('content-type', 'application/json').setHeader('metadata-flavor', 'Google');
      response.end(answerTo(request));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    received.length = 0;
    process.env['CLOUDSDK_CONFIG'] = folder;
  });
  afterEach(() => {
    process.env = { ...kept };
  });

  function answerTo({ url: path = '' }: IncomingMessage): string {
    if (path.startsWith('/sts')) {
      return JSON.stringify({
        access_token: 'federated',
        expires_in: 3600,
        token_type: 'Bearer',
        issued_token_type: 'x',
      });
    }
    if (path.includes(':generateIdToken')) return JSON.stringify({ token: 'of-the-account' });
    return path.includes('/identity') ? tokenUntil(1) : '{}';
  }

  function useCredentials(credentials: object): void {
    const path = join(folder, 'credentials.json');
    writeFileSync(path, JSON.stringify(credentials));
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = path;
  }

  function federation(more: object = {}): object {
    writeFileSync(join(folder, 'subject'), 'subject-token');
    return {
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${url}/sts`,
      credential_source: { file: join(folder, 'subject') },
      ...more,
    };
  }

  test('gives nothing for a user’s own credentials', async () => {
    useCredentials({ type: 'authorized_user', client_id: 'c', client_secret: 's', refresh_token: 'r' });
    expect(await createIdTokenSource({ iamEndpoint: url })(AUDIENCE)).toBeUndefined();
    expect(received).toEqual([]);
  });

  test('asks as the federated identity for the service account that it may act as', async () => {
    const impersonation = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${ACCOUNT}:generateAccessToken`;
    useCredentials(federation({ service_account_impersonation_url: impersonation }));
    expect(await createIdTokenSource({ iamEndpoint: url })(AUDIENCE)).toBe('of-the-account');
    const asked = received.filter(({ path }) => path.includes('generateIdToken'));
    expect(asked).toMatchObject([
      { path: `/v1/projects/-/serviceAccounts/${ACCOUNT}:generateIdToken`, authorization: 'Bearer federated' },
    ]);
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ audience: AUDIENCE, includeEmail: true });
  });

  test('says that a federation without a service account has no ID token', async () => {
    useCredentials(federation());
    await expect(createIdTokenSource({ iamEndpoint: url })(AUDIENCE)).rejects.toThrow('name no service account');
  });

  test('asks for the account to impersonate, whatever the credentials are', async () => {
    useCredentials(federation());
    expect(await createIdTokenSource({ iamEndpoint: url })(AUDIENCE, 'other@p.iam.gserviceaccount.com')).toBe(
      'of-the-account',
    );
    expect(received.at(-1)?.path).toContain('/other@p.iam.gserviceaccount.com:generateIdToken');
  });

  test('asks the metadata server on Google Cloud', async () => {
    delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
    process.env['GCE_METADATA_HOST'] = url.replace('http://', '');
    expect(await createIdTokenSource()(AUDIENCE)).toBe(tokenUntil(1));
    expect(received.map(({ path }) => path).find((path) => path.includes('/identity'))).toContain(
      `audience=${AUDIENCE}`,
    );
  });
});
