import { getEventListeners } from 'node:events';
import { describe, expect, jest, test } from '@jest/globals';
import { sleep, systemClock, TooLateError, waitAtMost } from '../src/clock.ts';
import { createStillClock } from './earth-engine/wire.ts';

describe('sleep()', () => {
  test('wakes after its time, and not before', async () => {
    const clock = createStillClock();
    let awake = false;
    const sleeping = sleep(clock, 500).then(() => {
      awake = true;
    });
    expect(clock.pending()).toEqual([500]);
    await Promise.resolve();
    expect(awake).toBe(false);
    clock.fire();
    await sleeping;
    expect(awake).toBe(true);
  });

  test('wakes when it is called off, and leaves nothing behind', async () => {
    const clock = createStillClock();
    const calling = new AbortController();
    const sleeping = sleep(clock, 500, calling.signal);
    calling.abort();
    await sleeping;
    expect(clock.pending()).toEqual([]);
    expect(getEventListeners(calling.signal, 'abort')).toEqual([]);
  });

  test('leaves nothing behind when it wakes by itself', async () => {
    const clock = createStillClock();
    const { signal } = new AbortController();
    const sleeping = sleep(clock, 500, signal);
    clock.fire();
    await sleeping;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test.each([0, -1])('does not begin for %d ms', async (delayMs) => {
    const clock = createStillClock();
    await sleep(clock, delayMs);
    expect(clock.pending()).toEqual([]);
  });

  test('does not begin when it was called off before', async () => {
    const clock = createStillClock();
    await sleep(clock, 500, AbortSignal.abort());
    expect(clock.pending()).toEqual([]);
  });
});

describe('waitAtMost()', () => {
  test('gives what came in time, and leaves no timer behind', async () => {
    const clock = createStillClock();
    expect(await waitAtMost(clock, 500, Promise.resolve('there'))).toBe('there');
    await expect(waitAtMost(clock, 500, Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError);
    expect(clock.pending()).toEqual([]);
  });

  test('waits no longer', async () => {
    const clock = createStillClock();
    const waiting = waitAtMost(clock, 500, new Promise(() => {}));
    clock.fire();
    await expect(waiting).rejects.toThrow(new TooLateError('Cannot wait any longer than 500 ms'));
  });

  test('lets what fails too late fail unheard', async () => {
    const clock = createStillClock();
    let fail: (error: Error) => void = () => {};
    const work = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const waiting = waitAtMost(clock, 500, work);
    clock.fire();
    await expect(waiting).rejects.toThrow(TooLateError);
    fail(new Error('late'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});

describe('systemClock', () => {
  test('tells the time', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
  });

  test('runs a task once, unless it is called off', async () => {
    const ran: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.after(0, () => ran.push('off'))();
      systemClock.after(0, () => {
        ran.push('on');
        setImmediate(resolve);
      });
    });
    expect(ran).toEqual(['on']);
  });

  test('does not run a task at once that is due in a month', () => {
    jest.useFakeTimers();
    try {
      const ran: string[] = [];
      systemClock.after(30 * 86_400_000, () => ran.push('early'));
      jest.advanceTimersByTime(20 * 86_400_000);
      expect(ran).toEqual([]);
    } finally {
      jest.useRealTimers();
    }
  });
});
