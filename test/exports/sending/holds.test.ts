import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Ledger } from '../../../src/exports/ledger.ts';
import { createSqliteLedger } from '../../../src/exports/ledger-sqlite.ts';
import { endCredentialsHold, holdProject, isHeld, toNextPacificDay } from '../../../src/exports/sending/holds.ts';
import { createVirtualClock, type VirtualClock } from '../../simulation/virtual-clock.ts';
import { HOUR_MS, MINUTE_MS, NOW } from '../sample-record.ts';

describe('toNextPacificDay()', () => {
  test.each([
    ['a day in winter (UTC-8)', '2026-01-15T20:00:00Z', '2026-01-16T08:00:00Z'],
    ['a day in summer (UTC-7)', '2026-07-15T20:00:00Z', '2026-07-16T07:00:00Z'],
    ['the last moment of a day', '2026-07-16T06:59:59.999Z', '2026-07-16T07:00:00Z'],
    ['the first moment of a day', '2026-07-16T07:00:00Z', '2026-07-17T07:00:00Z'],
    ['the day of 23 hours', '2026-03-08T08:00:00Z', '2026-03-09T07:00:00Z'],
    ['the day of 23 hours, after the change', '2026-03-08T12:00:00Z', '2026-03-09T07:00:00Z'],
    ['the day before it', '2026-03-07T12:00:00Z', '2026-03-08T08:00:00Z'],
    ['the day of 25 hours', '2026-11-01T07:00:00Z', '2026-11-02T08:00:00Z'],
    ['the hour that comes twice', '2026-11-01T09:30:00Z', '2026-11-02T08:00:00Z'],
    ['the day before that', '2026-10-31T12:00:00Z', '2026-11-01T07:00:00Z'],
    ['the end of a year', '2026-12-31T23:00:00Z', '2027-01-01T08:00:00Z'],
  ])('is the next midnight in California: %s', (_what, now, next) => {
    expect(new Date(toNextPacificDay(Date.parse(now)))).toEqual(new Date(next));
  });
});

describe('holdProject()', () => {
  let clock: VirtualClock;
  let ledger: Ledger;

  beforeEach(() => {
    clock = createVirtualClock(NOW);
    ledger = createSqliteLedger({ path: ':memory:', clock });
  });

  async function toLength(): Promise<number> {
    const { holdUntil = 0 } = (await ledger.project('p')) ?? {};
    return (holdUntil - clock.now()) / MINUTE_MS;
  }

  test('holds a project 2 minutes while the queue is full, doubling to 10', async () => {
    const lengths: number[] = [];
    for (let times = 0; times < 5; times += 1) {
      await holdProject(ledger, 'p', 'queue-full');
      lengths.push(await toLength());
      await clock.advance(10 * MINUTE_MS);
    }
    expect(lengths).toEqual([2, 4, 8, 10, 10]);
  });

  test('does not double for every one of a burst', async () => {
    await Promise.all(Array.from({ length: 5 }, () => holdProject(ledger, 'p', 'queue-full')));
    expect(await toLength()).toBe(2);
  });

  test('holds it 5 minutes for want of credentials, and until midnight in California for want of quota', async () => {
    await holdProject(ledger, 'p', 'credentials');
    expect(await toLength()).toBe(5);
    await holdProject(ledger, 'p', 'daily-quota');
    expect(await ledger.project('p')).toMatchObject({ holdUntil: toNextPacificDay(NOW), holdReason: 'daily-quota' });
  });

  test('leaves a longer hold as it is', async () => {
    await holdProject(ledger, 'p', 'daily-quota');
    await holdProject(ledger, 'p', 'credentials');
    expect(await ledger.project('p')).toMatchObject({ holdUntil: toNextPacificDay(NOW), holdReason: 'daily-quota' });
  });

  test('ends by itself', async () => {
    await holdProject(ledger, 'p', 'queue-full');
    const project = await ledger.project('p');
    expect(isHeld(project, NOW + 2 * MINUTE_MS - 1)).toBe(true);
    expect(isHeld(project, NOW + 2 * MINUTE_MS)).toBe(false);
    expect(isHeld(undefined, NOW)).toBe(false);
  });

  test('is ended by any answer that shows the credentials to be taken, once its time is over', async () => {
    await holdProject(ledger, 'p', 'credentials');
    await endCredentialsHold(ledger, 'p');
    expect(await ledger.project('p')).toMatchObject({ holdReason: 'credentials' });
    await clock.advance(5 * MINUTE_MS);
    await endCredentialsHold(ledger, 'p');
    expect(await ledger.project('p')).not.toHaveProperty('holdReason');
  });

  test('is left alone when it is for another reason', async () => {
    await holdProject(ledger, 'p', 'queue-full');
    await clock.advance(HOUR_MS);
    await endCredentialsHold(ledger, 'p');
    expect(await ledger.project('p')).toMatchObject({ holdReason: 'queue-full' });
    await endCredentialsHold(ledger, 'nobody');
    expect(await ledger.project('nobody')).toBeUndefined();
  });
});
