import { expect, test } from '@jest/globals';
import { packText, unpackText } from '../../../src/exports/record/packed-text.ts';

test.each([
  ['nothing', ''],
  ['a short text', '{"values":{"0":"Ω 𝄞"}}'],
  ['one of as many bytes as are left unpacked', 'x'.repeat(4095)],
  ['a longer one', 'x'.repeat(4096)],
  ['characters of several bytes that make it long', 'Ω'.repeat(2048)],
  ['what looks like gzip', '\u001f\u008b'],
])('unpackText() gives back %s', (_, text) => {
  expect(unpackText(packText(text))).toBe(text);
  expect(unpackText(packText(text, 4096))).toBe(text);
});

test('packText() packs every text but those of fewer bytes than are left unpacked', () => {
  expect(packText('x'.repeat(5000), 5000).length).toBeLessThan(100);
  expect(packText('Ω'.repeat(5), 11).toString()).toBe('ΩΩΩΩΩ');
  expect([...packText('Ω'.repeat(5), 10).subarray(0, 2), ...packText('short').subarray(0, 2)]).toEqual([
    0x1f, 0x8b, 0x1f, 0x8b,
  ]);
});

test('unpackText() throws where gzip is not whole', () => {
  const packed = packText('x'.repeat(5000));
  expect(() => unpackText(packed.subarray(0, -9))).toThrow();
});
