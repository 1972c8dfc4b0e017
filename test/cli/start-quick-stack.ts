import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../src/local/stack.ts';

/** The body of a small request; the id decides how it ends, as `startQuickStack` says. */
export function requestOf(requestId: string, more: object = {}) {
  const name = `projects/my-project/assets/${requestId}`;
  return {
    requestId,
    description: requestId,
    expression: {
      result: '0',
      values: {
        '0': {
          functionInvocationValue: {
            functionName: 'Classifier.decisionTree',
            arguments: { treeString: { constantValue: '1) root 9 9 1 *\n' } },
          },
        },
      },
    },
    assetExportOptions: { earthEngineDestination: { name } },
    ...more,
  };
}

/**
 * The local stack on free ports, in a hurry: exports start after a moment and end at once. One whose description begins with
 * `fails` fails, and one that begins with `slow` goes on and on.
 */
export async function startQuickStack() {
  const folder = mkdtempSync(join(tmpdir(), 'stack-'));
  const stack = await startStack({
    httpPort: 0,
    busPort: 0,
    simulatorPort: 0,
    folder,
    durationMs: 1,
    tickEveryMs: 100,
    environment: { LOG_LEVEL: 'error' },
    writeLog: (line) => process.stderr.write(line),
  });
  stack.simulator.model.configure({
    startDelayMs: 300,
    slots: 50,
    cancelMs: 0,
    durationMs: ({ description = '' }) => (description.startsWith('slow') ? 600_000 : 1),
    outcome: ({ description = '' }) =>
      description.startsWith('fails') ? { failed: { code: 8, message: 'User memory limit exceeded.' } } : 'SUCCEEDED',
  });
  async function close(): Promise<void> {
    await stack.close();
    rmSync(folder, { recursive: true });
  }
  return { ...stack, close };
}
