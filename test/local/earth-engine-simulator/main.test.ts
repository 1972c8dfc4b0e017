import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { runSimulator } from '../../../src/local/earth-engine-simulator/main.ts';

/** Runs the command until `use` has finished with its address. */
async function run(argv: string[], use: (url: string) => Promise<void>): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const stop = new AbortController();
  let failure: unknown;
  const code = await runSimulator(argv, {
    signal: stop.signal,
    print: (line) => {
      lines.push(line);
      const [url] = (lines.length === 1 && /http:\S+/.exec(line)) || [];
      if (url === undefined) return;
      use(url)
        .catch((error) => {
          failure = error;
        })
        .finally(() => stop.abort());
    },
  });
  if (failure !== undefined) throw failure;
  return { code, lines };
}

describe('runSimulator()', () => {
  test('serves, prints its address and a line for each request, and ends', async () => {
    const argv = [
      '--port',
      '0',
      '--slots',
      '7',
      '--project',
      'my-project',
      '--seed',
      '1',
      '--settings',
      '{"listLagMs":5}',
    ];
    const { code, lines } = await run(argv, async (url) => {
      const [config, other, state] = await Promise.all(
        ['v1/projects/my-project/config', 'v1/projects/other-project/config', 'simulator/state'].map((path) =>
          fetch(`${url}/${path}`),
        ),
      );
      expect([await config?.json(), other?.status]).toEqual([
        { registrationState: 'REGISTERED_COMMERCIALLY', maxConcurrentExports: 7 },
        403,
      ]);
      expect(await state?.json()).toMatchObject({ settings: { slots: 7, listLagMs: 5, projects: ['my-project'] } });
      await fetch(`${url}/simulator/faults`, { method: 'POST', body: '{"fault":{"kind":"cutBefore"}}' });
      await fetch(`${url}/v1/projects/my-project/operations`).catch(() => {});
    });
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^Earth Engine simulator on http:\/\/127\.0\.0\.1:\d+ /);
    expect(
      lines
        .slice(1)
        .map((line) => line.replace(/^\S+ /, ''))
        .sort(),
    ).toEqual([
      'GET /v1/projects/my-project/config 200',
      'GET /v1/projects/my-project/operations no answer (fault: cutBefore)',
      'GET /v1/projects/other-project/config 403',
    ]);
  });

  test.each([
    [['--slots', 'two'], "Cannot read 'two' as slots: it is not a whole number"],
    [['--port', '-1'], "'--port' argument is ambiguous"],
    [['--nonsense'], "Unknown option '--nonsense'"],
    [['--settings', '{"slots":"x"}'], 'Cannot change settings: slots;'],
    [['--settings', '['], 'JSON'],
    [['--settings', '3'], 'Cannot change settings: settings;'],
  ])('%j is answered with the usage and exit code 2', async (argv, reason) => {
    const { code, lines } = await run(argv, async () => {
      throw new Error('started');
    });
    expect(code).toBe(2);
    expect(lines.join()).toContain(reason);
    expect(lines.join()).toContain('--max-pending N');
  });

  test('a signal that is aborted already ends it at once', async () => {
    const code = await runSimulator(['--port', '0'], { signal: AbortSignal.abort(), print: () => {} });
    expect(code).toBe(0);
  });

  test('SIGINT ends it, connections open or not', async () => {
    const main = new URL('../../../src/local/earth-engine-simulator/main.ts', import.meta.url);
    const program = `import { runSimulator } from '${main}'; process.exitCode = 40 + (await runSimulator(['--port', '0']));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const chunk of child.stdout) {
      const [url = ''] = /http:\S+/.exec(String(chunk)) ?? [];
      if (child.killed) continue;
      await fetch(`${url}/v1/projects/my-project/operations`);
      child.kill('SIGINT');
    }
    const [exitCode] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
    expect(exitCode).toBe(40);
  });
});
