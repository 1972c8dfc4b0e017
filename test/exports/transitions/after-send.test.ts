import { describe, expect, test } from '@jest/globals';
import type { Failure, SendOutcome } from '../../../src/earth-engine/failure.ts';
import type { ExportRecord } from '../../../src/exports/export.ts';
import { applyChanges } from '../../../src/exports/record/apply-changes.ts';
import { afterSend } from '../../../src/exports/transitions/after-send.ts';
import { toAdmitRank } from '../../../src/exports/transitions/waiting.ts';
import { HOUR_MS, MINUTE_MS, NOW, SECOND_MS, toClaimed, toOperation, toRecord } from '../sample-record.ts';

const FAILURE: Failure = {
  code: 7,
  status: 'PERMISSION_DENIED',
  message: 'No',
  reason: 'X',
  remedy: 'Y',
  retryable: false,
};
const ANSWERED_AT = NOW + 3 * SECOND_MS;

const OUTCOMES = {
  accepted: { kind: 'accepted', operation: toOperation() },
  'accepted and FAILED': {
    kind: 'accepted',
    operation: toOperation({ state: 'FAILED', error: { code: 3, message: 'User memory limit exceeded.' } }),
  },
  doubtful: { kind: 'doubtful', cause: 'answer 502' },
  throttled: { kind: 'throttled', failure: FAILURE },
  duplicate: { kind: 'duplicate', failure: FAILURE },
  'queue-full': { kind: 'queue-full', failure: FAILURE },
  'daily-quota': { kind: 'daily-quota', failure: FAILURE },
  denied: { kind: 'denied', failure: FAILURE },
  refused: { kind: 'refused', failure: FAILURE },
} satisfies Record<string, SendOutcome>;

type Row = [name: keyof typeof OUTCOMES, inDoubt: boolean, step: string];

/** What each answer makes of a claimed export, in doubt by an earlier send or not. */
const STEPS: readonly Row[] = [
  ['accepted', false, 'PENDING'],
  ['accepted', true, 'PENDING'],
  ['accepted and FAILED', false, 'FAILED'],
  ['accepted and FAILED', true, 'FAILED'],
  ['doubtful', false, 'unanswered'],
  ['doubtful', true, 'unanswered'],
  ['throttled', false, 'backs off'],
  ['throttled', true, 'unanswered'],
  ['duplicate', false, 'settling'],
  ['duplicate', true, 'settling'],
  ['queue-full', false, 'waits for submission 2'],
  ['queue-full', true, 'settling'],
  ['daily-quota', false, 'waits for submission 2'],
  ['daily-quota', true, 'settling'],
  ['denied', false, 'waits for submission 1'],
  ['denied', true, 'settling'],
  ['refused', false, 'REJECTED'],
  ['refused', true, 'settling'],
];

/** The same, when somebody has asked for a cancel meanwhile. */
const STEPS_WHEN_CANCELLED: readonly Row[] = STEPS.map(([name, inDoubt, step]) => {
  const isNothingSent = step === 'backs off' || step.startsWith('waits');
  return [name, inDoubt, isNothingSent ? 'CANCELLED' : step];
});

function step(record: ExportRecord): string {
  if (record.state !== 'QUEUED') return record.state;
  if (record.doubtful) return record.doubtful;
  return record.admitRank === undefined ? 'backs off' : `waits for submission ${record.submission}`;
}

function answer(claimed: ExportRecord, name: keyof typeof OUTCOMES, inDoubt: boolean, random = 0.5): ExportRecord {
  const options = { now: ANSWERED_AT, inDoubt, random: () => random };
  return applyChanges(claimed, afterSend(claimed, OUTCOMES[name], options));
}

describe('afterSend()', () => {
  test.each(STEPS)('%s, in doubt: %s - %s', (name, inDoubt, expected) => {
    const record = answer(toClaimed(), name, inDoubt);
    expect(step(record)).toBe(expected);
    expect(record).not.toHaveProperty('claimUntil');
  });

  test.each(STEPS_WHEN_CANCELLED)('%s, in doubt: %s, to be cancelled - %s', (name, inDoubt, expected) => {
    const record = answer(toClaimed({ cancelRequestedAt: NOW }), name, inDoubt);
    expect(step(record)).toBe(expected);
  });

  test('makes an accepted export due at once, so that the next tick tracks it', () => {
    expect(answer(toClaimed(), 'accepted', true)).toMatchObject({
      operation: toOperation().name,
      submitTime: NOW,
      dueAt: ANSWERED_AT,
    });
  });

  test('announces with the answer what Earth Engine has already ended', () => {
    const record = answer(toClaimed(), 'accepted and FAILED', false);
    expect(record).toMatchObject({ submitTime: NOW, outboxAt: ANSWERED_AT, error: { reason: 'OUT_OF_MEMORY' } });
    expect(record.event).toMatchObject({ id: 'job:FAILED:1', data: { operation: toOperation().name } });
  });

  test('lets a doubtful export wait for its walk, longer after every one', () => {
    expect(answer(toClaimed(), 'doubtful', false).dueAt).toBe(ANSWERED_AT + 5 * SECOND_MS);
    expect(answer(toClaimed({ walks: 3 }), 'doubtful', true).dueAt).toBe(ANSWERED_AT + 40 * SECOND_MS);
  });

  test('has what must be settled looked for at once', () => {
    expect(answer(toClaimed(), 'duplicate', false).dueAt).toBe(ANSWERED_AT);
  });

  test('announces a refusal with its reason and remedy', () => {
    const record = answer(toClaimed(), 'refused', false);
    expect(record).toMatchObject({ error: FAILURE, outboxAt: ANSWERED_AT, event: { id: 'job:REJECTED:1' } });
    expect(record.hasBody).toBe(true);
  });

  test.each([
    [0, 2.5],
    [0.5, 3.75],
    [1, 5],
  ])('backs off by equal jitter: %f of it is random', (random, seconds) => {
    expect(answer(toClaimed(), 'throttled', false, random).dueAt).toBe(ANSWERED_AT + seconds * SECOND_MS);
  });

  test('backs off longer the older the export is, five minutes at the most', () => {
    const claimed = toClaimed({ createTime: NOW - HOUR_MS });
    expect(answer(claimed, 'throttled', false, 1).dueAt).toBe(ANSWERED_AT + 5 * MINUTE_MS);
  });

  test('never comes back before Earth Engine wants it', () => {
    const outcome: SendOutcome = { kind: 'throttled', failure: FAILURE, retryAfterMs: HOUR_MS };
    const changes = afterSend(toClaimed(), outcome, { now: ANSWERED_AT, inDoubt: false, random: () => 0 });
    expect(changes.dueAt).toBe(ANSWERED_AT + HOUR_MS);
  });

  test('gives up on an export whose own sends were denied for half an hour', () => {
    const waiting = answer(toClaimed(), 'denied', false);
    expect(waiting).toMatchObject({ deniedSince: NOW, admitRank: toAdmitRank(toRecord()) });
    const early = toClaimed({ deniedSince: ANSWERED_AT - 30 * MINUTE_MS + 1 });
    expect(step(answer(early, 'denied', false))).toBe('waits for submission 1');
    const late = toClaimed({ deniedSince: ANSWERED_AT - 30 * MINUTE_MS });
    expect(answer(late, 'denied', false)).toMatchObject({ state: 'REJECTED', error: FAILURE });
  });

  test.each(['doubtful', 'throttled', 'queue-full'] as const)('counts denials anew after a send was %s', (name) => {
    expect(answer(toClaimed({ deniedSince: NOW }), name, false)).not.toHaveProperty('deniedSince');
  });
});
