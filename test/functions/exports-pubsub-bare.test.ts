import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { cloudEvent } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { expect, test } from '@jest/globals';
import { createExportsPubsub } from '../../src/functions/exports-pubsub.ts';
import { bodyOf, createParts } from './edge.ts';

test('exportsPubsub reads what the framework itself makes of a message, with no intake before it', async () => {
  const parts = await createParts();
  cloudEvent('exportsPubsub', createExportsPubsub(parts));
  const server = getTestServer('exportsPubsub');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/projects/p/topics/t`;
  async function post(body: unknown, type = 'application/json', headers = {}): Promise<number> {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': type, ...headers } };
    return (await fetch(url, init)).status;
  }
  function pushOf(requestId: string) {
    const json = JSON.stringify(bodyOf({ requestId }, `projects/forest-watch/assets/${requestId}`));
    const message = { data: Buffer.from(json).toString('base64'), messageId: '7', publishTime: '2026-11-02T08:00:00Z' };
    return { message, subscription: 's' };
  }
  const event = { id: '7', specversion: '1.0', type: 't', source: 's' };
  const binary = { 'ce-id': '7', 'ce-source': 's', 'ce-specversion': '1.0', 'ce-type': 't' };

  expect(await post(pushOf('converted'))).toBe(204);
  expect(await post(pushOf('binary'), 'application/json', binary)).toBe(204);
  expect(await post({ ...event, data: pushOf('structured') }, 'application/cloudevents+json')).toBe(204);
  for (const id of ['converted', 'binary', 'structured']) {
    expect(await parts.ledger.get(id)).toMatchObject({ state: 'PENDING', messageId: '7' });
  }
  expect(await post({ message: { data: '', attributes: { a: 'b' }, messageId: '8' }, subscription: 's' })).toBe(204);
  const { exports } = await parts.ledger.list({ state: 'REJECTED' }, { pageSize: 10 });
  expect(exports).toMatchObject([{ messageId: '8' }]);
  server.closeAllConnections();
  server.close();
  await parts.simulator.close();
  await parts.ledger.close();
});
