import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseExportRequest } from '../../src/request/export-request.ts';
import { type Bound, type Row, toRow } from './figures.ts';
import { type GraphKind, toGraph } from './graphs.ts';

const BYTES = 5_000_000;
/** Until the code is compiled for what it does all the time. */
const WARM_UP_ROUNDS = 4;

setFlagsFromString('--expose-gc');
const collect: NonNullable<typeof globalThis.gc> = runInNewContext('gc');

const KINDS: readonly { kind: GraphKind; name: string; ofParse?: Bound }[] = [
  { kind: 'features', name: 'features with properties', ofParse: { least: 0.25, alarm: 0.08 } },
  { kind: 'polygons', name: 'polygons', ofParse: { least: 0.25, alarm: 0.08 } },
  { kind: 'mapped', name: 'mapped collections', ofParse: { least: 0.25, alarm: 0.08 } },
  { kind: 'chains', name: 'chains of filters', ofParse: { least: 0.25, alarm: 0.08 } },
  { kind: 'trees', name: 'texts of decision trees' },
];

/** Checking a graph of 5 MB, against reading its JSON, both in megabytes per second of processor time. */
export function measureValidation({ rounds }: { rounds: number }): Row[] {
  return KINDS.map(({ kind, name, ofParse }) => {
    const text = JSON.stringify(toRequest(kind));
    const megabytes = Buffer.byteLength(text) / 1e6;
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      const { result: body, seconds: parseSeconds } = time(() => JSON.parse(text));
      const { seconds } = time(() => check(body));
      if (round < 0) continue;
      ours.push(megabytes / seconds);
      theirs.push(megabytes / parseSeconds);
    }
    const bound = ofParse === undefined ? {} : { bound: ofParse };
    return toRow({
      what: `validation: 5 MB of ${name}`,
      unit: 'MB/s',
      ours,
      theirs,
      theirName: 'JSON.parse',
      ...bound,
    });
  });
}

function toRequest(kind: GraphKind): object {
  const assetExportOptions = { earthEngineDestination: { name: 'projects/my-project/assets/model' } };
  return { expression: toGraph(kind, BYTES), assetExportOptions };
}

function check(body: unknown): void {
  const parsed = parseExportRequest(body, { defaultProject: 'my-project', nonExportable: 'reject' });
  if (!parsed.valid) throw new Error(`Cannot measure: the request is refused: ${parsed.violations[0]?.description}`);
}

/**
 * In processor time: what else the machine does is not in it. What the work leaves in the young generation is collected
 * within its own time; by chance, most of what JSON.parse leaves would be collected within the other's.
 */
function time<T>(work: () => T): { result: T; seconds: number } {
  const before = process.cpuUsage();
  const result = work();
  collect({ type: 'minor' });
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}
