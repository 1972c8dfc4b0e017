import { describe, expect, test } from '@jest/globals';
import { parseJson } from '../../../src/functions/http/parse-json.ts';

function parse(text: string) {
  return parseJson(Buffer.from(text));
}

describe('parseJson()', () => {
  test.each([
    ['{"a":[1,"ü€𝄞"]}', { a: [1, 'ü€𝄞'] }],
    [' 5\n', 5],
    ['null', null],
    ['"a"', 'a'],
    ['{"a":1,"a":2}', { a: 2 }],
    ['["]]]]\\"[[["]', [']]]]"[[[']],
  ])('reads %s', (text, value) => {
    expect(parse(text)).toEqual({ ok: true, value });
  });

  test.each([
    ['', 'it is empty; JSON is wanted'],
    [' \n', 'it is empty; JSON is wanted'],
    ['\uFEFF{}', 'it begins with a byte order mark; plain UTF-8 is wanted'],
    ['{"a":', 'it is not JSON'],
    ['{"a":1]', 'it is not JSON at character 6, "]"'],
  ])('says of %j: %s', (text, fault) => {
    expect(parse(text)).toEqual({ ok: false, fault });
  });

  test('repeats no more than three characters of what it could not read', () => {
    const parsed = parse('{"a": secret-token-of-somebody}');
    expect(parsed).toEqual({ ok: false, fault: expect.stringMatching(/^it is not JSON/) });
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });

  test.each([
    ['a byte that is no character', [0x22, 0xff, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a lone surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a character cut off', [0x22, 0xe2, 0x82]],
  ])('refuses %s', (_, bytes) => {
    expect(parseJson(Uint8Array.from(bytes))).toEqual({ ok: false, fault: 'it is not UTF-8' });
  });

  test('refuses UTF-16', () => {
    expect(parseJson(Buffer.from('{"a":"ü"}', 'utf16le')).ok).toBe(false);
  });

  test('does not even parse what nests too deep or has too many lists', () => {
    const deep = `${'['.repeat(10_001)}${']'.repeat(10_001)}`;
    expect(parse(deep)).toEqual({ ok: false, fault: 'it nests deeper than 10000 levels' });
    expect(parse(deep.slice(1, -1)).ok).toBe(true);
    const many = `[${'{},'.repeat(1_000_000)}1]`;
    expect(parse(many)).toEqual({ ok: false, fault: 'it has more than 1000000 lists and objects' });
  });

  test('counts no brackets in texts, and all after them', () => {
    const brackets = '['.repeat(10_001);
    expect(parse(`["\\"${brackets}"]`).ok).toBe(true);
    expect(parse(`["\\\\",${brackets}`)).toEqual({ ok: false, fault: 'it nests deeper than 10000 levels' });
  });

  test('gives __proto__ as a plain key', () => {
    const parsed = parse('{"__proto__":{"polluted":true}}');
    expect(parsed.ok && Object.hasOwn(parsed.value as object, '__proto__')).toBe(true);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
