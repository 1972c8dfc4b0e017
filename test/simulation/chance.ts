import { createSeededRandom } from '../../src/local/earth-engine-simulator/seeded-random.ts';

/** Seeded decisions. */
export interface Chance {
  /** In [0, 1). */
  random: () => number;
  /** True in this share of the cases; a share of 0 or 1 draws nothing. */
  happens(share: number): boolean;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  oneOf<T>(choices: readonly T[]): T;
}

/** The same seed gives the same decisions. */
export function createChance(seed: number): Chance {
  const random = createSeededRandom(seed);
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  return {
    random,
    between,
    happens: (share) => share >= 1 || (share > 0 && random() < share),
    oneOf(choices) {
      const choice = choices[between(0, choices.length - 1)];
      if (choice === undefined) throw new RangeError('Cannot choose: there is no choice; at least one is wanted');
      return choice;
    },
  };
}
