import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ExportRecord } from '../../../src/exports/export.ts';
import type { FaultRule } from '../../../src/local/earth-engine-simulator/faults.ts';
import { bodyOf, startEdge } from '../edge.ts';
import { detailsOf } from '../error-details.ts';

const METHOD = '/v1/projects/forest-watch/classifier:export';
const HANGS: FaultRule = { path: 'classifier:export', fault: { kind: 'hang' } };
const THROTTLED: FaultRule = {
  path: 'classifier:export',
  fault: {
    kind: 'status',
    code: 429,
    body: { error: { code: 429, message: 'Too many', status: 'RESOURCE_EXHAUSTED' } },
  },
};

type Edge = Awaited<ReturnType<typeof startEdge>>;
let edge: Edge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

async function recordOf(of: Edge, id: string): Promise<ExportRecord> {
  const record = await of.ledger.get(id);
  if (!record) throw new Error(`There is no export ${id}`);
  return record;
}

describe('POST /v1/projects/{project}/classifier:export', () => {
  test('answers 200 with Earth Engine’s Operation and the caller’s own description', async () => {
    const json = bodyOf({ requestId: 'drop-in', description: 'maize' });
    const { status, body } = await edge.call(`${METHOD}?alt=json&prettyPrint=false&fields=name`, { json });
    expect(status).toBe(200);
    const { operation } = await recordOf(edge, 'drop-in');
    expect(body).toMatchObject({ name: operation, metadata: { description: 'maize', type: 'EXPORT_CLASSIFIER' } });
    expect(edge.simulator.requests.at(-1)?.body).toMatch(/"description":"maize;[0-9a-f]{10}"/);
  });

  test('gives no description where the caller gave none', async () => {
    const { body } = await edge.call(METHOD, { json: bodyOf({}, 'projects/forest-watch/assets/plain') });
    expect((body as { metadata: object }).metadata).not.toHaveProperty('description');
  });

  test('joins an export that runs, with its operation as it is now', async () => {
    const { operation = '' } = await recordOf(edge, 'drop-in');
    const json = bodyOf({ requestId: 'drop-in', description: 'maize' });
    const { status, body } = await edge.call(METHOD, { json });
    expect([status, body]).toMatchObject([200, { name: operation, metadata: { description: 'maize' } }]);
    edge.simulator.faults.add({ path: operation, times: 1, fault: { kind: 'html' } });
    const away = await edge.call(METHOD, { json });
    expect([away.status, detailsOf(away.body).info?.metadata.exportId]).toEqual([503, 'drop-in']);
  });

  test('answers for one that has succeeded from the record, though Earth Engine has forgotten it', async () => {
    const { operation = '' } = await recordOf(edge, 'drop-in');
    edge.simulator.model.finishOperation(operation, 'SUCCEEDED');
    await edge.poller.tick();
    edge.simulator.faults.add({ fault: { kind: 'status', code: 404 } });
    const { status, body } = await edge.call(METHOD, { json: bodyOf({ requestId: 'drop-in', description: 'maize' }) });
    edge.simulator.faults.clear();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: operation,
      done: true,
      response: {},
      metadata: {
        state: 'SUCCEEDED',
        description: 'maize',
        endTime: expect.any(String),
        destinationUris: [expect.any(String)],
      },
    });
  });

  test('tells the stored error of one that has failed, and how to run it again where it would be repeated', async () => {
    const fail = async (requestId: string, code: number, message: string) => {
      const json = bodyOf({ requestId }, `projects/forest-watch/assets/${requestId}`);
      const { body } = await edge.call(METHOD, { json });
      edge.simulator.model.finishOperation((body as { name: string }).name, { failed: { code, message } });
      await edge.poller.tick();
      return edge.call(METHOD, { json });
    };
    const memory = await fail('memory', 3, 'User memory limit exceeded.');
    expect([memory.status, memory.body]).toMatchObject([400, { error: { message: 'User memory limit exceeded.' } }]);
    expect(detailsOf(memory.body).info).toMatchObject({ reason: 'OUT_OF_MEMORY', metadata: { exportId: 'memory' } });
    const internal = await fail('internal', 13, 'Internal error.');
    expect([internal.status, internal.body]).toMatchObject([409, { error: { status: 'ALREADY_EXISTS' } }]);
    expect(detailsOf(internal.body).info?.metadata.remedy).toContain('/v1/exports/internal:retry with {"attempt": 1}');
  });

  test('names :retry for one that was cancelled', async () => {
    const asset = 'projects/forest-watch/assets/stopped';
    const { body } = await edge.call(METHOD, { json: bodyOf({ requestId: 'stopped' }, asset) });
    edge.simulator.model.finishOperation((body as { name: string }).name, 'CANCELLED');
    await edge.poller.tick();
    const again = await edge.call(METHOD, { json: bodyOf({ requestId: 'stopped' }, asset) });
    expect([again.status, detailsOf(again.body).info?.metadata.remedy]).toMatchObject([
      409,
      expect.stringMatching(/:retry/),
    ]);
  });

  test('names :retry for one that was cancelled before it was sent', async () => {
    const busy = await startEdge({ submitBudgetMs: 300, simulator: { faults: [THROTTLED] } });
    const json = bodyOf({ requestId: 'unsent' });
    expect((await busy.call(METHOD, { json })).status).toBe(503);
    expect((await busy.call('/v1/exports/unsent:cancel', { json: {} })).body).toMatchObject({ state: 'CANCELLED' });
    const { status, body } = await busy.call(METHOD, { json });
    expect(status).toBe(409);
    expect(detailsOf(body).info).toMatchObject({
      reason: 'EXPORT_ENDED',
      metadata: { exportId: 'unsent', remedy: expect.stringMatching(/:retry/) },
    });
    await busy.close();
  });

  test('says so where the operation of a known export cannot be read now', async () => {
    const json = bodyOf({ requestId: 'unread' }, 'projects/forest-watch/assets/unread');
    expect((await edge.call(METHOD, { json })).status).toBe(200);
    edge.simulator.faults.add({ method: 'GET', path: '/operations/', times: 1, fault: { kind: 'html' } });
    const { status, headers, body } = await edge.call(METHOD, { json });
    expect([status, headers.get('retry-after')]).toEqual([503, '10']);
    expect(detailsOf(body).info).toMatchObject({
      reason: 'EARTH_ENGINE_UNAVAILABLE',
      metadata: { exportId: 'unread' },
    });
  });

  test('passes on Earth Engine’s refusal', async () => {
    const refusing = await startEdge({ simulator: { refusals: { 'forest-watch': 'notRegistered' } } });
    for (const requestId of ['refused', 'refused']) {
      const { status, body } = await refusing.call(METHOD, { json: bodyOf({ requestId }) });
      expect([status, body]).toMatchObject([403, { error: { status: 'PERMISSION_DENIED' } }]);
      expect(detailsOf(body).info).toMatchObject({
        reason: 'PROJECT_NOT_REGISTERED',
        metadata: { exportId: 'refused' },
      });
    }
    await refusing.close();
  });

  test('holds the project of the path against the body', async () => {
    const other = await edge.call(METHOD, { json: bodyOf({ project: 'other-project' }) });
    expect([other.status, detailsOf(other.body).fields]).toEqual([400, ['project']]);
    const foreign = await edge.call('/v1/projects/other-project/classifier:export', { json: bodyOf() });
    expect(foreign.status).toBe(403);
    const odd = await edge.call('/v1/projects/x%3Fy/classifier:export', { json: bodyOf() });
    expect([odd.status, detailsOf(odd.body).fields]).toEqual([400, ['project']]);
  });

  test.each(['python-decisionTree', 'javascript-rf-trained-table'])('takes the graph of %s', async (name) => {
    const path = join(import.meta.dirname, `../../fixtures/expressions/${name}.json`);
    const expression: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const graph = (expression as { expression?: unknown }).expression ?? expression;
    const json = { ...bodyOf({}, `projects/forest-watch/assets/${name}`), expression: graph };
    expect(await edge.call(METHOD, { json })).toMatchObject({ status: 200 });
  });
});

describe('POST /v1/projects/{project}/classifier:export when Earth Engine does not accept in time', () => {
  test('answers 503 where the caller can join, and the same id joins it', async () => {
    const late = await startEdge({ submitBudgetMs: 150, simulator: { faults: [HANGS] } });
    const json = bodyOf({ requestId: 'late' });
    const first = await late.call(METHOD, { json });
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '10']);
    expect(detailsOf(first.body).info).toMatchObject({ reason: 'NOT_ACCEPTED_YET', metadata: { exportId: 'late' } });
    expect(await recordOf(late, 'late')).toMatchObject({ state: 'QUEUED' });
    expect((await late.call(METHOD, { json })).status).toBe(503);
    late.simulator.faults.clear();
    for (let ticks = 0; ticks < 5; ticks += 1) {
      late.time.aheadMs += 120_000;
      await late.poller.tick();
    }
    const joined = await late.call(METHOD, { json });
    expect(joined.status).toBe(200);
    expect(late.simulator.model.operations('forest-watch')).toHaveLength(1);
    await late.close();
  });

  test('answers 503 and leaves nothing behind where nobody could join what was never started', async () => {
    const busy = await startEdge({ submitBudgetMs: 300, simulator: { faults: [THROTTLED] } });
    const { status, headers, body } = await busy.call(METHOD, { json: bodyOf() });
    expect([status, headers.get('retry-after')]).toEqual([503, '10']);
    const { exportId = '' } = detailsOf(body).info?.metadata ?? {};
    expect(await recordOf(busy, exportId)).toMatchObject({
      state: 'CANCELLED',
      event: { id: `${exportId}:CANCELLED:1` },
    });
    busy.simulator.faults.clear();
    busy.time.aheadMs += 600_000;
    await busy.poller.tick();
    expect(busy.simulator.model.operations('forest-watch')).toHaveLength(0);
    await busy.close();
  });

  test('answers 409, which clients do not repeat, where one may have been started', async () => {
    const lost = await startEdge({ submitBudgetMs: 150, simulator: { faults: [HANGS] } });
    const { status, headers, body } = await lost.call(METHOD, { json: bodyOf() });
    expect([status, headers.get('retry-after'), body]).toMatchObject([409, null, { error: { status: 'ABORTED' } }]);
    const { exportId = '' } = detailsOf(body).info?.metadata ?? {};
    expect(await recordOf(lost, exportId)).toMatchObject({ state: 'QUEUED', doubtful: expect.any(String) });
    expect(await recordOf(lost, exportId)).not.toHaveProperty('cancelRequestedAt');
    await lost.close();
  });
});
