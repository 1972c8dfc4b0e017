import { describe, expect, test } from '@jest/globals';
import { toTable } from '../../../src/cli/terminal/export-lines.ts';
import { toProgressLines } from '../../../src/cli/terminal/progress-lines.ts';
import type { ExportResource } from '../../../src/functions/routes/export-resource.ts';

const NOW = Date.parse('2026-11-02T12:00:00Z');

function exportOf(id: string, fields: Partial<ExportResource> = {}): ExportResource {
  const createTime = '2026-11-02T10:58:57.123Z';
  return {
    id,
    project: 'my-project',
    state: 'RUNNING',
    warnings: [],
    attempt: 1,
    attempts: [],
    createTime,
    labels: {},
    ...fields,
  };
}

describe('toProgressLines()', () => {
  test('shows those going on first, with a bar and the time since they were asked for', () => {
    const ended = exportOf('ended', { state: 'SUCCEEDED', endTime: '2026-11-02T10:59:57.123Z' });
    expect(toProgressLines([ended, exportOf('going', { progress: 0.5 })], { columns: 100, rows: 10 }, NOW)).toEqual([
      'going  RUNNING     ██████████░░░░░░░░░░  50%  01:01:03',
      'ended  SUCCEEDED   00:01:00',
      '1 of 2 ended',
    ]);
  });

  test('keeps within the terminal, and counts what has no room', () => {
    const exports = Array.from({ length: 30 }, (_, index) => exportOf(`${'x'.repeat(70)}${index}`));
    const lines = toProgressLines(exports, { columns: 40, rows: 6 }, NOW);
    expect(lines).toHaveLength(5);
    expect(Math.max(...lines.map((line) => line.length))).toBe(39);
    expect(lines.at(-1)).toBe('0 of 30 ended, 26 not shown');
  });

  test('lets no message move the cursor', () => {
    const error = { code: 3, status: 'X', message: 'a\u001b[2Jb\nc', reason: 'X', remedy: '', retryable: false };
    const [line] = toProgressLines([exportOf('bad', { state: 'FAILED', error })], { columns: 80, rows: 5 }, NOW);
    expect(line).toBe('bad  FAILED      a�[2Jb c');
  });
});

test('toTable() parts columns by tabs, and puts them under a heading on a terminal', () => {
  const exports = [exportOf('a', { progress: 0.999 }), exportOf('long-id', { state: 'LOST', progress: 0.5 })];
  expect(toTable(exports, false)).toEqual([
    'a\tRUNNING\t99%\t2026-11-02T10:58:57Z\tmy-project\t',
    'long-id\tLOST\t\t2026-11-02T10:58:57Z\tmy-project\t',
  ]);
  expect(toTable(exports, true)[0]).toBe('ID       STATE    PROGRESS  CREATED               PROJECT     ASSET');
});
