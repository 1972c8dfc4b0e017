import type { ExportState } from '../../../src/exports/export.ts';
import { toExportResource } from '../../../src/functions/routes/export-resource.ts';
import { fleetExport } from '../sample-fleet.ts';

/** An export as the page is given it. */
export function resourceOf(id: string, state: ExportState, about: Parameters<typeof fleetExport>[2]) {
  return toExportResource({ ...fleetExport(id, state, about), version: '1' });
}
