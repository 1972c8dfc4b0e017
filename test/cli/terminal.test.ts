import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCliOnTerminal } from './cli-process.ts';
import { requestOf, startQuickStack } from './start-quick-stack.ts';

const describeOnTerminal = existsSync('/usr/bin/script') ? describe : describe.skip;

describeOnTerminal('ee-export on a terminal', () => {
  let stack: Awaited<ReturnType<typeof startQuickStack>>;

  beforeAll(async () => {
    stack = await startQuickStack();
  });
  afterAll(() => stack.close());

  async function post(path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const url = `${stack.url}/v1/exports${path && `/${path}`}`;
    await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  test('paints progress in place and leaves the end standing', async () => {
    for (const id of ['slow-painted', 'fails-painted']) {
      await post('', requestOf(id));
    }
    const env = { EE_EXPORT_URL: stack.url, TERM: 'xterm' };
    // It goes on until it has been painted running.
    const onOutput = (stdout: string) => {
      if (/slow-painted {3}RUNNING/.test(stdout)) void post('slow-painted:cancel', {});
    };
    const watch = ['watch', 'slow-painted', 'fails-painted', '--every', '1'];
    const { status, stdout } = await runCliOnTerminal(watch, { env, onOutput });
    expect(stdout).toContain('\u001b[3A');
    expect(stdout).toMatch(/slow-painted {3}RUNNING {5}[█░]{20}/);
    const screen = replay(stdout);
    expect(screen).toEqual([
      expect.stringMatching(/^slow-painted {3}CANCELLED {3}\S/),
      'fails-painted  FAILED      User memory limit exceeded.',
      '2 of 2 ended',
    ]);
    expect(status).toBe(1);
  });

  test('lists in columns under a heading', async () => {
    const { stdout } = await runCliOnTerminal(['list', '--limit', '1'], { env: { EE_EXPORT_URL: stack.url } });
    expect(replay(stdout)[0]).toMatch(/^ID +STATE +PROGRESS +CREATED +PROJECT +ASSET$/);
  });
});

const CURSOR = new RegExp(`^${'\u001b'}\\[(\\d*)([AJK])$`);
const CONTROL = new RegExp(`(${'\u001b'}\\[\\d*[AJK]|\\r|\\n)`);

/** What stands on a terminal after this output: line feeds, carriage returns, going up, and erasing are carried out. */
function replay(output: string): string[] {
  const screen: string[] = [];
  let row = 0;
  for (const part of output.split(CONTROL)) {
    const [, count, command] = CURSOR.exec(part) ?? [];
    if (part === '\n') row += 1;
    else if (command === 'A') row -= Number(count);
    else if (command === 'K') screen[row] = '';
    else if (command === 'J') screen.splice(row);
    else if (part !== '\r' && part !== '') screen[row] = part;
  }
  return screen;
}
