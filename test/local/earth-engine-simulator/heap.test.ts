import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHeap } from '../../../src/local/earth-engine-simulator/heap.ts';

test('createHeap() gives items back in order, whatever the order and interleaving they came in', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { freq: 3 })), (steps) => {
      const heap = createHeap<number>((a, b) => a < b);
      const model: number[] = [];
      for (const step of steps) {
        if (step === null) {
          model.sort((a, b) => a - b);
          expect(heap.pop()).toBe(model.shift());
        } else {
          heap.push(step);
          model.push(step);
        }
        expect(heap.size).toBe(model.length);
        expect(heap.peek()).toBe(model.length === 0 ? undefined : model.reduce((a, b) => Math.min(a, b)));
      }
    }),
  );
});
