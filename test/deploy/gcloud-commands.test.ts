import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readDocumentedCommands } from '../../scripts/check-gcloud-commands.ts';
import {
  findGcloudCommands,
  findGcloudFaults,
  type GcloudCommand,
  readGcloudCommands,
  readShellLines,
} from '../../scripts/gcloud-commands.ts';

const ROOT = join(import.meta.dirname, '../..');

const tree: GcloudCommand = {
  flags: { '--project': 'dynamic' },
  commands: {
    pubsub: {
      flags: {},
      commands: {
        topics: {
          flags: {},
          commands: {
            create: { commands: {}, flags: { '--async': 'bool', '--kind': ['one', 'two'], '--labels': 'value' } },
          },
        },
      },
    },
  },
};

describe('findGcloudFaults()', () => {
  test.each([
    'gcloud pubsub topics create my-topic --project=p --labels=a=b --kind=one --async',
    'gcloud pubsub topics create my-topic --no-async',
  ])('finds none in %s', (line) => {
    expect(findGcloudCommands(line).flatMap((words) => findGcloudFaults(tree, words))).toEqual([]);
  });

  test.each([
    ['gcloud pubsub topic create t', 'gcloud pubsub has no command topic'],
    ['gcloud pubsub topics', 'gcloud pubsub topics is a group of commands'],
    ['gcloud pubsub topics create t --lables=a=b', 'there is no flag --lables'],
    ['gcloud pubsub topics create t --async=yes', '--async takes no value'],
    ['gcloud pubsub topics create t --labels a=b', '--labels needs a value'],
    ['gcloud pubsub topics create t --kind=three', '--kind is one of one, two'],
  ])('finds what is wrong with %s', (line, fault) => {
    expect(findGcloudCommands(line).flatMap((words) => findGcloudFaults(tree, words))).toEqual([
      expect.stringContaining(fault),
    ]);
  });
});

describe('findGcloudCommands()', () => {
  test('finds the ones within others, and keeps what is quoted together', () => {
    expect(findGcloudCommands('A=$(gcloud a b) && gcloud c "d e" --f=\'g; h\' | sort')).toEqual([
      ['gcloud', 'a', 'b'],
      ['gcloud', 'c', 'd e', '--f=g; h'],
    ]);
  });

  test('takes a substitution for a part of the word it stands in', () => {
    expect(findGcloudCommands('gcloud a --member="user:$(gcloud b c)"')).toEqual([
      ['gcloud', 'a', '--member=user:$(gcloud b c)'],
      ['gcloud', 'b', 'c'],
    ]);
  });
});

describe('readShellLines()', () => {
  test('joins continued lines and leaves other blocks out', () => {
    const text = 'gcloud not this\n```sh\ngcloud a \\\n  b\n\nls\n```\n```js\ngcloud nor this\n```\n';
    expect(readShellLines(text)).toEqual(['gcloud a b', 'ls']);
  });
});

describe('the documents', () => {
  const commands = readDocumentedCommands(ROOT);

  test('hold commands to check', () => {
    expect(commands.filter(({ file }) => file === 'docs/deploy.md').length).toBeGreaterThan(40);
    expect(commands.filter(({ file }) => file === 'docs/runbook.md').length).toBeGreaterThan(15);
  });

  test('name no command or flag that gcloud does not know', () => {
    const gcloud = readGcloudCommands();
    if (!gcloud) {
      console.warn(`Skipped: gcloud is not installed; ${commands.length} commands are unchecked`);
      return;
    }
    const faults = commands.flatMap(({ file, words }) =>
      findGcloudFaults(gcloud, words).map((fault) => `${file}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });
});
