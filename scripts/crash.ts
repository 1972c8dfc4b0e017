/** `npm run crash -- --sqlite N --firestore N`: kills real processes with -9 at every step and looks at what is left. */
import { parseArgs } from 'node:util';
import { checkCrashes } from '../test/crash/check-crashes.ts';
import { startEmulator } from '../test/emulators/emulator-process.ts';

const { values } = parseArgs({
  options: { sqlite: { type: 'string', default: '200' }, firestore: { type: 'string', default: '50' } },
});
let violations = 0;

async function check(name: string, count: number, options: Parameters<typeof checkCrashes>[1] = {}): Promise<void> {
  if (count === 0) return;
  const start = Date.now();
  const report = await checkCrashes(count, options);
  const seconds = Math.round((Date.now() - start) / 1000);
  console.log(
    `${name}: ${report.runs} runs, ${report.died} kills at ${report.points} of ${report.allPoints} points, ${seconds} s`,
  );
  for (const violation of report.violations) console.log(`  VIOLATION ${violation}`);
  violations += report.violations.length;
}

await check('SQLite', Number(values.sqlite));
if (Number(values.firestore) > 0) {
  const emulator = await startEmulator('cloud-firestore-emulator');
  if (emulator) {
    // A killed sender's claim runs out in real time here, so many runs wait for theirs side by side.
    await check('Firestore emulator', Number(values.firestore), { firestoreHost: emulator.host, atOnce: 16 });
    await emulator.stop();
  } else console.log('Firestore emulator: not installed, skipped');
}
console.log(`${violations} violations`);
process.exit(violations === 0 ? 0 : 1);
