import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { packText, unpackText } from '../../../src/exports/record/packed-text.ts';

test.each([
  ['nothing', ''],
  ['a short text', '{"values":{"0":"Ω 𝄞"}}'],
  ['a text as long as is kept as it is', 'x'.repeat(4095)],
  ['a longer one', 'x'.repeat(4096)],
  ['characters of several bytes that make it long', 'Ω'.repeat(2048)],
  ['what looks like gzip', '\u001f\u008b'],
])('unpackText() gives back %s', (_, text) => {
  expect(unpackText(packText(text))).toBe(text);
});

test('packText() packs a long text, and keeps a short one as it is', () => {
  expect(packText('x'.repeat(5000)).length).toBeLessThan(100);
  expect(packText('short').toString()).toBe('short');
});

test('unpackText() reads a short text that was packed', () => {
  expect(unpackText(gzipSync('short'))).toBe('short');
});

test('unpackText() throws where the bytes are not whole', () => {
  const packed = packText('x'.repeat(5000));
  expect(() => unpackText(packed.subarray(0, -9))).toThrow();
});
