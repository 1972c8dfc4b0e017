import { type ParsedJson, parseJsonText } from '../../request/json/parse-json-text.ts';

/** Reads bytes as JSON in strict UTF-8: no other encoding, no byte order mark, no replaced characters. Never throws. */
export function parseJson(bytes: Uint8Array): ParsedJson {
  const text = decodeUtf8(bytes);
  if (text === undefined) return { ok: false, fault: 'it is not UTF-8' };
  if (text.startsWith('\uFEFF')) return { ok: false, fault: 'it begins with a byte order mark; plain UTF-8 is wanted' };
  return parseJsonText(text);
}

/** The text of bytes that are UTF-8 without fault, mark included; undefined for all others. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
