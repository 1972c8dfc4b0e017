import { describe, expect, test } from '@jest/globals';
import { parseSync, Visitor } from 'oxc-parser';
import { toFailure } from '../../src/earth-engine/failure.ts';
import failures from '../../src/earth-engine/failures.json' with { type: 'json' };
import { codeIn, readDocument, sectionOf, tableOf } from './markdown.ts';
import { readSourceFiles } from './source-files.ts';

const guide = readDocument('docs/troubleshooting.md');
const toRows = (heading: string) =>
  tableOf(sectionOf(guide, heading), 'you see').map(([seen, reason]) => ({
    texts: codeIn(seen),
    reason: codeIn(reason)[0],
  }));

describe('troubleshooting, an export fails', () => {
  const rows = toRows('## An export fails');

  test('has an entry for every reason somebody must do something about, and for no other', () => {
    const toAct = failures.filter(({ remedy }) => !remedy.startsWith('Nothing:'));
    expect(new Set(rows.map(({ reason }) => reason))).toEqual(new Set(toAct.map(({ reason }) => reason)));
  });

  test('names the others as what needs nothing', () => {
    const [, , need] = tableOf(sectionOf(guide, '## An export does not go on'), 'you see')[0] ?? [];
    const passing = failures.filter(({ remedy }) => remedy.startsWith('Nothing:')).map(({ reason }) => reason);
    expect(new Set(codeIn(need).filter((code) => /^[A-Z_]+$/.test(code)))).toEqual(new Set(passing));
  });

  test('shows texts by which the reason is known', () => {
    // Faults that the service finds itself are not known by their words.
    const known = rows.filter(({ reason }) => failures.some((row) => row.reason === reason && 'message' in row));
    const found = known.flatMap(({ texts, reason }) =>
      texts.map((message) => [message, toFailure({ status: 'UNKNOWN', message }, { project: 'p' }).reason, reason]),
    );
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(([, seen, wanted]) => seen !== wanted)).toEqual([]);
  });
});

describe('troubleshooting, a call is refused', () => {
  const rows = toRows('## A call is refused');

  test('names reasons that README has among the refused calls', () => {
    const refused = tableOf(sectionOf(readDocument('README.md'), '## Refused calls'), 'reason');
    const reasons = refused.flatMap(([reason]) => codeIn(reason));
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.flatMap(({ reason }) => reason ?? []).filter((reason) => !reasons.includes(reason))).toEqual([]);
  });

  test.each(['## It does not start', '## A call is refused'])('shows texts that are in the code: %s', (heading) => {
    const shown = toRows(heading)
      .flatMap(({ texts }) => texts.filter((text) => text.startsWith('Cannot ')))
      .flatMap((text) => text.split('…').flatMap(toPieces));
    expect(shown.length).toBeGreaterThan(3);
    const said = readPieces();
    expect(shown.filter((piece) => !said.has(piece))).toEqual([]);
  });
});

/** What is set apart in a message by its form: "Cannot <do what>: <what is>; <what is wanted>". */
function toPieces(text: string): string[] {
  return text.split(/: |; /).filter((piece) => piece.length > 3);
}

/** Every whole piece of every text in the code, a template's places being ends of pieces too. */
function readPieces(): Set<string> {
  const script = { path: 'scripts/require-node.cjs', text: readDocument('scripts/require-node.cjs') };
  const texts: string[] = [];
  const visitor = new Visitor({
    Literal: ({ value }) => void (typeof value === 'string' && texts.push(value)),
    TemplateElement: ({ value }) => void texts.push(value.cooked ?? ''),
  });
  for (const { path, text } of [...readSourceFiles('src'), script]) visitor.visit(parseSync(path, text).program);
  return new Set(texts.flatMap(toPieces));
}
