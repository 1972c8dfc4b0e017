import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { DRAIN_MS, startBudget } from '../src/budget.ts';
import { createVirtualClock } from './simulation/virtual-clock.ts';

function start(ms: number) {
  const clock = createVirtualClock(1_000_000);
  const draining = new AbortController();
  return { clock, draining, budget: startBudget(ms, { clock, draining: draining.signal }) };
}

describe('startBudget()', () => {
  test('counts down and then aborts', async () => {
    const { clock, budget } = start(20_000);
    expect(budget.remainingMs()).toBe(20_000);
    await clock.advance(15_000);
    expect([budget.remainingMs(), budget.signal.aborted]).toEqual([5_000, false]);
    await clock.advance(5_000);
    expect([budget.remainingMs(), budget.signal.aborted]).toEqual([0, true]);
    await clock.advance(60_000);
    expect(budget.remainingMs()).toBe(0);
  });

  test('shrinks to what a stopping process has left', async () => {
    const { clock, draining, budget } = start(50_000);
    await clock.advance(10_000);
    draining.abort();
    expect(budget.remainingMs()).toBe(DRAIN_MS);
    await clock.advance(DRAIN_MS - 1);
    expect(budget.signal.aborted).toBe(false);
    await clock.advance(1);
    expect([budget.remainingMs(), budget.signal.aborted]).toEqual([0, true]);
  });

  test('grows for no stopping process', async () => {
    const { clock, draining, budget } = start(10_000);
    await clock.advance(9_000);
    draining.abort();
    expect(budget.remainingMs()).toBe(1_000);
    await clock.advance(1_000);
    expect(budget.signal.aborted).toBe(true);
  });

  test('is short from the beginning in a process that is stopping already', async () => {
    const clock = createVirtualClock(0);
    const budget = startBudget(50_000, { clock, draining: AbortSignal.abort() });
    expect(budget.remainingMs()).toBe(DRAIN_MS);
    await clock.advance(DRAIN_MS);
    expect(budget.signal.aborted).toBe(true);
  });

  test('needs no process that may stop', async () => {
    const clock = createVirtualClock(0);
    const budget = startBudget(1_000, { clock });
    await clock.advance(1_000);
    expect(budget.signal.aborted).toBe(true);
  });

  test('leaves nothing behind once it is released', async () => {
    const { clock, draining, budget } = start(1_000);
    budget.release();
    budget.release();
    await clock.advance(5_000);
    expect(budget.signal.aborted).toBe(false);
    expect(getEventListeners(draining.signal, 'abort')).toEqual([]);
    draining.abort();
    await clock.advance(DRAIN_MS);
    expect(budget.signal.aborted).toBe(false);
  });

  test('leaves nothing behind in a stopping process either', async () => {
    const { clock, draining, budget } = start(20_000);
    draining.abort();
    budget.release();
    await clock.advance(60_000);
    expect(budget.signal.aborted).toBe(false);
  });

  test('goes by its timer when the clock is set back', async () => {
    const clock = createVirtualClock(1_000_000);
    let offMs = 0;
    const budget = startBudget(20_000, { clock: { now: () => clock.now() + offMs, after: clock.after } });
    offMs = -600_000;
    expect(budget.remainingMs()).toBe(20_000);
    await clock.advance(20_000);
    expect([budget.remainingMs(), budget.signal.aborted]).toEqual([0, true]);
  });

  test('warns of nothing with hundreds at once', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    const clock = createVirtualClock(0);
    const draining = new AbortController();
    const budgets = Array.from({ length: 300 }, () => startBudget(20_000, { clock, draining: draining.signal }));
    draining.abort();
    expect(new Set(budgets.map((budget) => budget.remainingMs()))).toEqual(new Set([DRAIN_MS]));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });
});
