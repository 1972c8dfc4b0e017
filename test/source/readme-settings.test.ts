import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Config, readConfig, SettingsError } from '../../src/config.ts';
import { readSourceFiles } from './source-files.ts';

const ROOT = join(import.meta.dirname, '../..');
const LEAST = { EARTHENGINE_PROJECT: 'my-project', EVENTS_TOPIC: 'projects/my-project/topics/ended' };

/** The rows of the one table under a heading, by the setting's name; a row of two names counts for both. */
function readTable(heading: string): Map<string, Record<string, string>> {
  const [, after = ''] = readFileSync(join(ROOT, 'README.md'), 'utf8').split(`\n## ${heading}\n`);
  const [section = ''] = after.split('\n## ');
  const lines = section.split('\n').filter((line) => line.startsWith('| '));
  const [head = [], ...rows] = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return new Map(
    rows.flatMap((cells) => {
      const row = Object.fromEntries(head.map((column, index) => [column, cells[index] ?? '']));
      return wordsIn(row['name'] ?? '').map((name) => [name, row] as const);
    }),
  );
}

function wordsIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
}

/** What is said of the settings beside the required ones; nothing when they are good. */
function readFault(environment: Record<string, string>): string {
  try {
    readConfig({ ...LEAST, ...environment });
    return '';
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
}

const settings = readTable('Settings');
const ranges = [...settings].flatMap(([name, { range = '' }]) => {
  const [, low, high] = /(\d+) to (\d+)/.exec(range) ?? [];
  return low && high ? [[name, Number(low), Number(high)] as const] : [];
});
const choices = [...settings].flatMap(([name, { range = '' }]) =>
  range.startsWith('`') && range.includes('`, `') ? [[name, wordsIn(range)] as const] : [],
);

/** A setting as large as `size`; most are numbers. */
const SIZED: Record<string, (size: number) => Record<string, string>> = {
  EARTHENGINE_PROJECT: (size) => ({ EARTHENGINE_PROJECT: 'a'.repeat(size) }),
  EVENTS_TOPIC: (size) => ({ EVENTS_TOPIC: 'a'.repeat(size), GOOGLE_CLOUD_PROJECT: 'my-project' }),
  CALLER_POLICY: (maxPriority) => ({ CALLER_POLICY: JSON.stringify({ '*': { maxPriority } }) }),
};

/** What the column of defaults can say of a setting, in its own unit. */
const DEFAULTS: Record<string, (config: Config) => unknown> = {
  EARTHENGINE_URL: ({ earthEngineUrl }) => earthEngineUrl,
  SQLITE_PATH: ({ sqlitePath }) => sqlitePath,
  FIRESTORE_DATABASE: ({ firestoreDatabase }) => firestoreDatabase,
  GOOGLE_CLOUD_PROJECT: ({ cloudProject }) => cloudProject,
  FIRESTORE_EMULATOR_HOST: ({ firestoreEmulatorHost }) => firestoreEmulatorHost,
  HTTP_AUTH: ({ httpAuth }) => httpAuth,
  WEBHOOK_SECRETS: ({ webhookSecrets }) => webhookSecrets[0],
  ID_TOKEN_AUDIENCE: ({ idTokenAudience }) => idTokenAudience,
  ID_TOKEN_EMAILS: ({ idTokenEmails }) => idTokenEmails[0],
  CALLER_POLICY: ({ callerPolicy }) => Object.keys(callerPolicy)[0],
  NON_EXPORTABLE: ({ nonExportable }) => nonExportable,
  POLL_BUDGET_SECONDS: ({ pollBudgetMs }) => pollBudgetMs / 1000,
  SUBMIT_BUDGET_SECONDS: ({ submitBudgetMs }) => submitBudgetMs / 1000,
  MAX_PENDING: ({ maxPending }) => maxPending,
  RETENTION_DAYS: ({ retentionDays }) => retentionDays,
  LOG_LEVEL: ({ logLevel }) => logLevel,
};
/** Not read by `readConfig`, or said in words; the tests of `readConfig` have those. */
const IN_WORDS = ['PUBSUB_EMULATOR_HOST', 'LEDGER', 'ALLOWED_PROJECTS', 'ALLOWED_ASSETS', 'POLL_EVERY_SECONDS'];

describe('README, Settings', () => {
  test.each(ranges)('%s: from %d to %d, and not one beyond', (name, low, high) => {
    const make = SIZED[name] ?? ((size: number) => ({ [name]: String(size) }));
    for (const size of [low, high]) expect([size, readFault(make(size))]).toEqual([size, '']);
    for (const size of [low - 1, high + 1])
      expect([size, readFault(make(size))]).toEqual([size, expect.stringContaining(name)]);
  });

  test('gives a range for every number', () => {
    const numbers = [...settings.keys()].filter((name) => / a whole number/.test(readFault({ [name]: 'x' })));
    expect(ranges.map(([name]) => name)).toEqual(expect.arrayContaining(numbers));
    expect(numbers.length).toBeGreaterThan(4);
  });

  test('says how many bytes a secret has', () => {
    const least = Number(/^(\d+) bytes/.exec(settings.get('WEBHOOK_SECRETS')?.['range'] ?? '')?.[1]);
    const secretOf = (bytes: number) => ({ WEBHOOK_SECRETS: Buffer.alloc(bytes).toString('base64') });
    expect([readFault(secretOf(least)), readFault(secretOf(least - 1))]).toEqual([
      '',
      expect.stringMatching('WEBHOOK'),
    ]);
  });

  test('gives every word of a setting that has some', () => {
    const wanted = [...settings.keys()].flatMap((name) => {
      const [, words] = new RegExp(`${name}: (\\S+(?: or \\S+)+) is wanted$`).exec(readFault({ [name]: '?' })) ?? [];
      return words && !words.includes('/') ? [[name, words.split(' or ')]] : [];
    });
    expect(choices).toEqual(wanted);
  });

  test('gives the defaults', () => {
    const named = [...settings].filter(([name, row]) => row['default'] !== 'required' && !IN_WORDS.includes(name));
    expect(named.map(([name]) => name)).toEqual(Object.keys(DEFAULTS));
    const config = readConfig(LEAST);
    for (const [name, row] of named) {
      const said = row['default'] ?? '';
      const value = said === 'none' ? undefined : (wordsIn(said)[0] ?? Number(said));
      expect([name, DEFAULTS[name]?.(config)]).toEqual([name, value]);
    }
  });

  test('says what is required', () => {
    const required = [...settings].filter(([, row]) => row['default'] === 'required').map(([name]) => name);
    for (const name of settings.keys()) {
      expect([name, readFault({ [name]: '' }).includes(`${name}: it is missing`)]).toEqual([
        name,
        required.includes(name),
      ]);
    }
  });

  test('says what Terraform narrows', () => {
    const variables = readFileSync(join(ROOT, 'deploy/terraform/variables.tf'), 'utf8');
    const narrowed = [...variables.matchAll(/lookup\(var\.settings, "(\w+)", "(\w+)"\)\), \d+\) <= (\d+)/g)];
    const rows = [...settings].flatMap(([name, row]) => {
      const [, most] = /Terraform: up to (\d+)/.exec(row['range'] ?? '') ?? [];
      return most ? [[name, row['default'], most]] : [];
    });
    expect(rows).toEqual(narrowed.map(([, ...said]) => said));
  });
});

test('README, Settings of the local stack and the CLI, lists every variable these read, and the default of each', () => {
  const table = readTable('Settings of the local stack and the CLI');
  const sources = readSourceFiles('src').filter(({ path }) => /^src\/(local\/start|cli\/)/.test(path));
  const text = sources.map((file) => file.text).join('\n');
  const read = [...text.matchAll(/\benv\['(\w+)'\](?: (?:\?\?|\|\|) (?:'([^']*)'|([A-Z_]+)))?/g)];
  expect(new Set(table.keys())).toEqual(new Set(read.map(([, name]) => name)));
  for (const [, name = '', literal, constant] of read) {
    const [, number, word] = new RegExp(`const ${constant} = (?:([\\d_]+)|'(.*)');`).exec(text) ?? [];
    const value = literal ?? word ?? number?.replaceAll('_', '');
    if (value !== undefined) expect([name, table.get(name)?.['default']?.replaceAll('`', '')]).toEqual([name, value]);
  }
});
