import { describe, expect, test } from '@jest/globals';
import { decisionTreeFault } from '../../../src/request/classifier/decision-tree.ts';

const READABLE: Record<string, string> = {
  'R with probabilities': '1) root 100 20 0 (0.8 0.2)\n2) B4< 0.2 50 5 0 (0.9 0.1) *\n3) B4>=0.2 50 15 1 (0.7 0.3) *',
  'a root that is a leaf': '1) root 9 9 9 (0 1)*',
  'a line break at the end': '1) root 9 9 1 *\n',
  'geemap, of a scikit-learn tree':
    '1) root 55 9999 9999 (147.25973519669316)\n  2) STR <= 1.677856 6 8.7500 -20.0 *\n  3) STR > 1.677856 55 60.2441 -3.885714\n' +
    '    6) NIR <= 0.177952 13 30.6582 3.357143 *\n    7) NIR > 0.177952 36 18.5482 -3.3125 *\n',
  'several trees, with blanks around':
    ' 1) root 0 0 -1 ( 0.5 0.5 )  \n   2) wt < 3.0125 0 0 1 ( 0.5 0.5 ) *\n   3) wt > 3.0125 0 0 -1 ( 0.5 0.5 )  \n' +
    '     6) wt < 3.675 0 0  1 *\n     7) wt > 3.675 0 0  0 *\n1) root 0 0 -1  \n  2) mpg < 25.2 0 0  0 *\n  3) mpg > 25.2 0 0  1 *\n',
  'what R prints above':
    'n= 81 \n\nnode), split, n, loss, yval, (yprob)\n      * denotes terminal node\n\n1) root 81 17 0 (0.79 0.21) *\n',
  'lines of Windows': '1) root 9 9 1\r\n2) B1<-1e-05 9 9 1 *\r\n3) B1>=-1e-05 9 NaN 2. *\r\n',
};

describe('decisionTreeFault()', () => {
  test.each(Object.keys(READABLE))('reads %s', (name) => {
    expect(decisionTreeFault(READABLE[name] ?? '')).toBeUndefined();
  });

  test.each([
    ['', 1, 'no tree'],
    ['\n\n', 1, 'no tree'],
    ['hello', 1, '"hello" is no node'],
    ['1) root 9 9', 1, 'is no node'],
    ['1) root 9 9 forest *', 1, 'is no node'],
    ['1) root 9 9 1 * *', 1, 'is no node'],
    ['2) B1 < 5 9 9 1 *', 1, 'node 2 stands where a tree begins'],
    ['1) B1 < 5 9 9 1 *', 1, 'where a tree begins'],
    ['1) root 9 9 1', 1, 'ends where node 2 is wanted'],
    ['1) root 9 9 1\n2) B1 < 5 9 9 1 *', 2, 'ends where node 3 is wanted'],
    ['1) root 9 9 1\n3) B1 > 5 9 9 1 *\n2) B1 <= 5 9 9 1 *', 2, 'node 3 stands where node 2 is wanted'],
    ['1) root 9 9 1 *\n2) B1 < 5 9 9 1 *', 2, 'where a tree begins'],
    ['1) root 9 9 1\n2) B1 5 9 9 1 *\n3) B1 > 5 9 9 1 *', 2, 'is no node'],
    ['1) root 9 9 1#2) B1 < 5 9 9 1 *#3) B1 > 5 9 9 1 *', 1, '# where line breaks'],
    ['1) root 9 9 1\\n2) B1 < 5 9 9 1 *\\n3) B1 > 5 9 9 1 *', 1, 'written out'],
  ])('refuses %j at line %d: %s', (text, line, reason) => {
    expect(decisionTreeFault(text)).toEqual({ line, reason: expect.stringContaining(reason) });
  });

  test('tells what Earth Engine means by "Error parsing line 4: expected 8, got 3"', () => {
    const text = '1) root 9 9 9999 (5)\n  2) a <= 1 9 9 1\n    4) a <= 2 9 9 1\n  3) a > 1 9 9 2 *';
    expect(decisionTreeFault(text)).toEqual({
      line: 4,
      reason: 'node 3 stands where node 8 is wanted: node 4 has no * and so needs 8 and 9',
    });
  });

  test('reads trees deeper than numbers are exact', () => {
    const lines = ['1) root 9 9 1'];
    const later: string[] = [];
    let node = 1n;
    for (let depth = 0; depth < 70; depth++) {
      const [left, right] = [2n * node, 2n * node + 1n].map((child) => `${child}) a <= ${depth} 9 9 1`);
      const goesRight = depth % 2 === 0;
      node = 2n * node + (goesRight ? 1n : 0n);
      lines.push(...(goesRight ? [`${left} *`, `${right}`] : [`${left}`]));
      if (!goesRight) later.unshift(`${right} *`);
    }
    lines.push(`${lines.pop()} *`, ...later);
    expect(decisionTreeFault(lines.join('\n'))).toBeUndefined();
  });
});
