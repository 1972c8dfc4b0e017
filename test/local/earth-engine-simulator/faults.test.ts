import { describe, expect, test } from '@jest/globals';
import { toDelivery } from '../../../src/local/earth-engine-simulator/delivery.ts';
import { createFaults, type FaultRule } from '../../../src/local/earth-engine-simulator/faults.ts';
import { createSeededRandom } from '../../../src/local/earth-engine-simulator/seeded-random.ts';

const fault = { kind: 'cutAfter' } as const;
const post = { method: 'POST', path: '/v1/projects/p/classifier:export' };
const get = { method: 'GET', path: '/v1/projects/p/operations?pageSize=500' };

/** Which of `count` equal requests are hit, counted from 1. */
function findHits(rule: FaultRule, count: number): number[] {
  const faults = createFaults([rule], createSeededRandom(3));
  return Array.from({ length: count }, (_, i) => i + 1).filter(() => faults.decideFault(post) !== undefined);
}

describe('createFaults()', () => {
  test.each<[string, FaultRule, number[]]>([
    ['nothing: every request', { fault }, [1, 2, 3, 4, 5, 6]],
    ['nth: that one', { fault, nth: 3 }, [3]],
    ['times: the first ones', { fault, times: 2 }, [1, 2]],
    ['both', { fault, nth: 2, times: 3 }, [2, 3, 4]],
    ['probability: some, the same ones for the same seed', { fault, probability: 0.5 }, [2, 3, 4, 6]],
    ['probability 0: none', { fault, probability: 0 }, []],
    ['probability within nth and times', { fault, probability: 1, nth: 5, times: 5 }, [5, 6]],
  ])('%s', (_title, rule, hits) => {
    expect(findHits(rule, 6)).toEqual(hits);
  });

  test.each<[string, Omit<FaultRule, 'fault'>, boolean, boolean]>([
    ['by method', { method: 'POST' }, true, false],
    ['by path', { path: 'operations' }, false, true],
    ['by query', { path: 'pageSize=5..$' }, false, true],
    ['by predicate', { when: (request) => request.path.endsWith('export') }, true, false],
    ['by all of them', { method: 'POST', path: 'operations' }, false, false],
  ])('matches %s', (_title, rule, hitsPost, hitsGet) => {
    const faults = createFaults([{ ...rule, fault }], () => 0);
    expect([post, get].map((request) => faults.decideFault(request) !== undefined)).toEqual([hitsPost, hitsGet]);
  });

  test('counts matching requests only, tells them, and the first rule that hits decides', () => {
    const faults = createFaults([{ method: 'POST', nth: 2, fault }], () => 0);
    faults.add({ fault: { kind: 'hang' } });
    expect([get, post, get, post].map((request) => faults.decideFault(request)?.kind)).toEqual([
      'hang',
      'hang',
      'hang',
      'cutAfter',
    ]);
    expect(faults.rules()).toEqual([
      { method: 'POST', nth: 2, fault, matched: 2 },
      { fault: { kind: 'hang' }, matched: 3 },
    ]);
    faults.clear();
    expect([faults.decideFault(post), faults.rules()]).toEqual([undefined, []]);
  });

  test.each<[unknown, string]>([
    [null, 'it is not an object'],
    [{}, 'it has no object "fault"'],
    [{ fault: { kind: 'explode' } }, 'kind "explode" is none of cutBefore, cutAfter'],
    [{ fault: { kind: 'constructor' } }, 'kind "constructor" is none of'],
    [{ fault: { kind: 'truncate' } }, 'kind "truncate" needs "bytes"'],
    [{ fault: { kind: 'status', code: '503' } }, '"code" is not a number'],
    [{ fault: { kind: 'cutAfter', bytes: 3 } }, '"bytes" is none of'],
    [{ fault, method: 3 }, '"method" is not a string'],
    [{ fault, url: 'x' }, '"url" is none of method, path'],
  ])('add(%j) is refused: %s', (rule, reason) => {
    const faults = createFaults([], () => 0);
    expect(() => faults.add(rule)).toThrow(`Cannot add fault rule: ${reason}`);
    expect(faults.rules()).toEqual([]);
  });
});

test('toDelivery() says of every fault whether it is executed, and how it ends', () => {
  const steps = (
    [
      undefined,
      { kind: 'cutBefore' },
      { kind: 'cutAfter' },
      { kind: 'truncate', bytes: 5 },
      { kind: 'status', code: 503 },
      { kind: 'status', code: 503, executed: true },
      { kind: 'html' },
      { kind: 'hang' },
      { kind: 'hang', executed: true },
      { kind: 'delay', delayMs: 9 },
      { kind: 'delay', delayMs: 9, executeLate: true },
      { kind: 'emptyBody' },
      { kind: 'notJson' },
    ] as const
  ).map((each) => {
    const { executed, end, instead, delayBeforeMs, delayAfterMs } = toDelivery(each);
    return [each?.kind, executed, end, instead?.status, delayBeforeMs, delayAfterMs];
  });
  expect(steps).toEqual([
    [undefined, true, 'complete', undefined, 0, 0],
    ['cutBefore', false, 'cut', undefined, 0, 0],
    ['cutAfter', true, 'cut', undefined, 0, 0],
    ['truncate', true, 'cut', undefined, 0, 0],
    ['status', false, 'complete', 503, 0, 0],
    ['status', true, 'complete', 503, 0, 0],
    ['html', false, 'complete', 502, 0, 0],
    ['hang', false, 'hang', undefined, 0, 0],
    ['hang', true, 'hang', undefined, 0, 0],
    ['delay', true, 'complete', undefined, 0, 9],
    ['delay', true, 'complete', undefined, 9, 0],
    ['emptyBody', true, 'complete', 200, 0, 0],
    ['notJson', true, 'complete', 200, 0, 0],
  ]);
});
