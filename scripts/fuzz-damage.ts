import fc from 'fast-check';
import { type FuzzInput, GARBAGE, toUnframed, WHOLE_REQUEST } from './fuzz-inputs.ts';

type Damage = (bytes: Buffer, part: { from: number; length: number; other: Uint8Array }) => Uint8Array[];

const DAMAGES: Record<string, Damage> = {
  flip: (bytes, { from, length }) => [
    bytes.subarray(0, from),
    bytes.subarray(from, from + length).map((byte) => byte ^ 0x20),
    bytes.subarray(from + length),
  ],
  cut: (bytes, { from, length }) => [bytes.subarray(0, from), bytes.subarray(from + length)],
  repeat: (bytes, { from, length }) => [bytes.subarray(0, from + length), bytes.subarray(from)],
  insert: (bytes, { from, other }) => [bytes.subarray(0, from), other, bytes.subarray(from)],
  truncate: (bytes, { from }) => [bytes.subarray(0, from)],
  chunk: (bytes) => [
    Buffer.from(bytes.toString('latin1').replace(/content-length: \d+/, 'transfer-encoding: chunked'), 'latin1'),
  ],
};

const WHERE = fc.record({
  kind: fc.constantFrom(...Object.keys(DAMAGES)),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(20),
  other: fc.uint8Array({ maxLength: 20 }),
});

const DAMAGED = fc.tuple(WHOLE_REQUEST, fc.array(WHERE, { minLength: 1, maxLength: 3 })).map(([input, damages]) => {
  let { bytes } = input;
  for (const { kind, at, length, other } of damages) {
    const parts = DAMAGES[kind]?.(bytes, { from: Math.floor(at * bytes.length), length, other });
    if (parts) bytes = Buffer.concat(parts);
  }
  return toUnframed(input.to, bytes);
});

/** Everything that is sent: mostly whole requests, since nothing else gets past Node's own parser. */
export const FUZZ_INPUT: fc.Arbitrary<FuzzInput> = fc.oneof(
  { weight: 94, arbitrary: WHOLE_REQUEST },
  { weight: 5, arbitrary: DAMAGED },
  { weight: 1, arbitrary: GARBAGE },
);
