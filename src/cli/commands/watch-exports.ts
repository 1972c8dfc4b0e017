import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { hasEnded } from '../../functions/routes/resource-state.ts';
import type { ServiceClient } from '../service/service-client.ts';
import { CliError } from '../terminal/cli-error.ts';
import { EXIT } from '../terminal/exit-status.ts';
import { toLogLine } from '../terminal/export-lines.ts';
import type { Io } from '../terminal/io.ts';
import { toProgressLines } from '../terminal/progress-lines.ts';

const GIVE_UP_AFTER_MS = 15 * 60_000;
const AT_ONCE = 10;

/** How exports are watched. */
export interface WatchOptions {
  io: Io;
  service: ServiceClient;
  json: boolean;
  everyMs: number;
}

/**
 * Watches exports until all have ended, and gives them as they are then. On a terminal their progress is painted; else a
 * line is written for every change. While the service is out of reach it waits, and gives up after a quarter of an hour.
 */
export async function watchExports(first: readonly ExportResource[], options: WatchOptions): Promise<ExportResource[]> {
  const { io, service, everyMs } = options;
  const show = createDisplay(options);
  let exports = [...first];
  let lastAnswer = io.now();
  show(exports);
  while (!exports.every(hasEnded)) {
    await io.wait(everyMs);
    try {
      exports = await readAgain(exports, service);
      lastAnswer = io.now();
    } catch (error) {
      if (!isPassing(error) || io.now() - lastAnswer > GIVE_UP_AFTER_MS) throw error;
      io.writeError(`${(error as CliError).message}; still trying\n`);
    }
    show(exports);
  }
  return exports;
}

async function readAgain(exports: readonly ExportResource[], service: ServiceClient): Promise<ExportResource[]> {
  const read: ExportResource[] = [];
  for (let start = 0; start < exports.length; start += AT_ONCE) {
    const some = exports.slice(start, start + AT_ONCE);
    read.push(...(await Promise.all(some.map((known) => (hasEnded(known) ? known : service.get(known.id))))));
  }
  return read;
}

function createDisplay({ io, json }: WatchOptions): (exports: readonly ExportResource[]) => void {
  if (io.terminal && !json) return createPainting(io, io.terminal);
  const told = new Map<string, string>();
  return (exports) => {
    for (const resource of exports) {
      const { state, progress, attempt } = resource;
      const mark = JSON.stringify([state, progress, attempt]);
      if (told.get(resource.id) === mark) continue;
      told.set(resource.id, mark);
      io.write(`${json ? JSON.stringify(resource) : toLogLine(resource, io.now())}\n`);
    }
  };
}

/** Goes back to the first line of what it painted last, and paints over it. */
function createPainting(io: Io, terminal: NonNullable<Io['terminal']>) {
  let painted = 0;
  return (exports: readonly ExportResource[]) => {
    const lines = toProgressLines(exports, { columns: terminal.columns(), rows: terminal.rows() }, io.now());
    const up = painted > 0 ? `\u001b[${painted}A` : '';
    io.write(`${up}${lines.map((line) => `\r\u001b[K${line}\n`).join('')}\u001b[J`);
    painted = lines.length;
  };
}

function isPassing(error: unknown): boolean {
  return error instanceof CliError && error.exitStatus === EXIT.unreachable;
}
