import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeInBrowser } from './browser.ts';
import { fleetExport } from './sample-fleet.ts';
import { type ConsoleEdge, startConsole } from './start-console.ts';

/** Through IAM a browser comes by `gcloud run services proxy`, which puts the service's own name in the place of Host. */
describeInBrowser('the console behind the proxy of gcloud', (browser) => {
  let edge: ConsoleEdge;
  let proxy: Server;
  let url = '';

  beforeAll(async () => {
    edge = await startConsole();
    proxy = createServer((incoming, outgoing) => {
      const headers = { ...incoming.headers, host: 'exports-abc-ew.a.run.app', authorization: 'Bearer e30.e30.x' };
      const { method, url: path } = incoming;
      const sent = forward({ host: '127.0.0.1', port: edge.port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(sent);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => proxy.close(resolve));
    await edge.close();
  });

  test('cancels an export', async () => {
    await edge.add(fleetExport('proxied', 'RUNNING', { now: Date.now(), age: 60_000 }));
    const page = await browser.open(`${url}/?export=proxied`);
    await page.getByRole('button', { name: 'Cancel export …' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel export' }).click();
    await page.getByText('Cancel asked for').waitFor();
    expect((await edge.ledger.get('proxied'))?.cancelRequestedAt).toBeGreaterThan(0);
  });
});
