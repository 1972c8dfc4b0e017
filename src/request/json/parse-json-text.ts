import { jsonShapeFault } from './json-shape.ts';

/** JSON that was read, or what is wrong with it: the end of a sentence that begins "Cannot read …: ". */
export type ParsedJson = { ok: true; value: unknown } | { ok: false; fault: string };

/** Reads text as JSON, in bounded time and memory whatever it is. Never throws, and repeats none of it but three characters. */
export function parseJsonText(text: string): ParsedJson {
  const tooMuch = jsonShapeFault(text);
  if (tooMuch) return { ok: false, fault: tooMuch };
  if (text.trim() === '') return { ok: false, fault: 'it is empty; JSON is wanted' };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, fault: `it is not JSON${whereOf(error, text)}` };
  }
}

/** The engine's own message repeats a stretch of the text, so only the position is taken from it, where it has one. */
function whereOf(error: unknown, text: string): string {
  const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
  if (position === undefined) return '';
  const found = text.slice(Number(position), Number(position) + 3);
  return ` at character ${position}${found === '' ? '' : `, ${JSON.stringify(found)}`}`;
}
