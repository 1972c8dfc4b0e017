import { execFileSync, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const [LOAD_CORE, SERVER_CORE] = ['0', '1'];

/** Whether load generator and server can be kept apart. */
const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** Keeps this process, and what it starts from now on, on the first core. */
export function pinLoad(): void {
  if (canPin) execFileSync('taskset', ['-apc', LOAD_CORE, String(process.pid)], { stdio: 'ignore' });
}

/** The command that runs another one on the second core; just that one where there is no second core. */
export function onServerCore(command: string[]): string[] {
  return canPin ? ['taskset', '-c', SERVER_CORE, ...command] : command;
}
