import { describe, expect, test } from '@jest/globals';
import type { ExportState } from '../../../src/exports/export.ts';
import { EXPORT_STATES, isAccepted, isFinal, isKnownState, mayFollow } from '../../../src/exports/record/states.ts';

/** What may follow: a row for every state, `x` where the state of the column may come next. */
const TABLE = `
            QUEUED PENDING RUNNING CANCELLING SUCCEEDED FAILED CANCELLED REJECTED LOST
QUEUED      -      x       x       x          x         x      x         x        x
PENDING     -      -       x       x          x         x      x         -        x
RUNNING     -      x       -       x          x         x      x         -        x
CANCELLING  -      x       x       -          x         x      x         -        x
SUCCEEDED   -      -       -       -          -         -      -         -        -
FAILED      x      -       -       -          -         -      -         -        -
CANCELLED   x      -       -       -          -         -      -         -        -
REJECTED    x      -       -       -          -         -      -         -        -
LOST        x      -       -       -          -         -      -         -        -`;

const [columns = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const pairs = rows.flatMap(([from, ...marks]) => columns.map((to, index) => [from, to, marks[index] === 'x'] as const));

describe('mayFollow()', () => {
  test.each(pairs)('%s then %s: %s', (from, to, may) => {
    expect(mayFollow(from as ExportState, to as ExportState)).toBe(may);
  });
});

describe('the states', () => {
  test('are those of the table', () => {
    expect(EXPORT_STATES).toEqual(columns);
  });

  test('are final, or with Earth Engine, or QUEUED', () => {
    expect(EXPORT_STATES.filter(isFinal)).toEqual(['SUCCEEDED', 'FAILED', 'CANCELLED', 'REJECTED', 'LOST']);
    expect(EXPORT_STATES.filter(isAccepted)).toEqual(['PENDING', 'RUNNING', 'CANCELLING']);
  });

  test.each(['PAUSED', '', 'queued', 'constructor', '__proto__', 'toString'])('do not include %j', (state) => {
    expect(isKnownState(state)).toBe(false);
  });
});
