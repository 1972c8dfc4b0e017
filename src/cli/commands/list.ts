import { connect } from '../service/connect.ts';
import { listExports } from '../service/select-exports.ts';
import { usageError } from '../terminal/cli-error.ts';
import { FILTER_OPTIONS, parseCommandLine, readCount, SERVICE_OPTIONS } from '../terminal/command-line.ts';
import { EXIT } from '../terminal/exit-status.ts';
import { toTable } from '../terminal/export-lines.ts';
import type { Io } from '../terminal/io.ts';

const OPTIONS = { ...SERVICE_OPTIONS, ...FILTER_OPTIONS, limit: { type: 'string', default: '50' } } as const;

/** `list`: exports, newest first. */
export async function list(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS);
  if (positionals.length > 0)
    throw usageError(`Cannot list "${positionals[0]}": it is no filter; filters are wanted, e.g. --state RUNNING`);
  const exports = await listExports(connect(values, io), values, readCount('limit', values.limit));
  const lines = values.json
    ? exports.map((resource) => JSON.stringify(resource))
    : toTable(exports, io.terminal !== undefined);
  for (const line of lines) io.write(`${line}\n`);
  return EXIT.success;
}
