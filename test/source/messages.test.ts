import { describe, expect, test } from '@jest/globals';
import { readSourceFiles } from './source-files.ts';

/** A text that begins with "Cannot", in quotes or backticks. */
const LITERAL = /'(Cannot (?:\\.|[^'\\\n])*)'|`(Cannot (?:\\.|[^`\\])*)`/g;
/** "Cannot <do what>: <what is>", and behind a semicolon what is wanted, where something is. */
const FORM = /^Cannot [^:]+: [^;]+(; .+)?$/s;
const WANTED = /\b(wanted|must be|make the same call)\b/;

function isWellFormed(message: string): boolean {
  const [whatIs = ''] = message.split(';');
  return FORM.test(message) && !WANTED.test(whatIs);
}

const messages = readSourceFiles('src/functions').flatMap(({ path, text }) =>
  [...text.matchAll(LITERAL)].map(([, quoted, template = '']) => ({
    path,
    message: quoted ?? template.replace(/\$\{[^}]*\}/g, '…'),
  })),
);

describe('a message of the functions', () => {
  test('says what cannot be done, what is, and what is wanted', () => {
    expect(messages.length).toBeGreaterThan(25);
    expect(messages.filter(({ message }) => !isWellFormed(message))).toEqual([]);
  });

  test.each(['Cannot reach it; try again', 'Cannot read it', 'Cannot read it: text is wanted', 'Cannot: it'])(
    'is not well formed as %j',
    (message) => {
      expect(isWellFormed(message)).toBe(false);
    },
  );
});
