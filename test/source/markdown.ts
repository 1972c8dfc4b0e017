import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** A document of the repository; `path` is from its root. */
export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The text between a heading, e.g. `## States`, and the next one of its level or above; empty where there is none. */
export function sectionOf(document: string, heading: string): string {
  const level = heading.indexOf(' ');
  const [, after = ''] = document.split(`\n${heading}\n`);
  return after.split(new RegExp(`\n#{1,${level}} `))[0] ?? '';
}

/** The cells of the table whose head begins with `head`, row by row, without the head; empty where there is none. */
export function tableOf(section: string, head: string): string[][] {
  const start = section.indexOf(`| ${head} |`);
  const [, , ...rows] = start < 0 ? [] : (section.slice(start).split('\n\n')[0] ?? '').trim().split('\n');
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** What stands in backticks within lines. */
export function codeIn(text = ''): string[] {
  const lines = text.replace(/^ *```[\s\S]*?^ *```/gm, '');
  return [...lines.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}
