import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterEach, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../..');
const FRAMEWORK = join(ROOT, 'node_modules/@google-cloud/functions-framework/build/src/main.js');
const CHILD = join(import.meta.dirname, 'drain-child.ts');

let child: ChildProcessByStdio<null, Readable, null> | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
});

/** Starts the framework on the child's function; `heard` gives the next line on its stdout that begins so. */
async function startChild() {
  const started = spawn(process.execPath, [FRAMEWORK, `--source=${CHILD}`, '--target=exportsHttp', '--port=0'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child = started;
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  async function heard(beginning: string): Promise<string> {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`The child ended without "${beginning}"`);
      if (value.startsWith(beginning)) return value.slice(beginning.length);
    }
  }
  const exited = once(started, 'exit');
  return {
    url: `http://127.0.0.1:${await heard('port ')}`,
    heard,
    exited,
    kill: (name: NodeJS.Signals) => started.kill(name),
  };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'installDrain() answers what is in flight at a %s, then exits 0',
  async (name) => {
    const { url, heard, exited, kill } = await startChild();
    const answers = [fetch(`${url}/a`), fetch(`${url}/b`)];
    await heard('request ');
    await heard('request ');
    kill(name);
    const texts = await Promise.all(
      answers.map(async (answer) => [(await answer).status, await (await answer).text()]),
    );
    expect(texts).toEqual([
      [200, 'answered'],
      [200, 'answered'],
    ]);
    expect(await exited).toEqual([0, null]);
  },
);

test('installDrain() exits 0 after eight seconds whatever is still in flight', async () => {
  const { url, heard, exited, kill } = await startChild();
  const answer = fetch(`${url}/never`).catch(() => undefined);
  await heard('request ');
  kill('SIGTERM');
  expect(await heard('timer ')).toBe('8000');
  kill('SIGTERM');
  await expect(heard('timer ')).rejects.toThrow('ended');
  expect(await exited).toEqual([0, null]);
  expect((await answer)?.status).not.toBe(200);
});

test('installDrain() exits 0 at once when nothing is in flight', async () => {
  const { exited, kill } = await startChild();
  kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
