import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeInBrowser } from './browser.ts';
import { expectNames } from './expect-names.ts';
import { sampleFleet } from './sample-fleet.ts';
import { type ConsoleEdge, startConsole } from './start-console.ts';

describeInBrowser('the pages of the console', (browser) => {
  let edge: ConsoleEdge;

  beforeAll(async () => {
    edge = await startConsole(sampleFleet(Date.now()));
  });
  afterAll(() => edge.close());

  const open = (path: string) => browser.open(edge.url + path);

  describe('the list', () => {
    test('shows the newest exports first, with what matters of each', async () => {
      const page = await open('/');
      await page.getByText('50 exports').waitFor();
      const names = await page.locator('table.exports tbody .name').allTextContents();
      expect(names.slice(0, 3)).toEqual(['landcover-2026-11-queued', 'crop-types-north', 'crop-types-south']);
      const row = page.locator('tr', { has: page.getByRole('link', { name: 'landcover-2026-10', exact: true }) });
      const cells = await row.locator('td, th').allInnerTexts();
      expect(cells.slice(0, 5)).toEqual(['Running', 'landcover-2026-10', 'landcover/2026-10', 'forest-watch', '150']);
      expect(cells[5]).toBe('26 min');
      expect(cells[6]).toMatch(/^23 min/);
      expect(await row.getByRole('progressbar').getAttribute('value')).toBe('0.62');
    });

    test('is filtered by links and fields, and its address says how', async () => {
      const page = await open('/');
      await page.getByRole('link', { name: 'Pending' }).click();
      await expectNames(page, ['crop-types-north', 'crop-types-south']);
      expect(page.url()).toBe(`${edge.url}/?state=PENDING`);
      await page.getByLabel('Text').fill('south');
      await expectNames(page, ['crop-types-south']);
      expect(page.url()).toBe(`${edge.url}/?state=PENDING&text=south`);
      await page.reload();
      await expectNames(page, ['crop-types-south']);
      expect(await page.getByLabel('Text').inputValue()).toBe('south');
      await page.getByRole('link', { name: 'Clear filters' }).click();
      await page.getByText('50 exports').waitFor();
      await page.getByLabel('Project').fill('coast-lab');
      await page.getByLabel('Project').press('Enter');
      await page.waitForURL('**/?project=coast-lab');
      await page.getByText('16 exports').waitFor();
    });

    test('knows workload tags and labels, and the browser goes back', async () => {
      const page = await open('/?tag=landcover');
      await expectNames(page, ['landcover-2026-10']);
      await page.getByLabel('Workload tag').fill('');
      await page.getByLabel('Label').fill('run:2026-11-01');
      await expectNames(page, ['crop-types-north', 'crop-types-south', 'landcover-2026-10']);
      await page.getByRole('link', { name: 'crop-types-south' }).click();
      await page.getByRole('heading', { name: 'crop-types-south' }).waitFor();
      await page.goBack();
      await expectNames(page, ['crop-types-north', 'crop-types-south', 'landcover-2026-10']);
    });

    test('has pages, and finds text on all of them', async () => {
      const page = await open('/');
      await page.getByText('50 exports').waitFor();
      await page.getByRole('link', { name: 'Older' }).click();
      await page.getByText('20 exports').waitFor();
      expect(await page.getByRole('link', { name: 'Older' }).isVisible()).toBe(false);
      await page.getByRole('link', { name: 'Newest' }).click();
      await page.getByText('50 exports').waitFor();
      await page.getByLabel('Text').fill('1059');
      await expectNames(page, ['soil-carbon-1059']);
      await page.getByText('1 export found among 70; there are no others').waitFor();
    });

    test('says when there is nothing', async () => {
      const page = await open('/?tag=nowhere');
      await page.getByText('No export matches these filters').waitFor();
    });

    test('tells what is wrong with a filter', async () => {
      const page = await open('/?label=nonsense');
      await page.getByRole('status').getByText('KEY:VALUE is wanted').waitFor();
    });
  });

  describe('the page of an export', () => {
    test('draws its time line and shows its stages, warnings and facts', async () => {
      const page = await open('/?export=landcover-2026-10');
      const picture = page.getByRole('img', { name: /^Queued here 2 s, Pending 2 min 58 s, Running 2\d min/ });
      expect(await picture.locator('rect').count()).toBe(3);
      expect(await page.getByRole('progressbar', { name: 'Train classifier' }).getAttribute('value')).toBe('0.57');
      await page.getByText('171 of 300').waitFor();
      await page.getByText('need a paid project').waitFor();
      expect(await page.getByRole('link', { name: 'Tasks at Earth Engine' }).getAttribute('href')).toBe(
        'https://console.cloud.google.com/earth-engine/tasks?project=forest-watch',
      );
      await page.getByRole('link', { name: 'run: 2026-11-01' }).click();
      await expectNames(page, ['crop-types-north', 'crop-types-south', 'landcover-2026-10']);
    });

    test('says what the graph is: classifier, arguments, training', async () => {
      const page = await open('/?export=landcover-2026-10');
      const panel = page.locator('section', {
        has: page.getByRole('heading', { name: 'Classifier smileRandomForest' }),
      });
      const terms = await panel.locator('dt').allInnerTexts();
      expect(terms).toEqual([
        ...['numberOfTrees', 'minLeafPopulation', 'seed'],
        ...['features', 'classProperty', 'inputProperties'],
      ]);
      expect(await panel.locator('dd').first().innerText()).toBe('300');
      await panel.getByRole('heading', { name: 'Trained on' }).waitFor();
      await page.goto(`${edge.url}/?export=burned-area`);
      await page.getByRole('heading', { name: 'Facts' }).waitFor();
      expect(await page.getByRole('heading', { name: 'Classifier', exact: false, level: 2 }).count()).toBe(0);
    });

    test('shows the error with its remedy, earlier attempts, and the event as it is sent', async () => {
      const page = await open('/?export=urban-growth-gtb');
      await page.getByText('User memory limit exceeded.').first().waitFor();
      await page.getByText('Train on fewer points').first().waitFor();
      expect(await page.getByRole('heading', { name: 'Attempt 1 Cancelled' }).isVisible()).toBe(true);
      expect(await page.locator('.scroller tbody tr').innerText()).toContain('FIRSTATTEMPT');
      await page.getByText('urban-growth-gtb:FAILED:2').first().click();
      await page.getByText('earthengine.classifier.export.failed.v1').waitFor();
      const data = await page.getByLabel('Data of the event').innerText();
      expect(JSON.parse(data)).toEqual((await edge.ledger.get('urban-growth-gtb'))?.event?.data);
    });

    test('links to the asset once it is there', async () => {
      const page = await open('/?export=crop-types-1001');
      const asset = 'projects/forest-watch/assets/crop-types-1001';
      const link = page.getByRole('link', { name: asset });
      expect(await link.getAttribute('href')).toBe(`https://code.earthengine.google.com/?asset=${asset}`);
      expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
    });

    test('has nothing to cancel or retry about an export that has succeeded', async () => {
      const page = await open('/?export=crop-types-1001');
      await page.locator('.head .badge', { hasText: 'Succeeded' }).waitFor();
      expect(await page.locator('.head button:visible').count()).toBe(0);
    });

    test('says so when there is no such export', async () => {
      const page = await open('/?export=nobody');
      await page.getByRole('status').getByText('Cannot find an export "nobody"').waitFor();
    });
  });

  test('the overview counts states, queues, endings and computing time', async () => {
    const page = await open('/?view=overview');
    expect(await page.getByRole('link', { name: /Succeeded$/ }).innerText()).toMatch(/^60\s+Succeeded$/);
    await page.getByText('States and queues count every export kept').waitFor();
    expect(await page.getByRole('meter', { name: 'Queue of forest-watch' }).getAttribute('value')).toBe('2');
    await page.getByText('2 of 3,000 pending').waitFor();
    await page.getByRole('img', { name: /^64 exports ended in 14 days, 60 of them with success/ }).waitFor();
    await page.getByText('As a table').first().click();
    const cells = await page.locator('figure').first().locator('td').allInnerTexts();
    expect(cells.reduce((sum, text) => sum + Number(text), 0)).toBe(64);
    await page.getByRole('link', { name: /Lost$/ }).click();
    await expectNames(page, ['glacier-lakes']);
  });
});
