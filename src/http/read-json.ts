import { readBody } from './read-body.ts';

/** The JSON of a body; undefined where it is none, was cut short or is longer than `maxBytes`. Never throws. */
export async function readJson(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<unknown> {
  try {
    return parseJson(await readBody(body, maxBytes));
  } catch {
    return undefined;
  }
}

/** The JSON of a text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
