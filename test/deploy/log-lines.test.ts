import { beforeAll, describe, expect, test } from '@jest/globals';
import metrics from '../../deploy/terraform/metrics.json' with { type: 'json' };
import { readShellLines } from '../../scripts/gcloud-commands.ts';
import { createTickReport } from '../../src/exports/polling/tick-report.ts';
import { createStage } from '../exports/stage.ts';
import { codeIn, readDocument, sectionOf, tableOf } from '../source/markdown.ts';
import { readSourceFiles } from '../source/source-files.ts';

let lines: Record<string, unknown>[];

/** An export that succeeds, one that is refused, one that finds the queue full, and a topic that is away for a while. */
beforeAll(async () => {
  const stage = createStage({ settings: { maxPending: 1 } });
  await stage.submit('first');
  await stage.submit('one-too-many');
  stage.publisher.failing = true;
  await stage.tickFor(4);
  stage.publisher.failing = false;
  await stage.submit('same-asset', {
    assetExportOptions: { earthEngineDestination: { name: 'projects/my-project/assets/first' } },
  });
  await stage.tickFor(20);
  lines = stage.lines.map((line) => JSON.parse(line));
});

describe('a log-based metric', () => {
  test.each(metrics)('$name finds its lines and their fields', ({ message, value, labels = [] }) => {
    const found = lines.filter((line) => line['message'] === message);
    const fields = new Set(found.flatMap((line) => Object.keys(line)));
    expect(found.length).toBeGreaterThan(0);
    expect([...(value ? [value] : []), ...labels].filter((field) => !fields.has(field))).toEqual([]);
  });

  test('has a number for its value, and never a negative one', () => {
    const values = metrics.flatMap(({ message, value }) =>
      lines.filter((line) => line['message'] === message && value && value in line).map((line) => line[value ?? '']),
    );
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((value) => typeof value !== 'number' || value < 0)).toEqual([]);
  });
});

describe('the runbook', () => {
  const runbook = readDocument('docs/runbook.md');
  const served = readSourceFiles('src').filter(({ path }) => !/^src\/(local|cli|console)\//.test(path));

  test('explains every line of the log under its level, and no other', () => {
    // A level chosen at run time is a warning for some and debug for the rest.
    const call = /\blog(?:\.(debug|info|warning|error)|\[[^\]]*\])\(\s*(?:'([^']+)')?/g;
    const logged = served.flatMap(({ text }) =>
      [...text.matchAll(call)].map(([, level = 'warning', message = 'not told here']) => `${level}: ${message}`),
    );
    const rows = tableOf(sectionOf(runbook, '## Log lines'), 'message');
    expect(new Set(rows.map(([message, level]) => `${level}: ${codeIn(message)[0]}`))).toEqual(
      new Set(logged.filter((line) => !line.startsWith('debug: '))),
    );
  });

  test('asks the log for fields that its lines have', () => {
    const queries = readShellLines(runbook).filter((line) => line.includes('jsonPayload.'));
    const strays = queries.flatMap((query) => {
      const [, message] = /jsonPayload\.message=\\"([^"\\]+)\\"/.exec(query) ?? [];
      const found = lines.filter((line) => message === undefined || line['message'] === message);
      const fields = new Set(found.flatMap((line) => Object.keys(line)));
      const asked = [...query.matchAll(/jsonPayload\.(\w+)/g)].map(([, field = '']) => field);
      return asked.filter((field) => !fields.has(field)).map((field) => `${message}: ${field}`);
    });
    expect(queries.length).toBeGreaterThanOrEqual(5);
    expect(strays).toEqual([]);
  });

  test('knows the lines that metrics read as written at every level Terraform takes', () => {
    const variables = readDocument('deploy/terraform/variables.tf');
    const [, taken = ''] = /contains\(\[([^\]]+)\], lookup\(var\.settings, "LOG_LEVEL"/.exec(variables) ?? [];
    const levels = ['debug', 'info', 'warning', 'error'];
    const rows = tableOf(sectionOf(runbook, '## Log lines'), 'message');
    const read = rows.filter(([message]) => metrics.some((metric) => codeIn(message).includes(metric.message)));
    const least = Math.min(...read.map(([, level = '']) => levels.indexOf(level)));
    expect([...taken.matchAll(/"(\w+)"/g)].map(([, level]) => level)).toEqual(levels.slice(0, least + 1));
    expect(readDocument('README.md')).toContain(`(Terraform: ${levels.slice(0, least + 1).join(' or ')}, `);
  });

  test('explains every field of a tick, and no other', () => {
    const rows = tableOf(sectionOf(runbook, '### A tick'), 'field');
    expect(new Set(rows.flatMap(([names]) => codeIn(names)))).toEqual(new Set(Object.keys(createTickReport())));
  });

  test('explains every reason for a hold, and no other', () => {
    const source = served.map(({ text }) => /export type HoldReason = ([^;]+);/.exec(text)?.[1]).find(Boolean) ?? '';
    const rows = tableOf(sectionOf(runbook, '### Holds'), 'reason');
    expect(rows.flatMap(([reason]) => codeIn(reason))).toEqual(
      [...source.matchAll(/'([^']+)'/g)].map(([, name]) => name),
    );
  });
});
