import { type CrashOutcome, type CrashRun, runCrash, type Target } from './crash-run.ts';

const TARGETS: readonly Target[] = ['exportsHttp', 'exportsPubsub', 'pollOperations'];
const AT_ONCE = 2;

/** What `checkCrashes` saw. */
export interface CrashReport {
  runs: number;
  /** How many of them really lost a process. */
  died: number;
  /** Distinct steps at which one died. */
  points: number;
  /** Every run that broke a promise. */
  violations: string[];
}

/**
 * Runs `count` crashes, spread evenly over every step of the three functions, before and after each. Every export that
 * was acknowledged must end with one operation and one event; one that was not may be unknown, never half known.
 */
export async function checkCrashes(count: number, options: { firestoreHost?: string; atOnce?: number } = {}) {
  const points = await findPoints(options);
  const report: CrashReport = { runs: 0, died: 0, points: 0, violations: [] };
  const chosen = Array.from(
    { length: count },
    (_, index) => points[Math.floor((index * points.length) / count) % points.length],
  );
  const queue = chosen.entries();
  const diedAt = new Set<string>();
  await Promise.all(
    Array.from({ length: options.atOnce ?? AT_ONCE }, async () => {
      for (const [index, point] of queue) {
        if (!point) continue;
        const run = { ...point, callerRepeats: index % 2 === 0, ...options };
        const outcome = await runCrash(run);
        report.runs += 1;
        if (outcome.died) {
          report.died += 1;
          diedAt.add(`${run.target} ${run.crashAt}`);
        }
        const fault = findFault(run, outcome);
        if (fault) report.violations.push(`${run.target} killed at ${run.crashAt}: ${fault}`);
      }
    }),
  );
  report.points = diedAt.size;
  return report;
}

/** Every step each function takes when nothing dies, before and after. */
async function findPoints(options: { firestoreHost?: string }): Promise<Pick<CrashRun, 'target' | 'crashAt'>[]> {
  const clean = await Promise.all(TARGETS.map((target) => runCrash({ target, callerRepeats: false, ...options })));
  return clean.flatMap(({ steps }, index) =>
    steps.flatMap((step) => {
      const [name = '', nth = ''] = step.split(/:(?=\d+$)/);
      const target = TARGETS[index] ?? 'exportsHttp';
      return ['before', 'after'].map((when) => ({ target, crashAt: `${name}:${when}:${nth}` }));
    }),
  );
}

function findFault(run: CrashRun, { operations, eventIds, acknowledged }: CrashOutcome): string | undefined {
  if (!acknowledged && operations === 0 && eventIds.length === 0 && run.target === 'exportsHttp') return undefined;
  if (operations !== 1) return `${operations} operations instead of 1`;
  if (eventIds.length !== 1) return `${eventIds.length} event ids instead of 1: ${eventIds.join(', ')}`;
  return eventIds[0]?.includes(':SUCCEEDED:') ? undefined : `announced as ${eventIds[0]}`;
}
