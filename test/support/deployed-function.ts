import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findFreePort } from './free-port.ts';

/** A function in a process of its own, started from the build as Google starts it. */
export interface DeployedFunction {
  url: string;
  process: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../..');
const START_WITHIN_MS = 20_000;

/**
 * Starts `functions-framework --target=NAME` and waits until it listens. `source`: another entry than that of the build,
 * from the repository's root.
 */
export async function startDeployed(
  name: string,
  environment: Record<string, string>,
  source?: string,
): Promise<DeployedFunction> {
  const port = await findFreePort();
  const bin = join(ROOT, 'node_modules', '.bin');
  const child = spawn(
    join(bin, 'functions-framework'),
    [`--target=${name}`, `--port=${port}`, ...(source ? [`--source=${source}`] : [])],
    {
      cwd: ROOT,
      env: { PATH: `${bin}:${process.env['PATH']}`, METADATA_SERVER_DETECTION: 'none', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`Cannot start ${name}: ${output}`);
    return output.includes('Serving function');
  }, START_WITHIN_MS);
  return {
    url: `http://127.0.0.1:${port}`,
    process: child,
    output: () => output,
    async kill(signal = 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/** Asks again and again until `isSo` says yes; fails after `withinMs`. */
export async function eventually(isSo: () => Promise<boolean>, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Cannot go on: not so within ${withinMs} ms: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
