import { cancel } from './commands/cancel.ts';
import { doctor } from './commands/doctor.ts';
import { list } from './commands/list.ts';
import { retry } from './commands/retry.ts';
import { submit } from './commands/submit.ts';
import { watch } from './commands/watch.ts';
import { CliError, usageError } from './terminal/cli-error.ts';
import { EXIT } from './terminal/exit-status.ts';
import type { Io } from './terminal/io.ts';
import { USAGE } from './usage.ts';

type Command = (args: readonly string[], io: Io) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = { submit, watch, list, cancel, retry, doctor, simulator };

/** Runs the command that `args` names, and gives its exit status. Never rejects for what a user can mend. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || rest.includes('--help')) {
    io.write(USAGE);
    return name === undefined ? EXIT.usage : EXIT.success;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw usageError(`Cannot run "${name}": there is no such command; ee-export --help lists them`);
    return await command(rest, io);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    io.writeError(`${error.message}\n`);
    return error.exitStatus;
  }
}

async function simulator(argv: readonly string[], io: Io): Promise<number> {
  const { runSimulator } = await import('../local/earth-engine-simulator/main.ts');
  return runSimulator(argv, { print: (line) => io.write(`${line}\n`) });
}
