import { isRetryable } from '../../functions/routes/resource-state.ts';
import { connect } from '../service/connect.ts';
import { selectExports } from '../service/select-exports.ts';
import { CliError } from '../terminal/cli-error.ts';
import { FILTER_OPTIONS, parseCommandLine, SERVICE_OPTIONS } from '../terminal/command-line.ts';
import { EXIT } from '../terminal/exit-status.ts';
import { toTable } from '../terminal/export-lines.ts';
import type { Io } from '../terminal/io.ts';

const OPTIONS = { ...SERVICE_OPTIONS, ...FILTER_OPTIONS, 'dry-run': { type: 'boolean', default: false } } as const;

/** `retry ID…|FILTERS`: a new attempt of each (by filter: of those that ended without success); one that cannot be retried does not keep the others back. */
export async function retry(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS);
  const service = connect(values, io);
  let worst: number = EXIT.success;
  const selected = await selectExports(service, positionals, values);
  const wanted = positionals.length > 0 ? selected : selected.filter(isRetryable);
  for (const known of wanted) {
    try {
      const resource = values['dry-run'] ? known : await service.retry(known.id, known.attempt);
      io.write(`${values.json ? JSON.stringify(resource) : toTable([resource], false).join('')}\n`);
    } catch (error) {
      if (!(error instanceof CliError) || error.exitStatus === EXIT.unreachable) throw error;
      worst = EXIT.failure;
      io.writeError(`${error.message}\n`);
    }
  }
  return worst;
}
