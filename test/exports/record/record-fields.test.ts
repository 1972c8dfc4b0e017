import { expect, test } from '@jest/globals';
import { TIME_FIELDS } from '../../../src/exports/record/record-fields.ts';
import { fullExport } from '../sample-export.ts';

test('TIME_FIELDS are the fields of a record that hold epoch milliseconds', () => {
  const { admitRank: _, ...full } = fullExport('job');
  const times = Object.entries(full).filter(([, value]) => typeof value === 'number' && value > 1e12);
  expect([...TIME_FIELDS].sort()).toEqual(times.map(([field]) => field).sort());
});
