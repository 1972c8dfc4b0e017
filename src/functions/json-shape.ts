/** Deepest nesting that is parsed; a graph that Earth Engine takes has a hundred levels at most. */
const MAX_DEPTH = 10_000;
/** Most lists and objects that are parsed; ten megabytes of real graphs have under 400,000. */
const MAX_CONTAINERS = 1_000_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Why JSON of this shape is not even parsed: five million nested lists fit in ten megabytes and cost 1.7 s and 650 MiB,
 * where looking through the bytes costs 40 ms and nothing. Says nothing about whether it is JSON.
 */
export function jsonShapeFault(bytes: Uint8Array): string | undefined {
  let depth = 0;
  let containers = 0;
  let inText = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (inText) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (isOpening(byte)) {
      depth += 1;
      containers += 1;
      if (depth > MAX_DEPTH) return `it nests deeper than ${MAX_DEPTH} levels`;
      if (containers > MAX_CONTAINERS) return `it has more than ${MAX_CONTAINERS} lists and objects`;
    } else if (isClosing(byte)) depth -= 1;
  }
  return undefined;
}

function isOpening(byte: number | undefined): boolean {
  return byte === 0x5b || byte === 0x7b;
}

function isClosing(byte: number | undefined): boolean {
  return byte === 0x5d || byte === 0x7d;
}
