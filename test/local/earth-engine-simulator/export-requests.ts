import { createEarthEngineModel, type EarthEngineModel } from '../../../src/local/earth-engine-simulator/model.ts';
import { createSeededRandom } from '../../../src/local/earth-engine-simulator/seeded-random.ts';
import type { WorldOptions } from '../../../src/local/earth-engine-simulator/world.ts';

/** The simulator's clock at the start of a test. */
export const START = Date.UTC(2026, 0, 15, 12, 0, 0, 250);

/** A model whose clock a test moves by hand. Tasks start at once and run 60 s unless told otherwise. */
export function createTestModel(options: Partial<WorldOptions> = {}): {
  model: EarthEngineModel;
  /** Lets so many seconds pass. */
  pass(seconds: number): void;
} {
  let now = START;
  const defaults = { now: () => now, random: createSeededRandom(7), startDelayMs: 0, durationMs: 60_000 };
  const model = createEarthEngineModel({ ...defaults, ...options });
  return {
    model,
    pass(seconds) {
      now += seconds * 1000;
    },
  };
}

/** The body of an export that Earth Engine takes; `fields` are laid over it, undefined ones taken away. */
export function createBody(fields: Record<string, unknown> = {}): Record<string, unknown> {
  const { asset = 'projects/my-project/assets/forest', overwrite, ...others } = fields;
  const body = {
    expression: {
      result: '0',
      values: {
        0: {
          functionInvocationValue: {
            functionName: 'Classifier.decisionTree',
            arguments: { treeString: { constantValue: '1) root 9 9 1 *' } },
          },
        },
      },
    },
    assetExportOptions: { earthEngineDestination: { name: asset, overwrite } },
    ...others,
  };
  return JSON.parse(JSON.stringify(body));
}

/** What a call was refused with, as it would travel, or undefined. */
export function readRefusal(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'toBody' in error && typeof error.toBody === 'function') return error.toBody().error;
    throw error;
  }
}
