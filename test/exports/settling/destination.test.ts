import { describe, expect, test } from '@jest/globals';
import type { Answer, CallOptions, EarthEngineClient } from '../../../src/earth-engine/client.ts';
import { readDestination } from '../../../src/exports/settling/destination.ts';
import { HOUR_MS, MINUTE_MS, NOW, toClaimed } from '../sample-record.ts';

function toAsset(type: string, at: number): Answer {
  return { kind: 'answered', status: 200, body: { type, updateTime: new Date(NOW + at).toISOString() } };
}

function toRefusal(status: number, body: object | undefined = { error: { message: 'No', status: 'X' } }): Answer {
  return { kind: 'answered', status, body };
}

const read = (answer: Answer, record = toClaimed()) =>
  readDestination({ getAsset: async () => answer } as unknown as EarthEngineClient, record, { timeoutMs: 1 });

describe('readDestination()', () => {
  test.each<[what: string, answer: Answer, found: object | string]>([
    ['nothing', toRefusal(404), { found: false, changed: false }],
    ['an older classifier', toAsset('CLASSIFIER', -HOUR_MS), { found: true, changed: false }],
    ['a newer one', toAsset('CLASSIFIER', MINUTE_MS), { found: true, changed: true }],
    ['one from about the same time', toAsset('CLASSIFIER', -9 * MINUTE_MS), { found: true, changed: true }],
    ['a table', toAsset('TABLE', MINUTE_MS), { found: true, changed: false }],
    ['what may not be read', toRefusal(403), 'refused'],
    ['a name Earth Engine does not like', toRefusal(400), 'refused'],
    ['an answer that says too many requests', toRefusal(429), 'unreadable'],
    ['one that says the token is old', toRefusal(401), 'unreadable'],
    ['an error', toRefusal(503), 'unreadable'],
    ['a page of HTML', { kind: 'answered', status: 404, body: undefined }, 'unreadable'],
    ['half an answer', { kind: 'answered', status: 200, body: undefined }, 'unreadable'],
    ['no answer', { kind: 'unanswered', cause: 'ECONNRESET', sent: true }, 'unreadable'],
  ])('finds %s', async (_what, answer, found) => {
    const destination = await read(answer);
    if (typeof found === 'string') expect(destination).toBe(found);
    else expect(destination).toMatchObject(found);
  });

  test('takes a classifier of unknown age for the new one', async () => {
    const answer: Answer = { kind: 'answered', status: 200, body: { type: 'CLASSIFIER' } };
    expect(await read(answer)).toEqual({ found: true, changed: true });
  });

  test('charges the call to the project of the export', async () => {
    const calls: [string, CallOptions][] = [];
    const getAsset = async (name: string, call: CallOptions) => {
      calls.push([name, call]);
      return toRefusal(404);
    };
    await readDestination({ getAsset } as unknown as EarthEngineClient, toClaimed(), { timeoutMs: 7 });
    expect(calls).toEqual([['projects/my-project/assets/job', { timeoutMs: 7, chargedProject: 'my-project' }]]);
  });
});
