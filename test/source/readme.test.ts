import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import failures from '../../src/earth-engine/failures.json' with { type: 'json' };
import { toHttpStatus } from '../../src/earth-engine/rpc-codes.ts';
import { EXPORT_STATES } from '../../src/exports/record/states.ts';
import { ROUTES } from '../../src/functions/routes/routes.ts';
import { readDocument, sectionOf } from './markdown.ts';
import { readSourceFiles } from './source-files.ts';

const ROOT = join(import.meta.dirname, '../..');
const readme = readDocument('README.md');

/** What stands in backticks in a table's first column. */
function namesIn(section: string): string[] {
  const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

/** The head of a refusal, as they are all written: its code, the HTTP status where that is another, its reason. */
const REFUSAL = /\bstatus: '([A-Z_]+)',\s+(?:httpStatus: (\d+),\s+)?reason: .*'([A-Z_]+)'/g;

function toReasonAndStatus([, code = '', httpStatus, reason = '']: RegExpExecArray): string {
  return `\`${reason}\` ${httpStatus ?? toHttpStatus(code)}`;
}

describe('README', () => {
  test('lists every setting the service reads, and no other', () => {
    const source = readFileSync(join(ROOT, 'src/config.ts'), 'utf8');
    const settings = [...source.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name);
    const own = settings.filter((name) => name !== 'K_SERVICE');
    expect(new Set(namesIn(sectionOf(readme, '## Settings')).filter((name) => /^[A-Z_]+$/.test(name)))).toEqual(
      new Set([...own, 'PUBSUB_EMULATOR_HOST']),
    );
  });

  test('lists every route, and no other', () => {
    expect(new Set(namesIn(sectionOf(readme, '### HTTP')).filter((name) => /^(GET|POST) /.test(name)))).toEqual(
      new Set(ROUTES.map(({ method, path }) => `${method} ${path}`)),
    );
  });

  test('lists every state, and no other', () => {
    expect(namesIn(sectionOf(readme, '## States'))).toEqual(EXPORT_STATES);
  });

  test('lists every reason of a failure, and no other', () => {
    expect(new Set(namesIn(sectionOf(readme, '## Failures')))).toEqual(new Set(failures.map(({ reason }) => reason)));
  });

  test('lists every reason for which a call is refused with its HTTP status, and no other', () => {
    const sources = readSourceFiles('src/functions').map(({ text }) => text);
    const refused = sources.flatMap((text) => [...text.matchAll(REFUSAL)].map(toReasonAndStatus));
    const rows = [...sectionOf(readme, '## Refused calls').matchAll(/^\| (`[A-Z_]+`) \| (\d+) \|/gm)];
    expect(rows.map(([, reason, status]) => `${reason} ${status}`).toSorted(byName)).toEqual(
      [...new Set(refused)].toSorted(byName),
    );
    const reasons = sources.flatMap((text) => text.match(/\breason: .*'[A-Z_]+'/g) ?? []);
    expect(refused).toHaveLength(reasons.length);
  });

  test('gives a reason for every runtime dependency', () => {
    expect(namesIn(sectionOf(readme, '## Runtime dependencies')).toSorted(byName)).toEqual(
      Object.keys(packageJson.dependencies).toSorted(byName),
    );
  });

  test('says what happens when, and every row is a test', () => {
    const titles = [...sectionOf(readme, '## What happens when').matchAll(/^\|.*\| ([^|]+) \|$/gm)].map(
      ([, title = '']) => title,
    );
    const sources = readSourceFiles('test').map(({ text }) => text);
    const tests = titles.filter((title) => !['test', '---'].includes(title));
    expect(tests.length).toBeGreaterThan(15);
    expect(tests.filter((title) => !sources.some((text) => text.includes(`test('${title}'`)))).toEqual([]);
  });

  test('shows the Python example that the tests run', () => {
    const example = readFileSync(join(ROOT, 'docs/examples/submit.py'), 'utf8').trim();
    expect(readme).toContain(example);
  });
});

function byName(a: string, b: string): number {
  return a.localeCompare(b);
}
