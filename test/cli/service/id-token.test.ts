import { describe, expect, test } from '@jest/globals';
import { createIdTokens, type IdTokenOptions } from '../../../src/cli/service/id-token.ts';

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
