import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describeInBrowser } from './browser.ts';
import { fleetExport, sampleFleet } from './sample-fleet.ts';
import { type ConsoleEdge, startConsole } from './start-console.ts';

const WIDTHS = [360, 1600];
const PAGES = [
  '/',
  '/?text=nothing-like-it',
  '/?export=landcover-2026-10',
  '/?export=urban-growth-gtb',
  '/?view=overview',
];
const HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}';

describeInBrowser('the look of the console', (browser) => {
  let edge: ConsoleEdge;

  beforeAll(async () => {
    edge = await startConsole(sampleFleet(Date.now()));
  });
  afterAll(() => edge.close());

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    test.each(WIDTHS)('has no fault that axe-core knows, nor anything cut off, at %i px', async (width) => {
      const page = await browser.open(edge.url, { colorScheme, viewport: { width, height: 800 } });
      for (const path of PAGES) {
        await page.goto(edge.url + path);
        await page.waitForLoadState('networkidle');
        expect({ path, faults: await findFaults(page) }).toEqual({ path, faults: [] });
        expect({ path, width: await page.evaluate('document.scrollingElement.scrollWidth') }).toEqual({ path, width });
      }
    });

    test('asks without a fault', async () => {
      const page = await browser.open(`${edge.url}/?export=landcover-2026-10`, { colorScheme });
      await page.getByRole('button', { name: 'Cancel export …' }).click();
      expect(await findFaults(page)).toEqual([]);
    });
  });

  describe('given hostile words', () => {
    const id = 'hostile';

    beforeAll(async () => {
      const now = Date.now();
      const base = fleetExport(id, 'FAILED', { now, age: 60_000 });
      await edge.add({
        ...base,
        request: {
          ...base.request,
          description: HOSTILE,
          asset: `projects/forest-watch/assets/${HOSTILE}`,
        } as NonNullable<typeof base.request>,
        labels: { team: HOSTILE },
        outline: {
          classifier: HOSTILE,
          outputMode: HOSTILE,
          arguments: [{ name: HOSTILE, value: HOSTILE }],
          training: [{ name: HOSTILE, value: HOSTILE }],
        },
        requestedBy: HOSTILE,
        originalKey: HOSTILE,
        operation: HOSTILE,
        warnings: [{ field: HOSTILE, description: HOSTILE }],
        stages: [{ name: HOSTILE, description: HOSTILE, completeWorkUnits: 1, totalWorkUnits: 2 }],
        error: { code: 3, status: HOSTILE, message: HOSTILE, reason: HOSTILE, remedy: HOSTILE, retryable: false },
        attempts: [{ attempt: 1, state: HOSTILE, operation: HOSTILE, endTime: now }],
      });
      const uris = ['javascript:alert(3)'];
      await edge.add(fleetExport('hostile-link', 'SUCCEEDED', { now, age: 60_000, destinationUris: uris }));
    });

    test.each(['/', `/?export=${id}`, `/?text=${encodeURIComponent(HOSTILE)}`])(
      'shows them as words at %s',
      async (path) => {
        const page = await browser.open(`${edge.url}/openapi.json`);
        const alerts: string[] = [];
        page.on('dialog', (dialog) => {
          alerts.push(dialog.message());
          void dialog.dismiss();
        });
        await page.goto(edge.url + path);
        await page.getByText(HOSTILE).first().waitFor();
        await page.waitForLoadState('networkidle');
        expect(alerts).toEqual([]);
        expect(await page.locator('main img, main script').count()).toBe(0);
      },
    );

    test('makes no link of an address that is not https', async () => {
      const page = await browser.open(`${edge.url}/?export=hostile-link`);
      const asset = page.getByText('projects/forest-watch/assets/hostile-link').first();
      await asset.waitFor();
      expect(await asset.getAttribute('href')).toBeNull();
    });
  });

  describe('its policy', () => {
    test('lets nothing in from elsewhere, and nothing is asked for there', async () => {
      const page = await browser.open(`${edge.url}/openapi.json`);
      const asked: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('console', (message) => complaints.push(message.text()));
      for (const path of PAGES) {
        await page.goto(edge.url + path);
        await page.waitForLoadState('networkidle');
      }
      expect(asked.length).toBeGreaterThan(PAGES.length);
      expect(asked.filter((url) => !url.startsWith(edge.url) && !url.startsWith('data:'))).toEqual([]);
      expect(complaints).toEqual([]);
    });

    test('stops what a page must not do', async () => {
      const page = await browser.open(edge.url);
      const stopped = await page.evaluate(`new Promise((resolve) => {
        const seen = new Set();
        addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          seen.add(effectiveDirective);
          if (seen.size === 3) resolve([...seen].sort());
        });
        fetch('https://example.com/').catch(() => {});
        new Image().src = 'https://example.com/a.png';
        document.head.append(Object.assign(document.createElement('style'), { textContent: 'b { color: red }' }));
      })`);
      expect(stopped).toEqual(['connect-src', 'img-src', 'style-src-elem']);
      await expect(page.evaluate(`document.createElement('script').src = 'a.js'`)).rejects.toThrow(/TrustedScriptURL/);
      await expect(page.evaluate(`document.body.innerHTML = '<b>x</b>'`)).rejects.toThrow(/TrustedHTML/);
      await expect(page.evaluate(`trustedTypes.createPolicy('own', {})`)).rejects.toThrow(/disallowed/);
    });
  });
});

/** What axe-core finds wrong, in short. */
async function findFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const faults = await page.evaluate(`axe.run().then(({ violations }) => violations.map(
    ({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target + ' ' + failureSummary).join(' | ')
  ))`);
  return faults as string[];
}
