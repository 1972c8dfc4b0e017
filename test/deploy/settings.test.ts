import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readConfig, SettingsError } from '../../src/config.ts';
import { isProjectId } from '../../src/request/fields/project-id.ts';

const variables = readFileSync(join(import.meta.dirname, '../../deploy/terraform/variables.tf'), 'utf8');

/** The pattern by which Terraform checks a variable, as JavaScript's. */
function patternOf(variable: string): RegExp {
  const [, block = ''] = variables.split(`variable "${variable}" {`);
  const [, pattern = '^$'] = /regex\("(.*?)", /.exec(block) ?? [];
  return new RegExp(pattern.replaceAll('\\\\', '\\'));
}

function takesPrefix(prefix: string): boolean {
  try {
    readConfig({ EARTHENGINE_PROJECT: 'my-project', ALLOWED_ASSETS: prefix }, { local: true });
    return true;
  } catch (error) {
    if (error instanceof SettingsError) return false;
    throw error;
  }
}

const PROJECTS = [
  ...['my-project', 'example.com:my-project', 'a-b-c1', 'a'.repeat(30), 'earthengine-legacy'],
  ...['abc', 'a'.repeat(31), '1my-project', 'My-Project', '-my-project', 'my-project-', 'my project', ''],
  ...['local:my-project', '123456789012', 'projects/my-project', 'a.b:c'],
];

describe('Terraform takes what the service takes for', () => {
  test('a project’s id', () => {
    const pattern = patternOf('project_id');
    for (const id of PROJECTS) expect([id, pattern.test(id)]).toEqual([id, isProjectId(id)]);
  });

  test('a prefix of asset names', () => {
    const pattern = patternOf('allowed_assets');
    const paths = ['', '/a', '/team-a/b_1', `/${'a'.repeat(100)}`, '/a'.repeat(10)];
    const wrongPaths = ['//a', '/a b', '/..', '/a*', `/${'a'.repeat(101)}`, '/a'.repeat(11)];
    const prefixes = [
      ...PROJECTS.map((id) => `projects/${id}/assets/a`),
      ...[...paths, ...wrongPaths].map((path) => `projects/my-project/assets${path}`),
      ...['my-project', 'projects/my-project', 'projects/my-project/a', 'users/me'],
    ];
    for (const prefix of prefixes) expect([prefix, pattern.test(prefix)]).toEqual([prefix, takesPrefix(prefix)]);
  });
});
