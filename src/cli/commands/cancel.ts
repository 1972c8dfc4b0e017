import { hasEnded } from '../../functions/routes/resource-state.ts';
import { connect } from '../service/connect.ts';
import { selectExports } from '../service/select-exports.ts';
import { FILTER_OPTIONS, parseCommandLine, SERVICE_OPTIONS } from '../terminal/command-line.ts';
import { EXIT } from '../terminal/exit-status.ts';
import { toTable } from '../terminal/export-lines.ts';
import type { Io } from '../terminal/io.ts';
import { toPlainText } from '../terminal/plain-text.ts';

const OPTIONS = { ...SERVICE_OPTIONS, ...FILTER_OPTIONS, 'dry-run': { type: 'boolean', default: false } } as const;

/** `cancel ID…|FILTERS`: those that have not ended; `--dry-run` only says which. */
export async function cancel(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS);
  const service = connect(values, io);
  const selected = await selectExports(service, positionals, values);
  const going = selected.filter((resource) => !hasEnded(resource));
  for (const { id, state } of positionals.length > 0 ? selected.filter(hasEnded) : []) {
    io.writeError(`${toPlainText(id)} has ended: ${toPlainText(state)}\n`);
  }
  const isDry = values['dry-run'];
  for (const known of going) {
    const resource = isDry ? known : await service.cancel(known.id);
    io.write(`${values.json ? JSON.stringify(resource) : toTable([resource], false).join('')}\n`);
  }
  const exports = going.length === 1 ? '1 export' : `${going.length} exports`;
  io.writeError(isDry ? `${exports} would be cancelled\n` : `${exports} asked to be cancelled\n`);
  return EXIT.success;
}
