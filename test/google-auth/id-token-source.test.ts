import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createIdTokenSource } from '../../src/google-auth/id-token-source.ts';

const AUDIENCE = 'https://service.example';
const ACCOUNT = 'robot@my-project.iam.gserviceaccount.com';
const OF_THE_MACHINE = 'of-the-machine';

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
    return path.includes('/identity') ? OF_THE_MACHINE : '{}';
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
    expect(await createIdTokenSource()(AUDIENCE)).toBe(OF_THE_MACHINE);
    expect(received.map(({ path }) => path).find((path) => path.includes('/identity'))).toContain(
      `audience=${AUDIENCE}`,
    );
  });
});
