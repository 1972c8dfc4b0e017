import { describe, expect, test } from '@jest/globals';
import { toRoom } from '../../../src/exports/polling/send-in-turn.ts';
import type { ProjectRecord } from '../../../src/exports/record/project-record.ts';
import { MINUTE_MS, NOW } from '../sample-record.ts';

function room(fields: Partial<ProjectRecord>, now = NOW): number | undefined {
  return toRoom({ project: { project: 'my-project', version: '1', tracked: [], ...fields } }, 3000, now);
}

const walk = { end: NOW, pending: 2000 };

describe('toRoom()', () => {
  test('is what Earth Engine keeps less what waited there and what was submitted since', () => {
    expect(room({ walk })).toBe(1000);
    expect(room({ walk, submittedSince: 300 })).toBe(700);
    expect(room({ walk: { ...walk, pending: 2900 }, submittedSince: 300 })).toBe(0);
  });

  test('is not known without a walk of the last ten minutes', () => {
    expect(room({})).toBeUndefined();
    expect(room({ walk }, NOW + 10 * MINUTE_MS)).toBe(1000);
    expect(room({ walk }, NOW + 10 * MINUTE_MS + 1)).toBeUndefined();
  });
});
