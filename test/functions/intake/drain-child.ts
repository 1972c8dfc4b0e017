import { subscribe } from 'node:diagnostics_channel';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { http } from '@google-cloud/functions-framework';
import { installDrain } from '../../../src/functions/intake/drain.ts';
import { installIntake } from '../../../src/functions/intake/intake.ts';
import { createLog } from '../../../src/log.ts';

// A function as the framework starts one, in a process of its own. What the test waits for is said on stdout.
const draining = new AbortController();
const intake = installIntake({ functionOf: () => 'exportsHttp', draining: draining.signal });
const clock = {
  now: Date.now,
  after(delayMs: number, task: () => void) {
    say(`timer ${delayMs}`);
    const timer = setTimeout(task, delayMs / 20);
    return () => clearTimeout(timer);
  },
};
installDrain({ process, draining, intake, clock, log: createLog({ level: 'info', write: () => {} }) });

http('exportsHttp', async (request, response) => {
  say(`request ${request.path}`);
  if (request.path === '/never') return;
  await new Promise((resolve) => draining.signal.addEventListener('abort', resolve));
  await sleep(50);
  response.end('answered');
});

subscribe('tracing:net.server.listen:asyncEnd', (message) => {
  const { server } = message as { server: Server };
  say(`port ${(server.address() as AddressInfo).port}`);
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
