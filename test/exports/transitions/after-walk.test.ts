import { describe, expect, test } from '@jest/globals';
import type { ExportRecord } from '../../../src/exports/export.ts';
import { applyChanges } from '../../../src/exports/record/apply-changes.ts';
import { afterWalk, mayResend, needsDestination, type Sighting } from '../../../src/exports/transitions/after-walk.ts';
import type { Destination } from '../../../src/exports/transitions/end-lost.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, NOW, SECOND_MS, toClaimed, toOperation } from '../sample-record.ts';

const DEADLINE = NOW + 20 * SECOND_MS;
const NOTHING: Destination = { found: false, changed: false };

/** A complete walk, begun at `startedAt`, that showed nothing. */
function toSighting(startedAt: number, fields: Partial<Sighting> = {}): Sighting {
  return { complete: true, startedAt, undescribed: false, ...fields };
}

/** What a walk makes of a record, when it ends two seconds after it has begun. */
function walk(record: ExportRecord, sighting: Sighting, destination: Destination | undefined = NOTHING): ExportRecord {
  const options = { now: sighting.startedAt + 2 * SECOND_MS, destination };
  return applyChanges(record, afterWalk(record, sighting, options));
}

const settling = (fields: Partial<ExportRecord> = {}) => toClaimed({ doubtful: 'settling', ...fields });

describe('afterWalk()', () => {
  test('adopts the operation at once on the first walk', () => {
    const record = walk(toClaimed(), toSighting(NOW + SECOND_MS, { found: toOperation({ state: 'RUNNING' }) }));
    expect(record).toMatchObject({
      state: 'RUNNING',
      operation: toOperation().name,
      submitTime: NOW,
      dueAt: NOW + 3000,
    });
    expect(record).not.toHaveProperty('doubtful');
  });

  test('adopts it from a walk that broke off, and however late', () => {
    const late = toSighting(NOW + 20 * DAY_MS, { found: toOperation({ state: 'SUCCEEDED' }), complete: false });
    expect(walk(settling(), late)).toMatchObject({ state: 'SUCCEEDED', event: { id: 'job:SUCCEEDED:1' } });
  });

  test('declares an id burnt after two absences, ten minutes apart, the first a minute after the last deadline', () => {
    const first = walk(settling(), toSighting(DEADLINE + MINUTE_MS));
    expect(first).toMatchObject({ submission: 1, absentSince: DEADLINE + MINUTE_MS });
    expect(first.dueAt).toBe(DEADLINE + 11 * MINUTE_MS + 2 * SECOND_MS);
    const second = walk(first, toSighting(DEADLINE + 11 * MINUTE_MS));
    expect(second).toMatchObject({ state: 'QUEUED', submission: 2, admitRank: NOW - 3600 * SECOND_MS });
    for (const field of ['doubtful', 'firstSentAt', 'dueAt']) expect(second).not.toHaveProperty(field);
  });

  const absent = settling({ absentSince: DEADLINE + MINUTE_MS, walks: 3 });
  const proof = DEADLINE + 11 * MINUTE_MS;

  test.each<[why: string, record: ExportRecord, sighting: Sighting, destination?: Destination]>([
    ['the walks are less than ten minutes apart', absent, toSighting(proof - 1)],
    ['the walk broke off', absent, toSighting(proof, { complete: false })],
    ['there is an export without a description', absent, toSighting(proof, { undescribed: true })],
    ['the first send is a day old', { ...absent, firstSentAt: proof - DAY_MS }, toSighting(proof)],
    ['the destination has changed', absent, toSighting(proof), { found: true, changed: true }],
    ['the destination cannot be read', absent, toSighting(proof), 'unreadable'],
    ['the destination may not be read', absent, toSighting(proof), 'refused'],
    ['it may still be sent again', { ...absent, doubtful: 'unanswered' }, toSighting(proof)],
    ['no absence was seen before', settling(), toSighting(proof)],
    ['a send ended less than a minute before', { ...absent, sendDeadline: proof - MINUTE_MS + 1 }, toSighting(proof)],
  ])('keeps looking while %s', (_why, record, sighting, destination = NOTHING) => {
    const after = walk(record, sighting, destination);
    expect(after).toMatchObject({ state: 'QUEUED', submission: 1, walks: (record.walks ?? 0) + 1 });
    expect(after.dueAt).toBeGreaterThan(sighting.startedAt);
    expect(after.doubtful).toBe(record.doubtful);
  });

  test('does not count an absence within a minute of the last deadline', () => {
    expect(walk(settling(), toSighting(DEADLINE + MINUTE_MS - 1))).not.toHaveProperty('absentSince');
  });

  test('ends as CANCELLED what was to be cancelled and is proven absent, whether or not it was refused', () => {
    for (const doubtful of ['unanswered', 'settling'] as const) {
      const record = { ...absent, doubtful, cancelRequestedAt: NOW };
      expect(walk(record, toSighting(proof))).toMatchObject({ state: 'CANCELLED', event: { id: 'job:CANCELLED:1' } });
    }
  });

  const earlier = toOperation({ name: 'projects/my-project/operations/EARLIER' });

  test('settles the present submission first when an earlier one was started after all, and then adopts that', () => {
    const unanswered = toClaimed({ submission: 2 });
    const first = walk(unanswered, toSighting(DEADLINE + MINUTE_MS, { earlier }));
    expect(first).toMatchObject({ state: 'QUEUED', doubtful: 'settling' });
    const second = walk(first, toSighting(DEADLINE + 2 * MINUTE_MS, { earlier }));
    const third = walk(second, toSighting(DEADLINE + 12 * MINUTE_MS, { earlier }));
    expect(third).toMatchObject({ state: 'PENDING', operation: earlier.name });
  });

  test('prefers the operation of the present submission to that of an earlier one', () => {
    const both = toSighting(DEADLINE, { earlier, found: toOperation() });
    expect(walk(settling({ submission: 2 }), both).operation).toBe(toOperation().name);
  });

  test('gives up after eleven days, with what is at the destination', () => {
    const end = NOW + 11 * DAY_MS;
    expect(walk(settling(), toSighting(end - 3 * SECOND_MS)).state).toBe('QUEUED');
    const lost = walk(settling(), toSighting(end), {
      found: true,
      changed: true,
      updateTime: '2026-11-02T08:00:00.000Z',
    });
    expect(lost).toMatchObject({ state: 'LOST', error: { reason: 'LOST' } });
    expect(lost.event?.data).toMatchObject({ assetFound: true, assetUpdateTime: '2026-11-02T08:00:00.000Z' });
  });

  test('does not give up before it knows what is at the destination, unless it may not know', () => {
    const end = toSighting(NOW + 11 * DAY_MS);
    expect(walk(settling(), end, 'unreadable').state).toBe('QUEUED');
    const changes = afterWalk(settling(), end, { now: end.startedAt });
    expect(changes.state).toBeUndefined();
    const lost = walk(settling(), end, 'refused');
    expect(lost.state).toBe('LOST');
    expect(lost.event?.data).not.toHaveProperty('assetFound');
  });

  test('looks less and less often, every ten minutes at least, and every hour after a day', () => {
    const waits = [0, 1, 5, 9].map((walks) => {
      const sighting = toSighting(NOW + HOUR_MS, { complete: false });
      return (walk(settling({ walks }), sighting).dueAt ?? 0) - sighting.startedAt - 2 * SECOND_MS;
    });
    expect(waits).toEqual([10 * SECOND_MS, 20 * SECOND_MS, 320 * SECOND_MS, 10 * MINUTE_MS]);
    const old = toSighting(NOW + DAY_MS, { complete: false });
    expect(walk(settling(), old).dueAt).toBe(old.startedAt + 2 * SECOND_MS + HOUR_MS);
  });
});

describe('mayResend()', () => {
  const now = NOW + HOUR_MS;

  test('allows the same id again after a complete walk that did not show it', () => {
    expect(mayResend(toClaimed(), toSighting(now), now)).toBe(true);
  });

  test.each<[why: string, record: ExportRecord, sighting: Sighting]>([
    ['it was found', toClaimed(), toSighting(now, { found: toOperation() })],
    ['an earlier one was found', toClaimed(), toSighting(now, { earlier: toOperation() })],
    ['the walk broke off', toClaimed(), toSighting(now, { complete: false })],
    ['a repetition was refused', settling(), toSighting(now)],
    ['it is to be cancelled', toClaimed({ cancelRequestedAt: NOW }), toSighting(now)],
    ['the first send is a day old', toClaimed({ firstSentAt: now - DAY_MS }), toSighting(now)],
  ])('does not when %s', (_why, record, sighting) => {
    expect(mayResend(record, sighting, now)).toBe(false);
  });
});

describe('needsDestination()', () => {
  const absent = settling({ absentSince: DEADLINE + MINUTE_MS });

  test.each<[what: string, record: ExportRecord, sighting: Sighting, needed: boolean]>([
    ['a second absence', absent, toSighting(DEADLINE + 11 * MINUTE_MS), true],
    ['a first absence', settling(), toSighting(DEADLINE + 11 * MINUTE_MS), false],
    ['the end of eleven days', settling(), toSighting(NOW + 11 * DAY_MS), true],
    ['an operation', absent, toSighting(NOW + 11 * DAY_MS, { found: toOperation() }), false],
  ])('for %s: %#', (_what, record, sighting, needed) => {
    expect(needsDestination(record, sighting, sighting.startedAt)).toBe(needed);
  });
});
