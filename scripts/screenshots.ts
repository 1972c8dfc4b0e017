import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { findChromium, launchChromium } from '../test/console/chromium.ts';
import { fleetExport, sampleFleet } from '../test/console/sample-fleet.ts';
import { startConsole } from '../test/console/start-console.ts';

/**
 * Pictures of the console with a sample of exports. Every page in light and dark at four widths goes into the ignored
 * `test/artifacts/console`, for somebody to look at; with `--docs` the three of the documents are made instead.
 */

const ROOT = join(import.meta.dirname, '..');
const PAGES = {
  list: '/',
  running: '/?export=landcover-2026-10',
  failed: '/?export=urban-growth-gtb',
  overview: '/?view=overview',
};

/** So many more wait in another project, that its queue can be seen. */
const WAITING = 1240;

interface Shot {
  file: string;
  path: string;
  colorScheme: 'light' | 'dark';
  width: number;
  /** Absent: as high as the page. */
  height?: number;
}

const FOR_DOCS: Shot[] = [
  { file: 'docs/images/console-list.png', path: PAGES.list, colorScheme: 'light', width: 1280, height: 640 },
  { file: 'docs/images/console-export.png', path: PAGES.failed, colorScheme: 'light', width: 1000 },
  { file: 'docs/images/console-overview.png', path: PAGES.overview, colorScheme: 'dark', width: 1180 },
];

const TO_LOOK_AT: Shot[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [360, 820, 1280, 1600].flatMap((width) =>
    Object.entries(PAGES).map(([name, path]) => {
      const file = `test/artifacts/console/${name}-${colorScheme}-${width}.png`;
      return { file, path, colorScheme, width, ...(name === 'list' ? { height: 900 } : {}) };
    }),
  ),
);

async function takeShot(browser: Browser, url: string, shot: Shot): Promise<void> {
  const { colorScheme, width, height = 400 } = shot;
  const context = await browser.newContext({ colorScheme, viewport: { width, height }, locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(url + shot.path);
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(ROOT, shot.file), fullPage: shot.height === undefined });
  await context.close();
}

const chromiumPath = findChromium();
if (!chromiumPath) throw new Error('Cannot find Chromium: apt-get install chromium, or set CHROMIUM_PATH');
const edge = await startConsole(sampleFleet(Date.now()));
for (let index = 0; index < WAITING; index += 1) {
  const about = { now: Date.now(), age: (3000 + index) * 60_000, project: 'coast-lab' };
  await edge.add(fleetExport(`coast-tile-${index}`, 'PENDING', about));
}
const browser = await launchChromium(chromiumPath);
for (const folder of ['docs/images', 'test/artifacts/console']) mkdirSync(join(ROOT, folder), { recursive: true });
for (const shot of process.argv.includes('--docs') ? FOR_DOCS : TO_LOOK_AT) await takeShot(browser, edge.url, shot);
await browser.close();
await edge.close();
