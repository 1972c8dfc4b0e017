import { connect } from '../service/connect.ts';
import { selectExports } from '../service/select-exports.ts';
import { CliError } from '../terminal/cli-error.ts';
import { FILTER_OPTIONS, parseCommandLine, readCount, SERVICE_OPTIONS } from '../terminal/command-line.ts';
import { toExitStatus } from '../terminal/exit-status.ts';
import type { Io } from '../terminal/io.ts';
import { watchExports } from './watch-exports.ts';

const OPTIONS = { ...SERVICE_OPTIONS, ...FILTER_OPTIONS, every: { type: 'string', default: '5' } } as const;

/** `watch ID…|--label KEY=VALUE`: until all have ended; how they ended is the exit status. */
export async function watch(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS);
  const everyMs = readCount('every', values.every) * 1000;
  const service = connect(values, io);
  const exports = await selectExports(service, positionals, values);
  if (exports.length === 0) throw new CliError('Cannot watch: no export matches; other filters, or ids, are wanted');
  return toExitStatus(await watchExports(exports, { io, service, json: values.json, everyMs }));
}
