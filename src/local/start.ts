import { startStack } from './stack.ts';

const HTTP_PORT = 8080;
const BUS_PORT = 8085;
const SIMULATOR_PORT = 8090;
const DURATION_MS = 30_000;

const folder = process.env['LOCAL_FOLDER'] ?? '.local';
const stack = await startStack({
  httpPort: Number(process.env['PORT'] ?? HTTP_PORT),
  busPort: Number(process.env['BUS_PORT'] ?? BUS_PORT),
  simulatorPort: Number(process.env['SIMULATOR_PORT'] ?? SIMULATOR_PORT),
  folder,
  durationMs: Number(process.env['DURATION_MS'] ?? DURATION_MS),
  environment: process.env,
  writeLog: (line) => process.stderr.write(line),
});
stack.onEvent(({ attributes }) => console.log(`event ${attributes['ce-id']} (${attributes['ce-type']})`));

console.log(`Exports by HTTP     ${stack.url}/v1/exports   (console: ${stack.url}/)
Exports by Pub/Sub  ${stack.bus.publishUrl}
Earth Engine        ${stack.simulator.url}   (simulated; nothing leaves this machine)
State               ${folder}/   (survives a crash: start again and it goes on)

Try:
  curl -s ${stack.url}/v1/exports -H 'content-type: application/json' -d @docs/examples/request.json
  curl -s ${stack.url}/v1/exports/landcover-1
`);

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, async () => {
    if (isStopping) process.exit(130);
    isStopping = true;
    await stack.close();
    process.exit(0);
  });
}
