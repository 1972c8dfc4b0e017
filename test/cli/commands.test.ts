import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ExportResource } from '../../src/functions/routes/export-resource.ts';
import { type CliRun, runCliProcess } from './cli-process.ts';
import { runInProcess } from './run-in-process.ts';
import { requestOf, startQuickStack } from './start-quick-stack.ts';

describe('ee-export', () => {
  let stack: Awaited<ReturnType<typeof startQuickStack>>;

  beforeAll(async () => {
    stack = await startQuickStack();
  });
  afterAll(() => stack.close());

  function run(args: string[], input?: string): Promise<CliRun> {
    return runInProcess(args, surroundings(input));
  }

  const surroundings = (input = '') => ({ env: { EE_EXPORT_URL: stack.url }, input });

  /** Submits, and waits until all have got as far as they will by themselves. */
  async function submitAll(...requests: object[]): Promise<void> {
    const { status, stderr } = await run(
      ['submit', '-'],
      requests.map((request) => JSON.stringify(request)).join('\n'),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }

  function expectWatched(id: string, { status, stdout, stderr }: CliRun): void {
    const lines = stdout.trim().split('\n');
    expect(lines[0]).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z ${id} (QUEUED|PENDING)`));
    expect(lines.at(-1)).toMatch(new RegExp(`Z ${id} SUCCEEDED$`));
    expect(stdout).not.toContain('\u001b');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }

  const readJsonLines = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ExportResource);
  const read = async (id: string) => (await fetch(`${stack.url}/v1/exports/${id}`)).json() as Promise<ExportResource>;

  describe('submit', () => {
    test('with --watch writes a line for each change, until the export has succeeded', async () => {
      const input = JSON.stringify(requestOf('watched'));
      expectWatched('watched', await run(['submit', '-', '--watch', '--every', '1'], input));
    });

    test('takes one request a line and tells each in JSON', async () => {
      const input = [requestOf('line-1'), requestOf('line-2')].map((request) => JSON.stringify(request)).join('\n');
      const { status, stdout } = await run(['submit', '-', '--json'], `${input}\n`);
      expect(status).toBe(0);
      expect(readJsonLines(stdout).map(({ id }) => id)).toEqual(['line-1', 'line-2']);
    });

    test('submits the example request of the documents', async () => {
      const { status, stdout } = await run(['submit', 'docs/examples/request.json']);
      expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining(' landcover-1 ') });
    });

    test('names every fault of a request, sends the others, and ends with 1', async () => {
      const wrong = { ...requestOf('good'), requestId: 'not good', priority: 'high' };
      const input = [wrong, requestOf('after-a-fault')].map((request) => JSON.stringify(request)).join('\n');
      const { status, stdout, stderr } = await run(['submit', '-'], input);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^Request 1: Cannot accept the request:\n {2}requestId: .*\n {2}priority: /);
      expect(stdout).toContain('after-a-fault');
    });

    test('--validate-only says what is wrong and records nothing', async () => {
      const good = await run(['submit', '-', '--validate-only'], JSON.stringify(requestOf('only-validated')));
      expect(good).toMatchObject({ status: 0, stdout: expect.stringMatching(/^valid \d+ bytes c1:[0-9a-f]{64}\n$/) });
      const bad = await run(['submit', '-', '--validate-only'], JSON.stringify({ expression: {} }));
      expect(bad).toMatchObject({ status: 1, stderr: expect.stringContaining('assetExportOptions') });
      expect((await fetch(`${stack.url}/v1/exports/only-validated`)).status).toBe(404);
    });

    test.each([
      ['nothing', '', 'it is empty'],
      ['no JSON', '{"a": ', 'Cannot read -: '],
      ['a line that is no JSON', '{"a":1}\n{"b":', 'Cannot read line 2 of -: '],
    ])('refuses %s with 2', async (_, input, message) => {
      const { status, stderr } = await run(['submit', '-'], input);
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
    });
  });

  describe('watch', () => {
    test('ends when all of a label have ended, and tells a failure by 1', async () => {
      const labels = { run: 'with-failure' };
      await submitAll(requestOf('fails-1', { labels }), requestOf('goes-well', { labels }));
      const { status, stdout } = await run(['watch', '--label', 'run=with-failure', '--every', '1']);
      expect(status).toBe(1);
      expect(stdout).toMatch(/fails-1 FAILED User memory limit exceeded\. \(.+\)/);
      expect(stdout).toMatch(/goes-well SUCCEEDED/);
    });

    test('tells a cancellation without failures by 3, in JSON as well', async () => {
      await submitAll(requestOf('slow-cancelled'), requestOf('not-cancelled'));
      await run(['cancel', 'slow-cancelled']);
      const { status, stdout } = await run(['watch', 'slow-cancelled', 'not-cancelled', '--json', '--every', '1']);
      const last = new Map(readJsonLines(stdout).map(({ id, state }) => [id, state]));
      expect(Object.fromEntries(last)).toEqual({ 'slow-cancelled': 'CANCELLED', 'not-cancelled': 'SUCCEEDED' });
      expect(status).toBe(3);
    });

    test('says when nothing matches', async () => {
      const { status, stderr } = await run(['watch', '--label', 'run=never']);
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: 'Cannot watch: no export matches; other filters, or ids, are wanted\n',
      });
    });
  });

  describe('list', () => {
    test('writes columns parted by tabs, newest first', async () => {
      const labels = { run: 'listed' };
      await submitAll(requestOf('listed-1', { labels }), requestOf('listed-2', { labels }));
      const { status, stdout } = await run(['list', '--label', 'run=listed', '--since', '2020-01-01']);
      const rows = stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t'));
      expect(rows.map(([id]) => id)).toEqual(['listed-2', 'listed-1']);
      expect(rows[0]?.slice(4)).toEqual(['my-project', 'projects/my-project/assets/listed-2']);
      expect(status).toBe(0);
    });

    test('stops at --limit and hands filters on', async () => {
      await submitAll(requestOf('limit-1'), requestOf('limit-2'));
      expect((await run(['list', '--limit', '1'])).stdout.trim().split('\n')).toHaveLength(1);
      const { status, stderr } = await run(['list', '--state', 'nonsense']);
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('one of QUEUED') });
    });
  });

  describe('cancel', () => {
    test('by filter: --dry-run only tells, then it is done, and what has ended is left alone', async () => {
      const labels = { run: 'cancelled' };
      await submitAll(requestOf('slow-1', { labels }), requestOf('slow-2', { labels }), requestOf('done', { labels }));
      await run(['watch', 'done', '--every', '1']);
      const dry = await run(['cancel', '--label', 'run=cancelled', '--dry-run']);
      expect(dry).toMatchObject({ status: 0, stderr: '2 exports would be cancelled\n' });
      expect((await read('slow-1')).cancelRequestTime).toBeUndefined();
      const done = await run(['cancel', '--label', 'run=cancelled', '--json']);
      expect(
        readJsonLines(done.stdout)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(['slow-1', 'slow-2']);
      expect((await read('slow-1')).cancelRequestTime).toBeDefined();
      expect((await read('done')).state).toBe('SUCCEEDED');
      const late = await run(['cancel', 'done']);
      expect(late).toEqual({
        status: 0,
        stdout: '',
        stderr: 'done has ended: SUCCEEDED\n0 exports asked to be cancelled\n',
      });
    });

    test('needs ids or filters, and not both', async () => {
      expect((await run(['cancel'])).status).toBe(2);
      expect((await run(['cancel', 'a', '--state', 'PENDING'])).status).toBe(2);
      expect(await run(['cancel', 'nobody'])).toMatchObject({ status: 1, stderr: expect.stringContaining('nobody') });
    });
  });

  test('retry starts a new attempt, and tells what cannot be retried', async () => {
    await submitAll(requestOf('fails-retried'), requestOf('well-retried'));
    await run(['watch', 'fails-retried', 'well-retried', '--every', '1']);
    const { status, stdout, stderr } = await run(['retry', 'fails-retried', 'well-retried', '--json']);
    expect(readJsonLines(stdout)).toMatchObject([{ id: 'fails-retried', attempt: 2 }]);
    expect(stderr).toContain('it has succeeded');
    expect(status).toBe(1);
  });

  test('retry by filter takes those alone that ended without success', async () => {
    const labels = { run: 'retried' };
    const requests = [
      requestOf('fails-again', { labels }),
      requestOf('went-well', { labels }),
      requestOf('slow-going', { labels }),
    ];
    await submitAll(...requests);
    await run(['watch', 'fails-again', 'went-well', '--every', '1']);
    const { status, stdout } = await run(['retry', '--label', 'run=retried', '--dry-run']);
    expect({
      status,
      ids: stdout
        .trim()
        .split('\n')
        .map((line) => line.split('\t')[0]),
    }).toEqual({ status: 0, ids: ['fails-again'] });
  });

  test('retry by filter leaves alone what was refused before it was a request', async () => {
    const refused = new Promise<string | undefined>((resolve) => {
      const stop = stack.onEvent(({ attributes }) => {
        if (attributes['state'] !== 'REJECTED') return;
        stop();
        resolve(attributes['exportId']);
      });
    });
    const messages = [{ data: Buffer.from('{}').toString('base64') }];
    const published = await fetch(stack.bus.publishUrl, { method: 'POST', body: JSON.stringify({ messages }) });
    expect(published.status).toBe(200);
    expect(await read((await refused) ?? '')).not.toHaveProperty('request');
    expect(await run(['retry', '--state', 'REJECTED'])).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  describe('called wrongly', () => {
    test.each([
      [[], 'ee-export submit'],
      [['help-me'], 'there is no such command'],
      [['list', '--colour'], "Unknown option '--colour'"],
      [['list', '--limit', 'many'], 'a number from 1'],
      [['list', '--label', 'run'], 'KEY=VALUE is wanted'],
      [['list', '--url', 'http://example.com'], 'tokens are not sent over http'],
      [['submit'], 'one FILE is wanted'],
    ])('with %j ends with 2', async (args, message) => {
      const { status, stdout, stderr } = await run(args);
      expect({ status, told: stdout + stderr }).toEqual({ status: 2, told: expect.stringContaining(message) });
    });

    test('--help tells what there is', async () => {
      expect(await run(['--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('Exit status') });
    });
  });

  describe('in a process of its own, over pipes', () => {
    test('reads requests from one and writes lines to the other', async () => {
      const input = JSON.stringify(requestOf('piped'));
      expectWatched('piped', await runCliProcess(['submit', '-', '--watch', '--every', '1'], surroundings(input)));
    });

    test('refuses a file that is not there with 2', async () => {
      const { status, stdout, stderr } = await runCliProcess(['submit', '/nowhere.json'], surroundings());
      expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: expect.stringContaining('ENOENT') });
    });
  });

  test('a service that is not there ends it with 4', async () => {
    const { status, stderr } = await runInProcess(['list', '--url', 'http://127.0.0.1:9']);
    expect({ status, stderr }).toEqual({ status: 4, stderr: expect.stringMatching(/Cannot reach .*npm start/s) });
  });
});
