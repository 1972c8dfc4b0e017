import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './browser.ts';
import { expectNames } from './expect-names.ts';
import { fleetExport } from './sample-fleet.ts';
import { type ConsoleEdge, startConsole } from './start-console.ts';

const MINUTE = 60_000;
const LIVELY_MS = 5_500;
const QUIET_MS = 61_000;

describeInBrowser('the console in use', (browser) => {
  let edge: ConsoleEdge;
  const now = Date.now();

  beforeAll(async () => {
    edge = await startConsole();
  });
  afterAll(() => edge.close());

  const open = (path: string) => browser.open(edge.url + path);
  const inFocus = (page: Page) => page.evaluate('document.activeElement.textContent');

  describe('cancel and retry', () => {
    test('cancel asks first: keeping it and Escape change nothing, and focus goes back', async () => {
      await edge.add(fleetExport('kept', 'RUNNING', { now, age: 9 * MINUTE }));
      const page = await open('/?export=kept');
      const button = page.getByRole('button', { name: 'Cancel export …' });
      await button.click();
      await page.getByRole('dialog', { name: 'Cancel kept?' }).getByRole('button', { name: 'Keep as it is' }).click();
      await button.click();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      expect(await inFocus(page)).toBe('Cancel export …');
      expect((await edge.ledger.get('kept'))?.cancelRequestedAt).toBeUndefined();
    });

    test('cancel of a running export records the wish', async () => {
      await edge.add(fleetExport('unwanted', 'RUNNING', { now, age: 9 * MINUTE }));
      const page = await open('/?export=unwanted');
      await cancelIt(page);
      await page.getByText('Cancel asked for').waitFor();
      expect(await page.getByRole('button', { name: 'Cancel export …' }).isVisible()).toBe(false);
      expect((await edge.ledger.get('unwanted'))?.cancelRequestedAt).toBeGreaterThan(0);
    });

    test('cancel of one that waits ends it', async () => {
      await edge.add(fleetExport('unsent', 'QUEUED', { now, age: 1_000, admitRank: now }));
      const page = await open('/?export=unsent');
      await cancelIt(page);
      await page.locator('.head .badge', { hasText: 'Cancelled' }).waitFor();
      expect((await edge.ledger.get('unsent'))?.state).toBe('CANCELLED');
    });

    test('retry starts the next attempt', async () => {
      await edge.add(fleetExport('again', 'FAILED', { now, age: 60 * MINUTE }));
      const page = await open('/?export=again');
      await page.getByRole('button', { name: 'Retry …' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
      await page.locator('.head .badge', { hasText: 'Queued' }).waitFor();
      expect(await edge.ledger.get('again')).toMatchObject({ state: 'QUEUED', attempt: 2 });
    });

    test('what the service refuses is said in the dialog, which stays', async () => {
      await edge.add(fleetExport('unannounced', 'FAILED', { now, age: 60 * MINUTE, outboxAt: now }));
      const page = await open('/?export=unannounced');
      await page.getByRole('button', { name: 'Retry …' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
      await page.getByRole('alert').getByText('its completion event is not published').waitFor();
      expect((await edge.ledger.get('unannounced'))?.attempt).toBe(1);
    });

    test('all of it works with the keyboard alone', async () => {
      await edge.add(fleetExport('by-keyboard', 'RUNNING', { now, age: 10_000 }));
      const page = await open('/?text=by-keyboard');
      await expectNames(page, ['by-keyboard']);
      await page.keyboard.press('Tab');
      expect(await inFocus(page)).toBe('Skip to content');
      await page.getByRole('link', { name: 'by-keyboard' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Cancel export …' }).waitFor();
      expect(await inFocus(page)).toBe('by-keyboard');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await inFocus(page)).toBe('Keep as it is');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('Cancel asked for').waitFor();
      expect((await edge.ledger.get('by-keyboard'))?.cancelRequestedAt).toBeGreaterThan(0);
    });
  });

  describe('as time goes by', () => {
    /** A page whose time the test owns. */
    async function openWithClock(path: string): Promise<Page> {
      const page = await open('/openapi.json');
      await page.clock.install({ time: Date.now() });
      await page.goto(edge.url + path);
      return page;
    }

    test('what changes is shown without anybody asking, and focus stays where it is', async () => {
      await edge.add(fleetExport('changing', 'PENDING', { now, age: 3 * MINUTE }));
      const page = await openWithClock('/?text=changing');
      await expectNames(page, ['changing']);
      await page.getByRole('link', { name: 'changing' }).focus();
      await edge.change('changing', { state: 'RUNNING', startTime: now, progress: 0.3 });
      await page.clock.runFor(LIVELY_MS);
      await page.locator('tbody .badge', { hasText: 'Running' }).waitFor();
      expect(await inFocus(page)).toBe('changing');
    });

    test('a new export comes in above the others, which keep the focus', async () => {
      await edge.add(fleetExport('sorted-old', 'PENDING', { now, age: 3 * MINUTE }));
      const page = await openWithClock('/?text=sorted');
      await expectNames(page, ['sorted-old']);
      await page.getByRole('link', { name: 'sorted-old' }).focus();
      await edge.add(fleetExport('sorted-new', 'PENDING', { now, age: 1_000 }));
      await page.clock.runFor(LIVELY_MS);
      await expectNames(page, ['sorted-new', 'sorted-old']);
      expect(await inFocus(page)).toBe('sorted-old');
    });

    test('nothing changes while it is paused', async () => {
      await edge.add(fleetExport('paused', 'PENDING', { now, age: 3 * MINUTE }));
      const page = await openWithClock('/?text=paused');
      await expectNames(page, ['paused']);
      await page.getByRole('button', { name: 'Live' }).click();
      await page.getByRole('link', { name: 'Pending' }).click();
      await page.waitForURL('**/?state=PENDING&text=paused');
      await page.waitForLoadState('networkidle');
      await edge.change('paused', { state: 'RUNNING', startTime: now });
      await page.clock.runFor(2 * QUIET_MS);
      await page.waitForLoadState('networkidle');
      expect(await page.locator('tbody .badge').allInnerTexts()).toEqual(['Pending']);
      await page.getByRole('button', { name: 'Paused' }).click();
      await expectNames(page, []);
    });

    test('an outage is said, what was shown stays, and it goes on afterwards', async () => {
      await edge.add(fleetExport('patient', 'PENDING', { now, age: 3 * MINUTE }));
      const page = await openWithClock('/?text=patient');
      await expectNames(page, ['patient']);
      await page.context().setOffline(true);
      await page.clock.runFor(LIVELY_MS);
      await page.getByRole('status').getByText('Cannot reach the service').waitFor();
      await expectNames(page, ['patient']);
      await page.context().setOffline(false);
      await page.clock.runFor(QUIET_MS);
      await page.getByText('Cannot reach the service').waitFor({ state: 'detached' });
    });
  });
});

async function cancelIt(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Cancel export …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel export' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}
