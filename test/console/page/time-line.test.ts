import { describe, expect, test } from '@jest/globals';
import { toTimeLine } from '../../../src/console/page/time-line.ts';
import { resourceOf } from './export-resources.ts';

const now = Date.parse('2026-11-02T12:00:00Z');
const MINUTE = 60_000;

/** Each span as its kind and where it begins and ends, in minutes before now. */
function draw(resource: Parameters<typeof toTimeLine>[0]) {
  return toTimeLine(resource, now).map(({ attempt, ended, spans }) => ({
    attempt,
    ended,
    spans: spans.map(({ kind, start, end }) => [kind, (start - now) / MINUTE, (end - now) / MINUTE]),
  }));
}

describe('toTimeLine()', () => {
  test('goes on until now', () => {
    const submitTime = now - 9 * MINUTE;
    const resource = resourceOf('a', 'RUNNING', { now, age: 10 * MINUTE, submitTime, startTime: now - 4 * MINUTE });
    const spans = [
      ['queued', -10, -9],
      ['pending', -9, -4],
      ['running', -4, 0],
    ];
    expect(draw(resource)).toEqual([{ attempt: 1, ended: false, spans }]);
  });

  test('ends with the export', () => {
    const endTime = now - 2 * MINUTE;
    const resource = resourceOf('a', 'SUCCEEDED', { now, age: 10 * MINUTE, startTime: now - 5 * MINUTE, endTime });
    expect(draw(resource)[0]?.spans.at(-1)).toEqual(['running', -5, -2]);
  });

  test('of one that was never sent has waited only', () => {
    const resource = resourceOf('a', 'CANCELLED', { now, age: 10 * MINUTE, endTime: now - 7 * MINUTE });
    const { submitTime: _, startTime: __, ...unsent } = resource;
    expect(draw(unsent)).toEqual([{ attempt: 1, ended: true, spans: [['queued', -10, -7]] }]);
  });

  test('has a line for each attempt, the later ones from the end of the one before', () => {
    const earlier = { attempt: 1, state: 'FAILED', startTime: now - 90 * MINUTE, endTime: now - 60 * MINUTE };
    const about = { now, age: 100 * MINUTE, attempt: 3, submitTime: now - 20 * MINUTE };
    const resource = resourceOf('a', 'PENDING', { ...about, attempts: [{ attempt: 1, state: 'REJECTED' }, earlier] });
    expect(draw(resource)).toEqual([
      { attempt: 1, ended: true, spans: [['running', -90, -60]] },
      {
        attempt: 3,
        ended: false,
        spans: [
          ['queued', -60, -20],
          ['pending', -20, 0],
        ],
      },
    ]);
  });

  test('never runs backwards where clocks differ', () => {
    const submitTime = now - 5 * MINUTE;
    const resource = resourceOf('a', 'RUNNING', { now, age: 10 * MINUTE, submitTime, startTime: now - 6 * MINUTE });
    expect(draw(resource)[0]?.spans).toEqual([
      ['queued', -10, -5],
      ['pending', -5, -5],
      ['running', -5, 0],
    ]);
  });
});
