import { gunzipSync, gzipSync } from 'node:zlib';

/** How gzip begins (RFC 1952, 2.3.1), and no text in UTF-8 can. */
const GZIP_MARK = [0x1f, 0x8b];

/**
 * Gzips a text that is kept; one of fewer than `unpackedBelow` bytes (default: none) is its own bytes. Of level 1: the
 * default takes more than twice the time for 5 MB of graph (39 to 116 ms), in which the process does nothing else, and
 * saves a tenth of what is kept.
 */
export function packText(text: string, unpackedBelow = 0): Buffer {
  const bytes = Buffer.from(text);
  return bytes.length < unpackedBelow ? bytes : gzipSync(bytes, { level: 1 });
}

/** The text that `packText` was given. Throws when gzip is damaged; of a text that was not packed nothing tells. */
export function unpackText(packed: Uint8Array): string {
  const isGzip = GZIP_MARK.every((byte, index) => packed[index] === byte);
  return (isGzip ? gunzipSync(packed) : Buffer.from(packed)).toString();
}
