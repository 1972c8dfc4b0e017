import { describe, expect, test } from '@jest/globals';
import { asCaller, bodyFor, PROJECT, startAttackedService } from './attacked-service.ts';

// OWASP API6:2023, unrestricted access to sensitive business flows: spending the project's queue, priority and computing
// time by calls that are all allowed.

describe('the same export', () => {
  test('asked for fifty times at once → one operation', async () => {
    const service = await startAttackedService({ simulator: { startDelayMs: 3_600_000 } });
    const json = bodyFor('once', { requestId: 'once' });
    const paths = ['/v1/exports', `/v1/projects/${PROJECT}/classifier:export`];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => service.call(paths[index % 2] ?? '', { json })),
    );
    expect(answers.map(({ status }) => status).filter((status) => ![200, 202, 503].includes(status))).toEqual([]);
    for (let ticks = 0; ticks < 3; ticks += 1) {
      service.time.aheadMs += 120_000;
      await service.tick();
    }
    expect(service.simulator.model.operations(PROJECT)).toHaveLength(1);
    expect(await service.records()).toHaveLength(1);
    await service.close();
  });

  test('retried fifty times at once → one more attempt', async () => {
    const service = await startAttackedService({
      simulator: { outcome: () => ({ failed: { code: 3, message: 'No' } }) },
    });
    await service.call('/v1/exports', { json: bodyFor('again', { requestId: 'again' }) });
    for (let ticks = 0; ticks < 3; ticks += 1) {
      service.time.aheadMs += 120_000;
      await service.tick();
    }
    expect(await service.ledger.get('again')).toMatchObject({ state: 'FAILED', attempt: 1 });
    const retry = () => service.call('/v1/exports/again:retry', { json: { attempt: 1 } });
    const answers = await Promise.all(Array.from({ length: 50 }, retry));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(await service.ledger.get('again')).toMatchObject({ attempt: 2 });
    await service.close();
  });
});

describe('the queue', () => {
  test('filled beyond MAX_PENDING → the rest waits here, and Earth Engine is left alone', async () => {
    const service = await startAttackedService({
      settings: { MAX_PENDING: '5' },
      simulator: { startDelayMs: 3_600_000, maxPending: 5 },
    });
    for (let index = 0; index < 30; index += 1) {
      expect((await service.call('/v1/exports', { json: bodyFor(`flood/${index}`) })).status).toBe(202);
    }
    const exportsSent = service.sent.filter(({ url }) => url.endsWith('classifier:export')).length;
    expect(exportsSent).toBeLessThan(10);
    expect(service.simulator.model.operations(PROJECT)).toHaveLength(5);
    expect((await service.records()).filter(({ state }) => state === 'QUEUED')).toHaveLength(25);
    await service.close();
  });

  test('jumped by priority → the caller’s highest is 403’s border, by every spelling', async () => {
    const email = 'small@example.com';
    const CALLER_POLICY = JSON.stringify({ [email]: { maxPriority: 100 } });
    const service = await startAttackedService({ settings: { CALLER_POLICY } });
    const headers = asCaller({ email, email_verified: true });
    for (const priority of [101, 9999, { value: 9999 }]) {
      const json = bodyFor('jump', { priority });
      for (const path of ['/v1/exports', `/v1/projects/${PROJECT}/classifier:export`]) {
        expect((await service.call(path, { json, headers })).status).toBe(403);
      }
    }
    for (const fields of [{}, { priority: 100 }, { priority: null }]) {
      expect((await service.call('/v1/exports', { json: bodyFor('jump', fields), headers })).status).toBe(202);
    }
    await service.close();
  });

  test('held because the project is full → stays held, however often somebody asks', async () => {
    const service = await startAttackedService({ simulator: { startDelayMs: 3_600_000, maxPending: 1 } });
    for (let index = 0; index < 20; index += 1) {
      await service.call('/v1/exports', { json: bodyFor(`more/${index}`) });
      await service.call(`/v1/projects/${PROJECT}/classifier:export`, {
        json: bodyFor(`drop-in/${index}`, { requestId: `d${index}` }),
      });
    }
    expect(service.sent.filter(({ url }) => url.endsWith('classifier:export')).length).toBeLessThan(4);
    await service.close();
  });
});

describe('what is asked of Earth Engine for one call', () => {
  test('a trial (validateOnly) of a graph with a thousand assets → 52 reads at the most', async () => {
    const service = await startAttackedService();
    const values: Record<string, object> = {};
    for (let index = 0; index < 1_000; index += 1) {
      const tableId = { constantValue: `projects/x-project/assets/${index}` };
      values[`t${index}`] = {
        functionInvocationValue: { functionName: 'Collection.loadTable', arguments: { tableId } },
      };
      const collections = {
        collection1: { valueReference: index < 2 ? 't0' : `m${index - 1}` },
        collection2: { valueReference: `t${index}` },
      };
      if (index > 0)
        values[`m${index}`] = { functionInvocationValue: { functionName: 'Collection.merge', arguments: collections } };
    }
    const train = {
      functionInvocationValue: {
        functionName: 'Classifier.train',
        arguments: {
          classifier: { functionInvocationValue: { functionName: 'Classifier.smileCart', arguments: {} } },
          features: { valueReference: 'm999' },
          classProperty: { constantValue: 'class' },
          inputProperties: { constantValue: ['a'] },
        },
      },
    };
    const expression = { result: '0', values: { ...values, '0': train } };
    const answer = await service.call('/v1/exports?validateOnly=true', { json: { ...bodyFor('x'), expression } });
    expect(answer.status).toBe(400);
    expect(service.sent.length).toBeGreaterThan(0);
    expect(service.sent.length).toBeLessThanOrEqual(52);
    await service.close();
  });

  test('what clients read when they start, a hundred times → once', async () => {
    const service = await startAttackedService();
    const paths = [`/v1/projects/${PROJECT}/algorithms`, '/$discovery/rest'];
    for (let index = 0; index < 100; index += 1) {
      expect((await service.call(`${paths[index % 2]}?x=${index}`)).status).toBe(200);
    }
    expect(service.sent).toHaveLength(2);
    await service.close();
  });
});
