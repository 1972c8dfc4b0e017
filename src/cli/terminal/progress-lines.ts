import type { ExportResource } from '../../functions/routes/export-resource.ts';
import { hasEnded } from '../../functions/routes/resource-state.ts';
import { toPercent } from './export-lines.ts';
import { toPlainText } from './plain-text.ts';

const BAR_WIDTH = 20;
const WIDEST_ID = 40;

/** A terminal's size in characters. */
export interface Size {
  columns: number;
  rows: number;
}

/**
 * Exports as lines that are painted over again and again: those going on first, no more lines than there is room for, the
 * rest counted in the last. No line is wider than the terminal, or painting over would miss.
 */
export function toProgressLines(exports: readonly ExportResource[], size: Size, now: number): string[] {
  const going = exports.filter((resource) => !hasEnded(resource));
  const ended = exports.filter(hasEnded);
  const room = Math.max(1, size.rows - 2);
  const shown = [...going, ...ended].slice(0, room);
  const width = Math.min(WIDEST_ID, Math.max(...shown.map(({ id }) => id.length), 0));
  const lines = shown.map((resource) => toLine(resource, width, now));
  const left = exports.length - shown.length;
  const summary = `${ended.length} of ${exports.length} ended${left > 0 ? `, ${left} not shown` : ''}`;
  return [...lines, summary].map((line) => toPlainText(line).slice(0, Math.max(1, size.columns - 1)));
}

function toLine(resource: ExportResource, width: number, now: number): string {
  const { id, state, error } = resource;
  const name = (id.length > width ? `${id.slice(0, width - 1)}…` : id).padEnd(width);
  if (hasEnded(resource)) return `${name}  ${state.padEnd(10)}  ${error?.message ?? toSpan(resource, now)}`.trimEnd();
  return `${name}  ${state.padEnd(10)}  ${toBar(resource.progress)} ${toPercent(resource).padStart(4)}  ${toSpan(resource, now)}`;
}

function toBar(progress = 0): string {
  const filled = Math.round(Math.min(1, Math.max(0, progress)) * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}

/** How long since it was asked for, or how long it took. */
function toSpan(resource: ExportResource, now: number): string {
  const end = resource.endTime === undefined ? now : Date.parse(resource.endTime);
  const seconds = Math.max(0, Math.round((end - Date.parse(resource.createTime)) / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
