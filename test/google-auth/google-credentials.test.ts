import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { type Arrival, sendJson, startWire, type Wire } from '../earth-engine/wire.ts';
import { runScript } from '../support/run-script.ts';

const ACCOUNT = 'exporter@my-project.iam.gserviceaccount.com';
const TOKEN_PATH = '/computeMetadata/v1/instance/service-accounts/default/token';

// Processes of their own take their time on a busy machine.
jest.setTimeout(60_000);

type Reply = (response: Parameters<typeof sendJson>[0], count: number) => void;

const open: Wire[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((wire) => wire.close()));
});

/** A metadata server that gives tokens `token-1`, `token-2`, … unless told otherwise. */
async function startMetadata(replies: { token?: Reply; email?: Reply } = {}) {
  const counts = { token: 0, email: 0 };
  const wire = await startWire(({ path }: Arrival, response) => {
    response.setHeader('metadata-flavor', 'Google');
    if (path.startsWith(TOKEN_PATH)) {
      counts.token += 1;
      const token = { access_token: `token-${counts.token}`, expires_in: 3600, token_type: 'Bearer' };
      return replies.token ? replies.token(response, counts.token) : sendJson(response, 200, token);
    }
    if (path.endsWith('/email')) {
      counts.email += 1;
      return replies.email ? replies.email(response, counts.email) : response.end(ACCOUNT);
    }
    response.end(path.endsWith('/project-id') ? 'my-project' : 'googleapis.com');
  });
  open.push(wire);
  const environment = {
    GCE_METADATA_HOST: wire.url.replace('http://', ''),
    METADATA_SERVER_DETECTION: 'assume-present',
  };
  return { counts, environment, arrivals: wire.arrivals };
}

const SETUP = `
  const { createGoogleCredentials } = await import(src + 'google-auth/google-credentials.ts');
  const { systemClock } = await import(src + 'clock.ts');
  const { getToken, principal } = createGoogleCredentials({ clock: systemClock });
  const attempt = (work) => work.catch(({ name }) => ({ name }));
`;

describe('createGoogleCredentials()', () => {
  test('loads no library and asks nobody before the first call', async () => {
    const { environment, arrivals } = await startMetadata();
    const { values } = await runScript(
      `${SETUP}
      const { createRequire } = await import('node:module');
      const loaded = () => Object.keys(createRequire(src).cache).some((path) => path.includes('google-auth-library'));
      print(loaded());
      await getToken(false);
      print(loaded());`,
      environment,
    );
    expect(values).toEqual([false, true]);
    expect(arrivals.length).toBeGreaterThan(0);
    const { arrivals: none, environment: untouched } = await startMetadata();
    await runScript(SETUP, untouched);
    expect(none).toEqual([]);
  });

  test('keeps a token, for everybody who asks at once too, until it is to be renewed', async () => {
    const { environment, counts } = await startMetadata();
    const { values, errors } = await runScript(
      `${SETUP}
      print(await Promise.all([getToken(false), getToken(false), getToken(false)]));
      print(await getToken(false));
      print(await Promise.all([getToken(true), getToken(true), getToken(false)]));
      print(await getToken(false));
      print(await getToken(true));`,
      environment,
    );
    expect(values).toEqual([
      ['token-1', 'token-1', 'token-1'],
      'token-1',
      ['token-2', 'token-2', 'token-2'],
      'token-2',
      'token-3',
    ]);
    expect(counts.token).toBe(3);
    expect(errors).toBe('');
  });

  test('asks for what Earth Engine needs, and for nothing else', async () => {
    const { environment, arrivals } = await startMetadata();
    await runScript(`${SETUP} await getToken(false);`, environment);
    expect(arrivals.map(({ path }) => decodeURIComponent(path))).toEqual([
      `${TOKEN_PATH}?scopes=https://www.googleapis.com/auth/cloud-platform`,
    ]);
  });

  test('is not spoiled by a failure, nor by a renewal that failed', async () => {
    const fails = new Set([1, 3]);
    const token: Reply = (response, count) =>
      fails.has(count)
        ? sendJson(response, 400, { error: 'no' })
        : sendJson(response, 200, { access_token: `token-${count}`, expires_in: 3600 });
    const { environment } = await startMetadata({ token });
    const { values } = await runScript(
      `${SETUP}
      print(typeof await attempt(getToken(false)));
      print(await getToken(false));
      print(typeof await attempt(getToken(true)));
      print(await getToken(false));`,
      environment,
    );
    expect(values).toEqual(['object', 'token-2', 'object', 'token-4']);
  });

  test('loads the library again when that failed', async () => {
    const { values } = await runScript(
      `const { registerHooks } = await import('node:module');
      let fails = true;
      registerHooks({
        resolve(name, context, next) {
          if (name !== 'google-auth-library') return next(name, context);
          if (fails) throw new Error('No memory');
          const url = 'data:text/javascript,export class GoogleAuth { getAccessToken() { return "token-1"; } }';
          return { url, shortCircuit: true };
        },
      });
      ${SETUP}
      print((await attempt(getToken(false))).name);
      fails = false;
      print(await getToken(false));`,
    );
    expect(values).toEqual(['Error', 'token-1']);
  });

  test('gives up on a metadata server that hangs, and asks it again', async () => {
    const { values } = await runScript(
      `const { createServer } = await import('node:http');
      const { createGoogleCredentials } = await import(src + 'google-auth/google-credentials.ts');
      const timers = new Set();
      const clock = { now: () => 0, after: (ms, task) => { timers.add(task); return () => timers.delete(task); } };
      let count = 0;
      const server = createServer((_, response) => {
        count += 1;
        if (count % 2 === 1) for (const task of timers) task();
        else response.setHeader('metadata-flavor', 'Google').setHeader('content-type', 'application/json')
          .end(JSON.stringify({ access_token: 'token-' + count, expires_in: 3600 }));
      });
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      process.env.GCE_METADATA_HOST = '127.0.0.1:' + server.address().port;
      const { getToken } = createGoogleCredentials({ clock });
      const name = ({ name }) => name;
      print(await getToken(false).catch(name));
      print(await getToken(false));
      print(await Promise.all([getToken(true).catch(name), getToken(true).catch(name)]));
      print(await getToken(false));`,
      { METADATA_SERVER_DETECTION: 'assume-present' },
    );
    expect(values).toEqual(['TooLateError', 'token-2', ['TooLateError', 'TooLateError'], 'token-4']);
  });

  test('fails where there are no credentials', async () => {
    const environment = { METADATA_SERVER_DETECTION: 'none' };
    const { values } = await runScript(
      `${SETUP} print(await attempt(getToken(false))); print((await principal()) ?? null);`,
      environment,
    );
    expect(values).toEqual([{ name: 'Error' }, null]);
  });
});

describe('the principal of the credentials', () => {
  test('is the account of the metadata server, asked for once', async () => {
    const { environment, counts } = await startMetadata();
    const { values } = await runScript(
      `const { createGoogleCredentials } = await import(src + 'google-auth/google-credentials.ts');
      const { principal } = createGoogleCredentials({ clock: { now: () => 0, after: () => () => {} } });
      print(await Promise.all([principal(), principal()]));
      print(await principal());`,
      environment,
    );
    expect(values).toEqual([[ACCOUNT, ACCOUNT], ACCOUNT]);
    expect(counts.email).toBe(1);
  });

  test('is asked for again after a minute when it could not be told', async () => {
    const email: Reply = (response, count) => {
      if (count === 1) sendJson(response, 404, {});
      else response.end(ACCOUNT);
    };
    const { environment, counts } = await startMetadata({ email });
    const { values } = await runScript(
      `const { createGoogleCredentials } = await import(src + 'google-auth/google-credentials.ts');
      let now = 1_000_000;
      const { principal } = createGoogleCredentials({ clock: { now: () => now, after: () => () => {} } });
      print((await principal()) ?? null);
      now += 59_000;
      print((await principal()) ?? null);
      now += 1_000;
      print((await principal()) ?? null);`,
      environment,
    );
    expect(values).toEqual([null, null, ACCOUNT]);
    expect(counts.email).toBe(2);
  });

  test('keeps nobody waiting who has an answer to record', async () => {
    let answer: () => void = () => {};
    const email: Reply = (response) => {
      answer = () => void response.end(ACCOUNT);
    };
    const { environment, counts } = await startMetadata({ email });
    const { values } = await runScript(
      `const { createGoogleCredentials } = await import(src + 'google-auth/google-credentials.ts');
      const timers = new Set();
      const clock = { now: () => 0, after: (ms, task) => { timers.add([ms, task]); return () => {}; } };
      const { principal } = createGoogleCredentials({ clock });
      const asking = principal();
      print([...timers].map(([ms]) => ms));
      for (const [, task] of timers) task();
      print((await asking) ?? null);`,
      environment,
    );
    expect(values).toEqual([[3_000], null]);
    expect(counts.email).toBeLessThanOrEqual(1);
    answer();
  });
});
