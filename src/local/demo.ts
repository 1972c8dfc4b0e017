import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventMessage } from '../events/completion-event.ts';
import { type Stack, startStack } from './stack.ts';

/** One export of the demo: how it goes in, and under which id it is found. */
interface Example {
  title: string;
  graph: string;
  send(stack: Stack, expression: unknown): Promise<string>;
}

const PROJECT = 'my-project';
const DURATION_MS = 8_000;
const LOOK_EVERY_MS = 500;
const GIVE_UP_AFTER_MS = 90_000;
const JSON_HEADERS = { 'content-type': 'application/json' };

const EXAMPLES: readonly Example[] = [
  {
    title: "HTTP: a random forest, as Python's classifier.serialize() gives it",
    graph: 'python-rf-trained-table.json',
    async send({ url }, expression) {
      const body = { ...toBody('demo-http'), expression: JSON.stringify(expression) };
      return (await post(`${url}/v1/exports`, body))['id'] as string;
    },
  },
  {
    title: 'Pub/Sub: a CART tree, as one message',
    graph: 'python-cart-trained-table.json',
    async send({ bus }, expression) {
      const data = Buffer.from(JSON.stringify({ ...toBody('demo-pubsub'), expression })).toString('base64');
      await post(bus.publishUrl, { messages: [{ data, attributes: {} }] });
      return 'demo-pubsub';
    },
  },
  {
    title: 'Drop-in: what a client sends whose base URL points here; sampled from images',
    graph: 'javascript-sampleRegions-pipeline.json',
    async send({ url }, expression) {
      const body = { ...toBody('demo-drop-in'), expression };
      const operation = await post(`${url}/v1/projects/${PROJECT}/classifier:export`, body);
      console.log(`  answered with the operation ${operation['name']}`);
      return 'demo-drop-in';
    },
  },
];

const folder = mkdtempSync(join(tmpdir(), 'ee-classifier-export-'));
const stack = await startStack({
  httpPort: 0,
  busPort: 0,
  simulatorPort: 0,
  folder,
  durationMs: DURATION_MS,
  environment: { LOG_LEVEL: 'error', POLL_EVERY_SECONDS: '1' },
  tickEveryMs: 1_000,
  writeLog: (line) => process.stderr.write(line),
});
const events: EventMessage[] = [];
stack.onEvent((event) => {
  events.push(event);
});
let failed = true;
try {
  failed = !(await run());
} finally {
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

/** Sends the examples and watches them to their end. False when one did not succeed or was not announced. */
async function run(): Promise<boolean> {
  console.log(`The service runs at ${stack.url}; Earth Engine is simulated at ${stack.simulator.url}\n`);
  const ids: string[] = [];
  for (const example of EXAMPLES) {
    console.log(example.title);
    ids.push(await example.send(stack, readGraph(example.graph)));
  }
  console.log('');
  await watch(ids);
  console.log('\nCompletion events on the topic:');
  for (const { attributes, data } of events) console.log(`  ${attributes['ce-id']}\n    ${data}`);
  const succeeded = events.filter(({ attributes }) => attributes['state'] === 'SUCCEEDED');
  console.log(`\n${succeeded.length} of ${ids.length} exports SUCCEEDED`);
  return succeeded.length === ids.length;
}

/** A line for each export whenever something about it changes, until every event is out. */
async function watch(ids: readonly string[]): Promise<void> {
  const shown = new Map<string, string>();
  const start = Date.now();
  while (events.length < ids.length && Date.now() - start < GIVE_UP_AFTER_MS) {
    for (const id of ids) {
      const line = await describe(id);
      if (shown.get(id) !== line)
        console.log(`${String(Math.round((Date.now() - start) / 1000)).padStart(3)} s  ${line}`);
      shown.set(id, line);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function describe(id: string): Promise<string> {
  const response = await fetch(`${stack.url}/v1/exports/${id}`);
  const found = (await response.json()) as { state?: string; progress?: number };
  const { state = 'on its way', progress = state === 'SUCCEEDED' ? 1 : 0 } = found;
  const filled = Math.round(progress * 20);
  return `${id.padEnd(14)} ${state.padEnd(10)} [${'#'.repeat(filled)}${'.'.repeat(20 - filled)}] ${Math.round(progress * 100)} %`;
}

function toBody(id: string): { requestId: string; description: string; assetExportOptions: object } {
  const name = `projects/${PROJECT}/assets/${id}`;
  return { requestId: id, description: id, assetExportOptions: { earthEngineDestination: { name } } };
}

function readGraph(name: string): unknown {
  const text = readFileSync(join(import.meta.dirname, 'demo-graphs', name), 'utf8');
  return (JSON.parse(text) as { expression: unknown }).expression;
}

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`Cannot start the demo's export: ${url} answers ${response.status} ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}
