import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** What a script printed as JSON, a value a line, and what went to its standard error. */
export interface ScriptResult {
  values: unknown[];
  errors: string;
}

/**
 * Runs an ES module in a process of its own, with `src` as a folder to import from: what a library does when it is
 * loaded, or to the whole process, is seen there alone. `print(value)` writes a line of JSON.
 */
export async function runScript(
  script: string,
  environment: Record<string, string | undefined> = {},
): Promise<ScriptResult> {
  const code = `const src = ${JSON.stringify(`file://${ROOT}/src/`)};
    const print = (value) => console.log(JSON.stringify(value));
    ${script}
    // Not to wait for connections that are kept open.
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  const [exitCode] = await once(child, 'close');
  if (exitCode !== 0) throw new Error(`The script ended with ${exitCode}: ${output.stderr}`);
  const lines = output.stdout.split('\n').filter(Boolean);
  return { values: lines.map((line) => JSON.parse(line)), errors: output.stderr };
}
