import { http } from '@google-cloud/functions-framework';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPollOperations } from '../../src/functions/poll-operations.ts';
import { bodyOf, createParts } from './edge.ts';
import { startFunction } from './function-server.ts';

let parts: Awaited<ReturnType<typeof createParts>>;
let server: Awaited<ReturnType<typeof startFunction>>;
const broken: { on: boolean } = { on: false };

beforeAll(async () => {
  parts = await createParts();
  const tick = () => (broken.on ? Promise.reject(new Error('secret inner detail')) : parts.poller.tick());
  http('pollOperations', createPollOperations({ tick, log: parts.log }));
  server = await startFunction('pollOperations');
});
afterAll(async () => {
  await server.close();
  await parts.simulator.close();
  await parts.ledger.close();
});

async function poll(init: RequestInit = { method: 'POST' }) {
  const response = await fetch(server.url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

test('pollOperations runs a tick and answers with its counts', async () => {
  const valid = await import('../../src/request/export-request.ts').then(({ parseExportRequest }) =>
    parseExportRequest(bodyOf(), { defaultProject: 'forest-watch', nonExportable: 'reject' }),
  );
  if (!valid.valid) throw new Error('The request is not valid');
  const submitted = await parts.submitter.submit(valid, { id: 'polled' }, { repeat: true });
  parts.simulator.model.finishOperation(submitted.record.operation ?? '', 'SUCCEEDED');
  const { status, text } = await poll();
  expect([status, JSON.parse(text)]).toMatchObject([200, { lookedAt: 1, announced: 1 }]);
  expect(parts.events.map(({ attributes }) => attributes['ce-id'])).toEqual(['polled:SUCCEEDED:1']);
});

test.each(['GET', 'HEAD', 'PUT', 'DELETE'])('pollOperations does nothing at a %s', async (method) => {
  const ticks = parts.lines.filter((line) => line.includes('Tick has ended')).length;
  const { status, headers } = await poll({ method });
  expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  expect(parts.lines.filter((line) => line.includes('Tick has ended')).length).toBe(ticks);
});

test('pollOperations takes any body, as the scheduler may send one', async () => {
  const headers = { 'content-type': 'application/octet-stream' };
  expect((await poll({ method: 'POST', body: '{}', headers })).status).toBe(200);
  expect((await poll({ method: 'POST', body: '{"' })).status).toBe(200);
});

test('pollOperations does nothing for the page of another site', async () => {
  expect((await poll({ method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
});

test('pollOperations answers 503 without the ledger', async () => {
  parts.outage.on = true;
  const { status, headers, text } = await poll();
  parts.outage.on = false;
  expect([status, headers.get('retry-after')]).toEqual([503, '10']);
  expect(JSON.parse(text)).toMatchObject({ error: { status: 'UNAVAILABLE' } });
  expect(text).not.toContain('secret');
});

test('pollOperations tells the log alone what went wrong', async () => {
  broken.on = true;
  const { status, text } = await poll();
  broken.on = false;
  expect(status).toBe(500);
  expect(text).not.toContain('secret');
  expect(parts.lines.join('')).toMatch(/"severity":"ERROR".*secret inner detail/);
});
