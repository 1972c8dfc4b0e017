import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Stack, startStack } from '../../src/local/stack.ts';
import { runInProcess } from './run-in-process.ts';

let stack: Stack;
const folder = mkdtempSync(join(tmpdir(), 'doctor-'));

beforeAll(async () => {
  stack = await startStack({
    httpPort: 0,
    busPort: 0,
    simulatorPort: 0,
    folder,
    durationMs: 1_000,
    writeLog: () => undefined,
  });
});

afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

async function examine(url: string, by: 'option' | 'environment' = 'option') {
  const headers: Headers[] = [];
  const { status, stdout } = await runInProcess(['doctor', ...(by === 'option' ? [`--url=${url}`] : [])], {
    env: by === 'environment' ? { EE_EXPORT_URL: url } : {},
    fetch(to, init) {
      headers.push(new Headers(init?.headers));
      return fetch(to, init);
    },
  });
  return { code: status, lines: stdout.trimEnd().split('\n'), headers };
}

describe('doctor of the local stack', () => {
  test.each(['option', 'environment'] as const)('named by %s ends 0 when it runs, and sends no token', async (by) => {
    const { code, lines, headers } = await examine(stack.url, by);
    expect(lines.at(-1)).toBe('2 ok, 0 at fault, 0 not checked');
    expect(code).toBe(0);
    expect(headers.some((sent) => sent.has('authorization'))).toBe(false);
  });

  test('finds that Earth Engine does not answer', async () => {
    await stack.simulator.close();
    const { code, lines } = await examine(stack.url);
    expect(lines.find((line) => line.includes('Earth Engine:'))).not.toMatch(/^ok/);
    expect(code).toBe(1);
  });

  test('finds that nothing is there', async () => {
    const { code, lines } = await examine('http://127.0.0.1:1');
    expect(lines[0]).toMatch(/^not checked {2}exportsHttp and its ledger: 127\.0\.0\.1:1 did not answer/);
    expect(code).toBe(1);
  });
});
