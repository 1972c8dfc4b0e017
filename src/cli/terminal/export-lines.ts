import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { hasEnded } from '../../functions/routes/resource-state.ts';
import { toPlainText } from './plain-text.ts';

/** How far an export is, in percent; empty when that is not known. */
export function toPercent({ progress }: Pick<ExportResource, 'progress'>): string {
  return progress === undefined ? '' : `${Math.floor(progress * 100)}%`;
}

/** An export as one line of a log: when, which, where it stands, and why where it failed. */
export function toLogLine(resource: ExportResource, now: number): string {
  const why = resource.error ? `${resource.error.message} (${resource.error.remedy})` : '';
  const parts = [
    new Date(now).toISOString(),
    resource.id,
    resource.state,
    hasEnded(resource) ? '' : toPercent(resource),
    why,
  ];
  return toPlainText(parts.filter(Boolean).join(' '));
}

const COLUMNS: readonly [string, (resource: ExportResource) => string][] = [
  ['ID', ({ id }) => id],
  ['STATE', ({ state }) => state],
  ['PROGRESS', (resource) => (hasEnded(resource) ? '' : toPercent(resource))],
  ['CREATED', ({ createTime }) => createTime.replace(/\.\d+Z$/, 'Z')],
  ['PROJECT', ({ project }) => project],
  ['ASSET', ({ request }) => request?.asset ?? ''],
];

/** Exports as a table: columns in line on a terminal, parted by tabs and without a heading elsewhere. */
export function toTable(exports: readonly ExportResource[], isTerminal: boolean): string[] {
  const rows = exports.map((resource) => COLUMNS.map(([, read]) => toPlainText(read(resource))));
  if (!isTerminal) return rows.map((row) => row.join('\t'));
  const all = [COLUMNS.map(([name]) => name), ...rows];
  const widths = COLUMNS.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
