import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ExportResource } from '../../src/functions/routes/export-resource.ts';
import { requestOf, startQuickStack } from '../cli/start-quick-stack.ts';

jest.setTimeout(60_000);

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLES = join(ROOT, 'docs/examples');

/** Every example of docs/examples, run as its reader would, against the local stack. */
describe('the example', () => {
  let stack: Awaited<ReturnType<typeof startQuickStack>>;
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));

  beforeAll(async () => {
    stack = await startQuickStack();
  });
  afterAll(async () => {
    await stack.close();
    rmSync(folder, { recursive: true });
  });

  async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<string> {
    const { PATH, HOME } = process.env;
    const surroundings = { cwd: ROOT, env: { PATH, HOME, EE_EXPORT_URL: stack.url, ...env } };
    return (await promisify(execFile)(command, args, surroundings)).stdout;
  }
  const read = async (id: string) => (await fetch(`${stack.url}/v1/exports/${id}`)).json() as Promise<ExportResource>;

  test('in the shell submits the request beside it, as often as it is run', async () => {
    const first = JSON.parse(await run('bash', [join(EXAMPLES, 'submit.sh')])) as ExportResource;
    expect(first).toMatchObject({ id: 'landcover-1', attempt: 1 });
    const again = JSON.parse(await run('bash', [join(EXAMPLES, 'submit.sh')])) as ExportResource;
    expect(again.createTime).toBe(first.createTime);
  });

  test('in the shell fails with the answer when the service refuses', async () => {
    const file = join(folder, 'wrong.json');
    writeFileSync(file, '{}');
    await expect(run('bash', [join(EXAMPLES, 'submit.sh'), file])).rejects.toMatchObject({
      stdout: expect.stringContaining('INVALID_ARGUMENT'),
    });
  });

  test('in Python needs nothing but Python', async () => {
    expect(await run('python3', ['-I', join(EXAMPLES, 'submit.py')])).toMatch(/^(QUEUED|PENDING)\n$/);
    expect((await read('landcover-2026-11-01')).request?.overwrite).toBe(true);
  });

  test('in JavaScript drives the official client', async () => {
    const printed = await run(process.execPath, [join(EXAMPLES, 'drop-in.mjs')]);
    const [, name] = /^(projects\/my-project\/operations\/\S+) (PENDING|RUNNING|SUCCEEDED)\n$/.exec(printed) ?? [];
    const { exports } = (await (await fetch(`${stack.url}/v1/exports`)).json()) as { exports: ExportResource[] };
    expect(exports.find(({ operation }) => operation === name)?.request?.description).toBe('landcover-js');
  });

  describe('in a GitHub workflow', () => {
    /** What the workflow's last step runs, with the requests in a folder of their own. */
    async function runStep(request: object, env: Record<string, string>) {
      const place = mkdtempSync(join(folder, 'step-'));
      await promisify(execFile)('mkdir', ['-p', join(place, 'docs/examples')]);
      writeFileSync(join(place, 'docs/examples/request.json'), JSON.stringify(request));
      const summary = join(place, 'summary.md');
      const script = `cd '${place}'\n${readStep()}`;
      // As GitHub runs a step.
      const shell = ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script];
      const variables = { EE_EXPORT_ID_TOKEN: 'none', GITHUB_STEP_SUMMARY: summary, LOOK_EVERY_SECONDS: '0.2', ...env };
      const failed = await run('bash', shell, variables).then(
        () => false,
        () => true,
      );
      return { failed, summary: readFileSync(summary, 'utf8') };
    }

    test('waits until the export has succeeded, and says so', async () => {
      const ended = await runStep(requestOf('any'), { REQUEST_ID: 'from-a-workflow' });
      expect(ended).toEqual({ failed: false, summary: 'from-a-workflow SUCCEEDED \n' });
    });

    test('fails with the export, and says why', async () => {
      const ended = await runStep(requestOf('fails'), { REQUEST_ID: 'fails-in-a-workflow' });
      expect(ended).toEqual({ failed: true, summary: 'fails-in-a-workflow FAILED User memory limit exceeded.\n' });
    });
  });
});

function readStep(): string {
  const [, block = ''] = readFileSync(join(EXAMPLES, 'github-actions.yml'), 'utf8').split(/ {8}run: \|\n/);
  return block.replace(/^ {10}/gm, '');
}
