import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bodyOf, startEdge } from '../edge.ts';

type Edge = Awaited<ReturnType<typeof startEdge>>;
let edge: Edge;
let name: string;

beforeAll(async () => {
  edge = await startEdge();
  name = await start(edge, 'ours');
  await startElsewhere(edge, 'theirs');
});
afterAll(() => edge.close());

/** Starts an export by the service; gives its operation. */
async function start(of: Edge, requestId: string): Promise<string> {
  const json = bodyOf({ requestId, description: 'maize' }, `projects/forest-watch/assets/${requestId}`);
  const { body } = await of.call('/v1/exports', { json });
  return (body as { operation: string }).operation;
}

/** Starts an export at Earth Engine that is none of the service's. */
async function startElsewhere(of: Edge, requestId: string, description = 'by-hand'): Promise<string> {
  const response = await fetch(`${of.simulator.url}/v1/projects/forest-watch/classifier:export`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf({ requestId, description }, `projects/forest-watch/assets/${requestId}`)),
  });
  return ((await response.json()) as { name: string }).name;
}

describe('GET /v1/projects/{project}/operations/{operation}', () => {
  test('passes on the operation of an export of ours, with the caller’s description', async () => {
    const { status, body } = await edge.call(`/v1/${name}?alt=json`);
    expect([status, body]).toMatchObject([200, { name, metadata: { description: 'maize', state: 'PENDING' } }]);
  });

  test('finds it by its bare id, which the JavaScript client puts under the legacy project', async () => {
    const legacy = name.replace('forest-watch', 'earthengine-legacy');
    expect(await edge.call(`/v1/${legacy}`)).toMatchObject({ status: 200, body: { name } });
    const theirs = (await startElsewhere(edge, 'theirs-0')).replace('forest-watch', 'earthengine-legacy');
    expect((await edge.call(`/v1/${theirs}`)).status).toBe(404);
  });

  test('answers 404 for every other, Earth Engine not asked', async () => {
    const theirs = await startElsewhere(edge, 'theirs-2');
    const asked = edge.simulator.requests.length;
    for (const path of [theirs, 'projects/forest-watch/operations/NONE', 'projects/other-project/operations/X']) {
      const { status, body } = await edge.call(`/v1/${path}`);
      expect([status, body]).toMatchObject([404, { error: { code: 404, status: 'NOT_FOUND' } }]);
    }
    expect(edge.simulator.requests.length).toBe(asked);
  });

  test('passes on what Earth Engine says instead, and 503 where it says nothing', async () => {
    const body = { error: { code: 403, message: 'Permission denied', status: 'PERMISSION_DENIED' } };
    edge.simulator.faults.add({ path: name, times: 1, fault: { kind: 'status', code: 403, body } });
    expect(await edge.call(`/v1/${name}`)).toMatchObject({ status: 403, body });
    const unauthorised = { error: { code: 401, message: 'No token', status: 'UNAUTHENTICATED' } };
    for (const fault of [{ kind: 'html' }, { kind: 'status', code: 401, body: unauthorised }] as const) {
      edge.simulator.faults.add({ path: name, times: 1, fault });
      const silent = await edge.call(`/v1/${name}`);
      expect([silent.status, silent.headers.get('retry-after')]).toEqual([503, '10']);
    }
  });
});

describe('GET /v1/projects/{project}/operations', () => {
  test('lists our own alone, with the caller’s description', async () => {
    const { status, body } = await edge.call('/v1/projects/forest-watch/operations?pageSize=500&alt=json');
    expect(status).toBe(200);
    expect(body).toMatchObject({ operations: [{ name, metadata: { description: 'maize' } }] });
    expect((body as { operations: object[] }).operations).toHaveLength(1);
  });

  test('shows none whose description only looks like ours', async () => {
    const imitated = await startElsewhere(edge, 'imitation', 'maize;0123456789');
    const { text } = await edge.call('/v1/projects/forest-watch/operations');
    expect(text).not.toContain(imitated);
  });

  test('looks up nothing that cannot be ours', async () => {
    const others = await startEdge();
    await startElsewhere(others, 'theirs');
    others.outage.on = true;
    const { status, body } = await others.call('/v1/projects/forest-watch/operations');
    expect([status, body]).toEqual([200, { operations: [] }]);
    await others.close();
  });

  test('looks on for a page that has something, and gives the way on', async () => {
    const paged = await startEdge({ simulator: { maxPageSize: 2 } });
    const first = await start(paged, 'first');
    for (const id of ['a', 'b', 'c']) await startElsewhere(paged, id);
    const last = await start(paged, 'last');
    const list = async (pageToken?: string) => {
      const query = pageToken === undefined ? '' : `?pageToken=${encodeURIComponent(pageToken)}`;
      const { body } = await paged.call(`/v1/projects/forest-watch/operations${query}`);
      return body as { operations: { name: string }[]; nextPageToken?: string };
    };
    const one = await list();
    expect(one.operations.map((operation) => operation.name)).toEqual([last]);
    const two = await list(one.nextPageToken ?? '');
    expect(two).toMatchObject({ operations: [{ name: first }] });
    expect(two).not.toHaveProperty('nextPageToken');
    await paged.close();
  });

  test.each(['other-project', 'forest-watch%3Fx=1', '123456789012'])('refuses the project %s', async (project) => {
    const asked = edge.simulator.requests.length;
    for (const collection of ['operations', 'algorithms']) {
      expect((await edge.call(`/v1/projects/${project}/${collection}`)).status).toBe(403);
    }
    expect(edge.simulator.requests.length).toBe(asked);
  });
});

describe('POST /v1/projects/{project}/operations/{operation}:cancel', () => {
  test('records the wish and tells Earth Engine', async () => {
    const { status, body } = await edge.call(`/v1/${name}:cancel`, { json: {} });
    expect([status, body]).toEqual([200, {}]);
    expect(edge.simulator.model.getOperation(name)).toMatchObject({ metadata: { state: 'CANCELLED' } });
    expect(await edge.ledger.get('ours')).toMatchObject({ cancelRequestedAt: expect.any(Number) });
  });

  test('answers 200 while Earth Engine is away: the wish is kept, and carried out by a tick', async () => {
    const kept = await start(edge, 'kept');
    edge.simulator.faults.add({ path: ':cancel', times: 1, fault: { kind: 'html' } });
    expect(await edge.call(`/v1/${kept}:cancel`, { json: {} })).toMatchObject({ status: 200, body: {} });
    expect(edge.simulator.model.getOperation(kept)).toMatchObject({ metadata: { state: 'PENDING' } });
    for (let ticks = 0; ticks < 3; ticks += 1) {
      edge.time.aheadMs += 60_000;
      await edge.poller.tick();
    }
    expect(await edge.ledger.get('kept')).toMatchObject({ state: 'CANCELLED' });
  });

  test('passes on a refusal, and cancels nothing that is not ours', async () => {
    const refused = await start(edge, 'unstoppable');
    const body = { error: { code: 403, message: 'No', status: 'PERMISSION_DENIED' } };
    edge.simulator.faults.add({ path: ':cancel', times: 1, fault: { kind: 'status', code: 403, body } });
    expect(await edge.call(`/v1/${refused}:cancel`, { json: {} })).toMatchObject({ status: 403, body });
    const theirs = await startElsewhere(edge, 'theirs-3');
    expect((await edge.call(`/v1/${theirs}:cancel`, { json: {} })).status).toBe(404);
    expect(edge.simulator.model.getOperation(theirs)).toMatchObject({ metadata: { state: 'PENDING' } });
  });

  test('leaves what has ended alone', async () => {
    const ended = await start(edge, 'ended');
    edge.simulator.model.finishOperation(ended, 'SUCCEEDED');
    await edge.poller.tick();
    const asked = edge.simulator.requests.length;
    expect(await edge.call(`/v1/${ended}:cancel`, { json: {} })).toMatchObject({ status: 200, body: {} });
    expect(edge.simulator.requests.length).toBe(asked);
  });
});

describe('what official clients read when they start', () => {
  test.each([
    ['/v1/projects/forest-watch/algorithms?prettyPrint=false', 'algorithms'],
    ['/$discovery/rest?version=v1', 'rootUrl'],
  ])('passes on %s, and keeps it for ten minutes', async (path, field) => {
    const calls = () =>
      edge.simulator.requests.filter((request) => request.path.includes(path.split('?')[0] ?? '')).length;
    const before = calls();
    const { status, body, text } = await edge.call(path);
    expect([status, body]).toMatchObject([200, { [field]: expect.anything() }]);
    expect((await edge.call(path)).text).toBe(text);
    expect(calls()).toBe(before + 1);
    edge.time.aheadMs += 11 * 60_000;
    expect((await edge.call(path)).text).toBe(text);
    expect(calls()).toBe(before + 2);
  });

  test('keeps no failure', async () => {
    const fresh = await startEdge({ simulator: { faults: [{ times: 1, fault: { kind: 'html' } }] } });
    expect((await fresh.call('/$discovery/rest')).status).toBe(503);
    expect((await fresh.call('/$discovery/rest')).status).toBe(200);
    await fresh.close();
  });
});
