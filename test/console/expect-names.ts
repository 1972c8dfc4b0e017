import { setTimeout as wait } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';

const WITHIN_MS = 8_000;

/** Waits until the list shows the exports of just these names. */
export async function expectNames(page: Page, wanted: string[]): Promise<void> {
  const names = page.locator('table.exports tbody .name');
  const end = Date.now() + WITHIN_MS;
  let shown = await names.allTextContents();
  while (JSON.stringify(shown) !== JSON.stringify(wanted) && Date.now() < end) {
    await wait(50);
    shown = await names.allTextContents();
  }
  expect(shown).toEqual(wanted);
}
