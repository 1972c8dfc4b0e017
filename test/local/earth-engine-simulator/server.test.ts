import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../src/local/earth-engine-simulator/faults.ts';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../src/local/earth-engine-simulator/server.ts';
import { createBody } from './export-requests.ts';

const EXPORT = '/v1/projects/my-project/classifier:export';
const OPERATIONS = '/v1/projects/my-project/operations';
const running: Simulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ startDelayMs: 0, ...options });
  running.push(simulator);
  return simulator;
}

/** What a client sees: the answer as far as it came, and whether the connection broke before its end. */
interface Seen {
  status: number | undefined;
  type: string | undefined;
  body: string;
  isCut: boolean;
}

/** One request on a connection of its own. */
function send(url: string, method = 'POST', body: string | Buffer = JSON.stringify(createBody())): Promise<Seen> {
  return new Promise((resolve) => {
    const seen: Seen = { status: undefined, type: undefined, body: '', isCut: false };
    const request = httpRequest(url, { method, agent: false, headers: { authorization: 'Bearer me' } }, (response) => {
      seen.status = response.statusCode;
      seen.type = response.headers['content-type'];
      response.on('data', (chunk) => {
        seen.body += chunk;
      });
      response.on('error', () => {
        seen.isCut = true;
      });
      response.on('close', () => resolve(seen));
    });
    request.on('error', () => resolve({ ...seen, isCut: true }));
    request.end(method === 'POST' ? body : undefined);
  });
}

describe('what a client sees of a fault, and whether the export was started', () => {
  const google = { error: { code: 503, status: 'UNAVAILABLE', message: 'Try again.' } };
  test.each<[Fault, Partial<Seen>, number]>([
    [{ kind: 'cutBefore' }, { status: undefined, isCut: true }, 0],
    [{ kind: 'cutAfter' }, { status: undefined, isCut: true }, 1],
    [{ kind: 'truncate', bytes: 9 }, { status: 200, body: '{"name":"', isCut: true }, 1],
    [{ kind: 'truncate', bytes: 0 }, { status: 200, body: '', isCut: true }, 1],
    [{ kind: 'status', code: 503, body: google }, { status: 503, body: JSON.stringify(google), isCut: false }, 0],
    [
      { kind: 'status', code: 500, body: 'oh', executed: true },
      { status: 500, body: 'oh', type: 'text/plain; charset=UTF-8' },
      1,
    ],
    [
      { kind: 'status', code: 302, headers: { 'content-type': 'text/x' } },
      { status: 302, body: '', type: 'text/x' },
      0,
    ],
    [
      { kind: 'html' },
      { status: 502, type: 'text/html; charset=UTF-8', body: expect.stringContaining('<!DOCTYPE html>') as never },
      0,
    ],
    [{ kind: 'html', code: 503, executed: true }, { status: 503, type: 'text/html; charset=UTF-8' }, 1],
    [{ kind: 'emptyBody' }, { status: 200, body: '', isCut: false }, 1],
    [{ kind: 'notJson' }, { status: 200, body: '{"name": ', isCut: false }, 1],
    [
      { kind: 'delay', delayMs: 1 },
      { status: 200, isCut: false, body: expect.stringContaining('operations') as never },
      1,
    ],
    [{ kind: 'delay', delayMs: 1, executeLate: true }, { status: 200, isCut: false }, 1],
  ])('%j', async (fault, seen, started) => {
    const { url, model, requests } = await start({ faults: [{ method: 'POST', path: 'classifier:export', fault }] });
    expect(await send(`${url}${EXPORT}`)).toMatchObject(seen);
    expect(model.operations('my-project')).toHaveLength(started);
    expect(requests).toMatchObject([{ method: 'POST', path: EXPORT, fault, status: seen.status }]);
    expect((await send(`${url}${OPERATIONS}`, 'GET')).status).toBe(200);
  });

  test('truncate cuts a connection that was to stay open', async () => {
    const { url } = await start({ faults: [{ fault: { kind: 'truncate', bytes: 1 } }] });
    const response = await fetch(`${url}${OPERATIONS}`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test.each([true, false])('hang: no answer at all; executed %s', async (executed) => {
    const { url, model, requests } = await start({ faults: [{ nth: 1, fault: { kind: 'hang', executed } }] });
    const hanging = new Promise<string>((resolve) => {
      const request = httpRequest(`${url}${EXPORT}`, { method: 'POST', agent: false });
      request.on('response', () => resolve('an answer'));
      request.on('error', () => resolve('closed'));
      request.end(JSON.stringify(createBody()));
    });
    while (requests.length === 0) await new Promise(setImmediate);
    expect(model.operations('my-project')).toHaveLength(executed ? 1 : 0);
    await running.splice(0)[0]?.close();
    expect(await hanging).toBe('closed');
  });

  test('a late execution happens after the caller has gone', async () => {
    const order: string[] = [];
    let tellDone: () => void = () => {};
    const done = new Promise<void>((resolve) => {
      tellDone = resolve;
    });
    const { url, model, requests } = await start({
      faults: [{ fault: { kind: 'delay', delayMs: 200, executeLate: true } }],
      onRequest: () => {
        order.push('executed');
        tellDone();
      },
    });
    const request = httpRequest(`${url}${EXPORT}`, { method: 'POST', agent: false });
    request.on('error', () => {});
    request.on('close', () => order.push('caller gone'));
    request.end(JSON.stringify(createBody()));
    while (requests.length === 0) await new Promise(setImmediate);
    request.destroy();
    await done;
    expect(order).toEqual(['caller gone', 'executed']);
    expect(model.operations('my-project')).toHaveLength(1);
  });
});

describe('startSimulator()', () => {
  test('remembers what it received, up to a bound, and tells of each request', async () => {
    const told: string[] = [];
    const { url, requests } = await start({
      maxRequests: 2,
      onRequest: ({ path, status }) => told.push(`${path} ${status}`),
    });
    for (const page of [1, 2, 3]) await send(`${url}${OPERATIONS}?pageSize=${page}`, 'GET');
    expect(requests.map(({ path }) => path)).toEqual([`${OPERATIONS}?pageSize=2`, `${OPERATIONS}?pageSize=3`]);
    expect(requests[0]).toMatchObject({
      method: 'GET',
      headers: { authorization: 'Bearer me' },
      body: '',
      status: 200,
    });
    expect(told).toEqual([1, 2, 3].map((page) => `${OPERATIONS}?pageSize=${page} 200`));
  });

  test('a body over 10 MiB is read to its end and refused', async () => {
    const { url, requests } = await start();
    const seen = await send(`${url}${EXPORT}`, 'POST', Buffer.alloc(12_000_000, 'x'));
    expect(seen.status).toBe(400);
    expect(JSON.parse(seen.body).error.message).toBe('Request payload size exceeds the limit: 10485760 bytes.');
    expect(requests[0]?.body).toHaveLength(100_000);
  });

  test('what a function among the options throws is a 500 that says so', async () => {
    const { url } = await start({
      durationMs: () => {
        throw new RangeError('broken test');
      },
    });
    const seen = await send(`${url}${EXPORT}`);
    expect([seen.status, JSON.parse(seen.body).error.message]).toEqual([500, expect.stringContaining('broken test')]);
  });

  test('the same seed meets the same faults and names', async () => {
    const run = async () => {
      const { url } = await start({ seed: 11, faults: [{ probability: 0.5, fault: { kind: 'cutAfter' } }] });
      const seen: (number | undefined)[] = [];
      for (let i = 0; i < 10; i += 1) seen.push((await send(`${url}${EXPORT}`)).status);
      return seen;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([undefined, 200]));
    expect(await run()).toEqual(first);
  });

  test('close() frees the port, with connections open', async () => {
    const simulator = await startSimulator();
    await fetch(`${simulator.url}${OPERATIONS}`);
    await simulator.close();
    await expect(fetch(simulator.url)).rejects.toThrow();
  });

  test('now is the clock of everything', async () => {
    const { url } = await start({ now: () => Date.UTC(2020, 0, 1), timestampDigits: 3 });
    const { body } = await send(`${url}${EXPORT}`);
    expect(JSON.parse(body).metadata.createTime).toBe('2020-01-01T00:00:00.000Z');
  });
});

describe('the control routes', () => {
  async function control(url: string, method: string, route: string, body: unknown = {}) {
    const seen = await send(`${url}/simulator/${route}`, method, JSON.stringify(body));
    return { status: seen.status, json: JSON.parse(seen.body) };
  }

  test('POST and DELETE faults', async () => {
    const { url } = await start();
    const rule = { method: 'GET', path: 'operations', fault: { kind: 'status', code: 429 } };
    expect((await control(url, 'POST', 'faults', rule)).json.faults).toEqual([{ ...rule, matched: 0 }]);
    await control(url, 'POST', 'faults', [{ nth: 9, fault: { kind: 'html' } }]);
    expect((await send(`${url}${OPERATIONS}`, 'GET')).status).toBe(429);
    expect((await control(url, 'GET', 'state')).json.faults).toMatchObject([{ matched: 1 }, { matched: 0 }]);
    expect((await control(url, 'DELETE', 'faults')).status).toBe(200);
    expect((await send(`${url}${OPERATIONS}`, 'GET')).status).toBe(200);
  });

  test('POST finish ends an operation as told', async () => {
    const { url } = await start();
    const submit = async () => JSON.parse((await send(`${url}${EXPORT}`)).body).name;
    const failed = { code: 3, message: 'User memory limit exceeded.' };
    const outcomes = [undefined, 'CANCELLED', { failed }];
    const states: unknown[] = [];
    for (const outcome of outcomes) {
      const { json } = await control(url, 'POST', 'finish', { name: await submit(), outcome });
      states.push([json.metadata.state, json.error]);
    }
    expect(states).toEqual([
      ['SUCCEEDED', undefined],
      ['CANCELLED', { code: 1, message: 'Cancelled.' }],
      ['FAILED', failed],
    ]);
    expect((await control(url, 'POST', 'finish', { name: 'projects/p/operations/X' })).status).toBe(404);
    expect((await control(url, 'POST', 'finish', { name: 'x', outcome: 'RUNNING' })).status).toBe(400);
  });

  test('POST settings changes them, GET state shows them and the queues', async () => {
    const { url } = await start({ slots: 0 });
    for (let i = 0; i < 3; i += 1) await send(`${url}${EXPORT}`);
    expect((await control(url, 'GET', 'state')).json.projects).toEqual({
      'my-project': { pending: 3, running: 0, operations: 3 },
    });
    const patch = {
      slots: 2,
      oddities: { missingState: 1 },
      refusals: { 'other-project': 'apiDisabled' },
      durationMs: 1e6,
    };
    expect((await control(url, 'POST', 'settings', patch)).json).toMatchObject(patch);
    const { json } = await control(url, 'GET', 'state');
    expect(json).toMatchObject({
      projects: { 'my-project': { pending: 1, running: 2 } },
      calls: { ExportClassifier: 3 },
    });
    expect(json.settings).toMatchObject({ slots: 2, oddities: { missingState: 1, epochStartTime: 1 } });
    expect(json.settings).not.toHaveProperty('port');
  });

  test('wrong settings are all named, and none is taken', async () => {
    const { url, model } = await start();
    const wrong = { slots: 5, speed: 1, durationMs: '1', refusals: { p: 'x' }, oddities: { odd: 1 }, toString: 1 };
    const { status, json } = await control(url, 'POST', 'settings', wrong);
    expect(status).toBe(400);
    expect(json.error.message).toContain('Cannot change settings: speed, durationMs, refusals, oddities, toString;');
    expect(model.settings.slots).toBe(2);
    const pollution = await send(`${url}/simulator/settings`, 'POST', '{"__proto__":{"slots":5}}');
    expect(JSON.parse(pollution.body).error.message).toContain('Cannot change settings: __proto__;');
  });

  test('anything else is refused with the routes there are', async () => {
    const { url } = await start();
    expect((await control(url, 'GET', 'nothing')).json.error.message).toContain('POST /simulator/finish');
    expect((await send(`${url}/simulator/faults`, 'POST', '{')).status).toBe(400);
    expect((await control(url, 'GET', 'requests')).json).toEqual({ requests: [] });
  });
});
