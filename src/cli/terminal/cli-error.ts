import { EXIT } from './exit-status.ts';

/** Ends the command with a message and an exit status. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitStatus: number;

  constructor(message: string, exitStatus: number = EXIT.failure) {
    super(message);
    this.exitStatus = exitStatus;
  }
}

/** The command was called in a way that it does not know. */
export function usageError(message: string): CliError {
  return new CliError(message, EXIT.usage);
}
