import { runSimulator } from './earth-engine-simulator/main.ts';

process.exitCode = await runSimulator(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`Cannot start the simulator: ${error instanceof Error ? error.message : error}`);
  return 1;
});
