import { afterAll, beforeAll, describe, jest, test } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { findChromium, launchChromium } from './chromium.ts';

const SUITE_TIMEOUT_MS = 60_000;

/** A browser that runs for as long as the suite it was given to. */
export interface SuiteBrowser {
  /** A page in a profile of its own. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
}

/**
 * A suite that needs Chromium. It is skipped, and the console says so, where there is none; with `REQUIRE_BROWSER=1`
 * that is a failure.
 */
export function describeInBrowser(title: string, suite: (browser: SuiteBrowser) => void): void {
  jest.setTimeout(SUITE_TIMEOUT_MS);
  const path = findChromium();
  let browser: Browser | undefined;
  const opener: SuiteBrowser = {
    async open(url, options) {
      if (!browser) throw new Error('Cannot open a page: the browser does not run');
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      await page.goto(url);
      return page;
    },
  };
  if (path) {
    describe(title, () => {
      beforeAll(async () => {
        browser = await launchChromium(path);
      });
      afterAll(() => browser?.close());
      suite(opener);
    });
  } else if (process.env['REQUIRE_BROWSER'] === '1') {
    test(`${title}: needs Chromium`, () => {
      throw new Error('Cannot find Chromium: apt-get install chromium, or set CHROMIUM_PATH');
    });
  } else {
    console.warn(`Skipped "${title}": Chromium is not installed (apt-get install chromium, or set CHROMIUM_PATH)`);
    describe.skip(title, () => suite(opener));
  }
}
