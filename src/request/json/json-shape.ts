/** Deepest nesting that is parsed; a graph that Earth Engine takes has a hundred levels at most. */
const MAX_DEPTH = 10_000;
/** Most lists and objects that are parsed; ten megabytes of real graphs have under 400,000. */
const MAX_CONTAINERS = 1_000_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Why JSON of this shape is not even parsed: five million nested lists fit in ten megabytes and cost 1.7 s and 650 MiB,
 * where looking through the text costs 40 ms and nothing. Says nothing about whether it is JSON.
 */
export function jsonShapeFault(text: string): string | undefined {
  let depth = 0;
  let containers = 0;
  let inText = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (inText) {
      if (unit === BACKSLASH) index += 1;
      else if (unit === QUOTE) inText = false;
    } else if (unit === QUOTE) inText = true;
    else if (isOpening(unit)) {
      depth += 1;
      containers += 1;
      if (depth > MAX_DEPTH) return `it nests deeper than ${MAX_DEPTH} levels`;
      if (containers > MAX_CONTAINERS) return `it has more than ${MAX_CONTAINERS} lists and objects`;
    } else if (isClosing(unit)) depth -= 1;
  }
  return undefined;
}

function isOpening(unit: number): boolean {
  return unit === 0x5b || unit === 0x7b;
}

function isClosing(unit: number): boolean {
  return unit === 0x5d || unit === 0x7d;
}
