import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { createEmulator, type Emulator, type EmulatorName, findEmulator } from './emulator-process.ts';

type Suite = (emulator: Emulator) => void;

/**
 * A suite that needs Google's Firestore emulator, which is started for it on a free port. It is skipped, and the
 * console says so, where the emulator is not installed; with `REQUIRE_EMULATORS=1` that is a failure.
 */
export function describeWithFirestore(title: string, suite: Suite): void {
  describeWithEmulator('cloud-firestore-emulator', title, suite);
}

/** The same with Google's Pub/Sub emulator. Suites may be nested to have both. */
export function describeWithPubsub(title: string, suite: Suite): void {
  describeWithEmulator('pubsub-emulator', title, suite);
}

function describeWithEmulator(name: EmulatorName, title: string, suite: Suite): void {
  const javaArguments = findEmulator(name);
  const emulator = createEmulator();
  // Google's clients would look for a metadata server otherwise, and warn that there is none.
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  if (javaArguments) {
    describe(title, () => {
      beforeAll(() => emulator.start(javaArguments), 90_000);
      afterAll(() => emulator.stop());
      suite(emulator);
    });
  } else if (process.env['REQUIRE_EMULATORS'] === '1') {
    test(`${title}: needs ${name}`, () => {
      throw new Error(`Cannot find ${name}: neither gcloud nor java may be missing; gcloud components install ${name}`);
    });
  } else {
    console.warn(`Skipped "${title}": ${name} is not installed (gcloud components install ${name}; java)`);
    describe.skip(title, () => suite(emulator));
  }
}
