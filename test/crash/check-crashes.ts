import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concurrently } from '../../src/concurrently.ts';
import { type CrashOutcome, runCrash } from './crash-run.ts';
import type { FunctionName, StageOptions } from './crash-stage.ts';

const FUNCTIONS: readonly FunctionName[] = ['exportsHttp', 'exportsPubsub', 'pollOperations'];
const AT_ONCE = 3;

/** A step at which a function can die. */
interface Point {
  target: FunctionName;
  crashAt: string;
}

/** What `checkCrashes` saw. */
interface CrashReport {
  runs: number;
  /** How many of them really lost a process. */
  died: number;
  /** Distinct steps at which one died, before or after it, and how many there are. */
  points: number;
  allPoints: number;
  /** Every run that broke a promise. */
  violations: string[];
}

/**
 * Runs `count` crashes, spread evenly over every step of the three functions, before and after each. Every export that
 * was recorded must end with one operation and one event; one that was not may be unknown, never half known.
 */
export async function checkCrashes(
  count: number,
  { atOnce = AT_ONCE, firestoreHost }: { firestoreHost?: string; atOnce?: number } = {},
): Promise<CrashReport> {
  const compileCache = mkdtempSync(join(tmpdir(), 'crash-compiled-'));
  const options = { compileCache, ...(firestoreHost ? { firestoreHost } : {}) };
  const diedAt = new Set<string>();
  const violations: string[] = [];
  let died = 0;

  async function crash(point: Point, index: number): Promise<void> {
    const outcome = await runCrash({ ...options, ...point, callerRepeats: index % 2 === 0 });
    const name = `${point.target} killed at ${point.crashAt}`;
    const fault = findFault(outcome);
    if (fault) violations.push(`${name}: ${fault}`);
    if (!outcome.died) return;
    died += 1;
    diedAt.add(name);
  }

  try {
    const points = await findPoints(options);
    const chosen = Array.from({ length: count }, (_, index) => points[Math.floor((index * points.length) / count)]);
    const runs = chosen.filter((point) => point !== undefined);
    await concurrently(runs, atOnce, crash);
    return { runs: runs.length, died, points: diedAt.size, allPoints: points.length, violations };
  } finally {
    rmSync(compileCache, { recursive: true });
  }
}

/** Every step each function takes when nothing dies, before and after. */
async function findPoints(options: StageOptions): Promise<Point[]> {
  const points: Point[] = [];
  for (const target of FUNCTIONS) {
    const { steps } = await runCrash({ ...options, target, callerRepeats: false });
    for (const step of steps) {
      const [name = '', nth = ''] = step.split(/:(?=\d+$)/);
      for (const when of ['before', 'after']) points.push({ target, crashAt: `${name}:${when}:${nth}` });
    }
  }
  return points;
}

function findFault({ known, operations, eventIds }: CrashOutcome): string | undefined {
  if (!known && operations === 0 && eventIds.length === 0) return undefined;
  if (operations !== 1) return `${operations} operations instead of 1`;
  if (eventIds.length !== 1) return `${eventIds.length} event ids instead of 1: ${eventIds.join(', ')}`;
  return eventIds[0]?.includes(':SUCCEEDED:') ? undefined : `announced as ${eventIds[0]}`;
}
