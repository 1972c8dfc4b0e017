import { createConsole } from '../../src/console/console.ts';
import type { ExportChanges } from '../../src/exports/export.ts';
import type { NewExport } from '../../src/exports/ledger.ts';
import { startEdge } from '../functions/edge.ts';

/** `exportsHttp` with its console, on a ledger that holds what a test gave it. */
export type ConsoleEdge = Awaited<ReturnType<typeof startConsole>>;

/** Starts the function on the real framework; two projects may be seen. */
export async function startConsole(records: NewExport[] = []) {
  const edge = await startEdge({
    settings: { ALLOWED_PROJECTS: 'forest-watch,coast-lab' },
    parts: { page: createConsole() },
  });
  /** Records an export, with a body where it should have one. */
  async function add(record: NewExport): Promise<void> {
    await edge.ledger.create(record, record.hasBody ? '{}' : undefined);
  }
  for (const record of records) await add(record);
  /** Changes the record of an export, as the poller would. */
  async function change(id: string, changes: ExportChanges): Promise<void> {
    const record = await edge.ledger.get(id);
    if (!record || !(await edge.ledger.update(record, changes))) throw new Error(`Cannot change ${id}`);
  }
  return { ...edge, add, change };
}
