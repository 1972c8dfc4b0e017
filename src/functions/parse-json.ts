import { jsonShapeFault } from './json-shape.ts';

/** JSON that was read, or what is wrong with it: the end of a sentence that begins "Cannot read …: ". */
export type ParsedJson = { ok: true; value: unknown } | { ok: false; fault: string };

/** Reads bytes as JSON in strict UTF-8: no other encoding, no byte order mark, no replaced characters. Never throws. */
export function parseJson(bytes: Uint8Array): ParsedJson {
  const tooMuch = jsonShapeFault(bytes);
  if (tooMuch) return { ok: false, fault: tooMuch };
  const text = decodeUtf8(bytes);
  if (text === undefined) return { ok: false, fault: 'it is not UTF-8' };
  if (text.trim() === '') return { ok: false, fault: 'it is empty; JSON is wanted' };
  if (text.startsWith('\uFEFF')) return { ok: false, fault: 'it begins with a byte order mark; plain UTF-8 is wanted' };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, fault: `it is not JSON${whereOf(error, text)}` };
  }
}

/** The text of bytes that are UTF-8 without fault, mark included; undefined for all others. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The engine's own message repeats a stretch of the text, so only the position is taken from it, where it has one. */
function whereOf(error: unknown, text: string): string {
  const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
  if (position === undefined) return '';
  const found = text.slice(Number(position), Number(position) + 3);
  return ` at character ${position}${found === '' ? '' : `, ${JSON.stringify(found)}`}`;
}
