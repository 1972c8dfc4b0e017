import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { connect } from '../service/connect.ts';
import type { ServiceClient } from '../service/service-client.ts';
import { CliError, usageError } from '../terminal/cli-error.ts';
import { parseCommandLine, readCount, SERVICE_OPTIONS } from '../terminal/command-line.ts';
import { EXIT, toExitStatus } from '../terminal/exit-status.ts';
import { toLogLine } from '../terminal/export-lines.ts';
import type { Io } from '../terminal/io.ts';
import { toPlainText } from '../terminal/plain-text.ts';
import { readRequests } from '../terminal/read-requests.ts';
import { watchExports } from './watch-exports.ts';

const OPTIONS = {
  ...SERVICE_OPTIONS,
  watch: { type: 'boolean', default: false },
  'validate-only': { type: 'boolean', default: false },
  every: { type: 'string', default: '5' },
} as const;

/** `submit FILE|-`: every request in it, one after the other; a refused one does not keep the others back. */
export async function submit(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS);
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) {
    const given = path === undefined ? 'no file is named' : `${positionals.length} files are named`;
    throw usageError(`Cannot submit: ${given}; one FILE is wanted, or - for standard input`);
  }
  const everyMs = readCount('every', values.every) * 1000;
  const requests = readRequests(await io.readText(path), path);
  const service = connect(values, io);
  const exports: ExportResource[] = [];
  let worst: number = EXIT.success;
  for (const [index, request] of requests.entries()) {
    try {
      if (values['validate-only']) await validate(service, request, { io, json: values.json });
      else exports.push(await service.submit(request));
    } catch (error) {
      if (!(error instanceof CliError) || error.exitStatus === EXIT.unreachable) throw error;
      worst = EXIT.failure;
      const where = requests.length > 1 ? `Request ${index + 1}: ` : '';
      io.writeError(`${where}${error.message}\n`);
    }
  }
  if (values.watch) return toWorst(worst, await watchExports(exports, { io, service, json: values.json, everyMs }));
  for (const resource of exports) {
    io.write(`${values.json ? JSON.stringify(resource) : toLogLine(resource, io.now())}\n`);
  }
  return toWorst(
    worst,
    exports.filter(({ state }) => ['FAILED', 'REJECTED', 'LOST'].includes(state)),
  );
}

async function validate(service: ServiceClient, request: unknown, out: { io: Io; json: boolean }): Promise<void> {
  const validated = await service.validate(request);
  if (out.json) return out.io.write(`${JSON.stringify(validated)}\n`);
  const { bytes, digest, warnings } = validated;
  out.io.write(`valid ${bytes} bytes ${digest}\n`);
  for (const { field, description } of warnings) {
    out.io.writeError(`${toPlainText(`Warning: ${field}: ${description}`)}\n`);
  }
}

function toWorst(worst: number, exports: readonly ExportResource[]): number {
  return worst === EXIT.success ? toExitStatus(exports) : worst;
}
