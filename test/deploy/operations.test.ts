import { describe, expect, test } from '@jest/globals';
import { readShellLines } from '../../scripts/gcloud-commands.ts';
import indexes from '../../src/exports/firestore/firestore-indexes.json' with { type: 'json' };
import { readDocument } from '../source/markdown.ts';

const EXAMPLE = 'deploy/terraform/examples/basic';
const runbook = readDocument('docs/runbook.md');
const deploy = readDocument('docs/deploy.md');
const example = readDocument(`${EXAMPLE}/variables.tf`);

function variablesOf(text: string): string[] {
  return [...text.matchAll(/^variable "(\w+)"/gm)].map(([, name = '']) => name);
}

describe('Terraform is run', () => {
  test.each([
    ['deploy.md', deploy, 2],
    ['runbook.md', runbook, 4],
  ])('in %s with a plan looked at first, and no variable by hand', (_, text, times) => {
    const lines = readShellLines(text).filter((line) => line.startsWith('terraform '));
    const applied = lines.flatMap((line, at) => (line.includes(' apply') ? [[line, lines[at - 1]]] : []));
    const planned = applied.map(([line = '']) => line.replace(/ apply (\S+)$/, ' plan -out=$1'));
    expect(applied.map(([, before]) => before)).toEqual(planned);
    expect(applied).toHaveLength(times);
    expect(lines.filter((line) => line.includes(' -var'))).toEqual([]);
  });

  test('in an upgrade and a rollback with the variables of the first install', () => {
    for (const heading of ['Upgrading', 'Rollback']) {
      const [section = ''] = runbook.split(`\n## ${heading}\n`)[1]?.split('\n## ') ?? [];
      expect(section).toContain(`cat ${EXAMPLE}/terraform.tfvars\nterraform `);
      expect(section).toContain('must destroy nothing');
    }
  });
});

describe('the example', () => {
  test('takes what the first install writes down', () => {
    const [, written = ''] = /terraform\.tfvars <<'END'\n([\s\S]*?)\nEND\n/.exec(deploy) ?? [];
    const names = [...written.matchAll(/^(\w+) +=/gm)].map(([, name = '']) => name);
    expect(names).toEqual(expect.arrayContaining(['project_id', 'region', 'callers', 'publishers']));
    expect(names.filter((name) => !variablesOf(example).includes(name))).toEqual([]);
  });

  test('passes every variable of its own on', () => {
    const main = readDocument(`${EXAMPLE}/main.tf`);
    const passed = [...main.matchAll(/^ {2}(\w+) += var\.(\w+)$/gm)].filter(([, to, from]) => to === from);
    expect(new Set(passed.map(([, name]) => name))).toEqual(new Set(variablesOf(example)));
  });
});

describe('the runbook', () => {
  test('asks the Scheduler’s log as the doctor does', () => {
    const [, query = ''] =
      /`(resource\.type="cloud_scheduler_job"[^`]*)`/.exec(readDocument('src/cli/doctor/google-checks.ts')) ?? [];
    const asked = query.replace(/\$\{job\}/, '$NAME-tick').replaceAll('"', '\\"');
    expect(asked).toContain('job_id');
    expect(runbook).toContain(`gcloud logging read "${asked}" --project="$PROJECT" --limit=5\n`);
  });

  test('names exports wherever it retries some', () => {
    const calls = [...runbook.matchAll(/npx ee-export retry(.*)/g)].map(([, rest = '']) => rest);
    expect(calls.length).toBeGreaterThanOrEqual(3);
    expect(calls.filter((rest) => !/^ ID/.test(rest))).toEqual([]);
  });

  test('takes over the indexes of a restored database under the module’s names', () => {
    const keys = indexes.indexes.map(({ collectionGroup, fields }) =>
      [collectionGroup, ...fields.map(({ fieldPath }) => fieldPath)].join('.'),
    );
    const imported = [...runbook.matchAll(/google_firestore_index\.ledger\["([^"]+)"\]' INDEX_NAME/g)];
    expect(imported.map(([, key]) => key)).toEqual(keys);
  });
});
