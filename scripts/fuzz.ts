// Sends made-up and damaged requests to the three functions over sockets: npm run fuzz -- --inputs N --seed S
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz-run.ts';
import { startFuzzTarget } from './fuzz-target.ts';

const MIB = 1024 * 1024;
const WARM_UP = 10_000;
const MOST_HEAP_GROWTH_MIB = 32;
const MOST_RSS_GROWTH_MIB = 256;

const { values } = parseArgs({
  options: { inputs: { type: 'string' }, seed: { type: 'string' }, skip: { type: 'string' } },
});
const inputs = Number(values.inputs ?? 20_000);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const skip = Number(values.skip ?? 0);

const target = await startFuzzTarget();
const warm = await fuzz(target, { seed: seed - WARM_UP, inputs: Math.min(WARM_UP, inputs) });
const before = await target.readHealth();
const start = Date.now();
const { statuses, failures } = await fuzz(target, {
  seed,
  inputs,
  skip,
  onProgress: (done) => {
    target.forgetRejected();
    if (done % 100_000 === 0) console.log(`${done} inputs after ${Math.round((Date.now() - start) / 1000)} s`);
  },
});
const seconds = (Date.now() - start) / 1000;
failures.unshift(...warm.failures);
const faults = failures.map(
  ({ number, fault, to, sent }) => `input ${number} to ${to}: ${fault}\n${JSON.stringify(sent)}`,
);
const ended = target.ended();
if (ended !== undefined) faults.push(`the process under test has ended: ${ended}\n${target.output()}`);
else {
  const after = await target.readHealth();
  const heap = (after.heapUsedBytes - before.heapUsedBytes) / MIB;
  const rss = (after.rssBytes - before.rssBytes) / MIB;
  console.log(
    `heap ${toMib(before.heapUsedBytes)} -> ${toMib(after.heapUsedBytes)}, rss ${toMib(before.rssBytes)} -> ${toMib(after.rssBytes)} (peak ${toMib(after.peakRssBytes)}), processor ${Math.round(after.cpuMs)} ms, event loop blocked ${Math.round(after.blockedMs)} ms at most`,
  );
  if (heap > MOST_HEAP_GROWTH_MIB) faults.push(`the heap grew by ${Math.round(heap)} MiB`);
  if (rss > MOST_RSS_GROWTH_MIB) faults.push(`the process grew by ${Math.round(rss)} MiB`);
  faults.push(...[...before.badLines, ...after.badLines].map((line) => `log line: ${line}`));
}
await target.close();

for (const [status, count] of Object.entries(statuses).sort()) console.log(`${status}: ${count}`);
console.log(
  `${inputs} inputs in ${seconds.toFixed(1)} s: ${Math.round(inputs / seconds)} a second, ${faults.length} faults; again: npm run fuzz -- --inputs ${inputs} --seed ${seed}`,
);
if (target.output() !== '') console.log(`beside its log the process wrote:\n${target.output().slice(0, 3_000)}`);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

function toMib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
