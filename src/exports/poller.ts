import { startBudget } from '../budget.ts';
import { sleep } from '../clock.ts';
import { concurrently } from '../concurrently.ts';
import { type AnnouncerOptions, createAnnouncer } from './polling/announcer.ts';
import { createTickReport, noteDue, noteLeft, type TickReport } from './polling/tick-report.ts';
import type { PollerParts } from './polling/visit.ts';
import { visitProject } from './polling/visit-project.ts';
import type { TrackedOperation } from './record/project-record.ts';
import { isKnownState } from './record/states.ts';
import { isHeld } from './sending/holds.ts';

/** What `createPoller` needs. */
export interface PollerOptions extends PollerParts, AnnouncerOptions {
  /** How long a tick may take. */
  pollBudgetMs: number;
  /** Looks again within a tick after so long while something runs; absent: one look a tick. */
  pollEveryMs?: number;
  /** Names this poller among others; another one for every process. */
  owner: string;
}

const DUE_AT_ONCE = 500;
const PROJECTS_AT_ONCE = 8;
const EXPIRED_AT_ONCE = 500;

/** What one look of a tick found besides its counts. */
interface Pass {
  /** Whether anything runs. */
  isRunning: boolean;
  /** Whether more exports are due than were taken up. */
  hasMore: boolean;
}

/** The poller: what `pollOperations` runs every minute. */
export type Poller = ReturnType<typeof createPoller>;

/** Builds the poller. Several may run at once: leases keep them apart, compare-and-set keeps them right. */
export function createPoller(options: PollerOptions) {
  const { ledger, clock, log, pollBudgetMs, pollEveryMs, owner, draining } = options;
  const { announce } = createAnnouncer(options);
  let ticks = 0;

  /**
   * Drives every due export one step: announces what ended, sends what waits, looks at what runs. What does not fit into
   * the budget is left for the next tick. Throws `LedgerUnavailable`.
   */
  async function tick(): Promise<TickReport> {
    const budget = startBudget(pollBudgetMs, { clock, draining });
    const report = createTickReport();
    // One process may run two ticks at once: they must not take each other's lease for their own.
    ticks += 1;
    const holder = `${owner}#${ticks}`;
    try {
      report.announced += await announce(budget);
      const seen = new Set<string>();
      for (;;) {
        const { isRunning, hasMore } = await pass(seen);
        if (hasMore && budget.remainingMs() > 0) continue;
        if (pollEveryMs === undefined || !isRunning || budget.remainingMs() <= pollEveryMs) break;
        await sleep(clock, pollEveryMs, budget.signal);
      }
      await ledger.removeExpired(EXPIRED_AT_ONCE);
    } finally {
      budget.release();
    }
    log.info('Tick has ended', { ...report });
    return report;

    /** `seen`: the exports that this tick has taken up. */
    async function pass(seen: Set<string>): Promise<Pass> {
      report.left = 0;
      const due = await ledger.due(DUE_AT_ONCE);
      const now = await ledger.now();
      noteDue(report, now - (due[0]?.dueAt ?? now));
      const known = await ledger.projects();
      report.held = known.filter((project) => isHeld(project, now)).length;
      const tracked = new Map(known.map(({ project, tracked }) => [project, tracked]));
      const dueOf = Map.groupBy(
        due.filter(({ state }) => isKnownState(state)),
        ({ project }) => project,
      );
      // Whose exports have been due longest comes first.
      const names = [...new Set([...dueOf.keys(), ...tracked.keys()])];
      await concurrently(names, PROJECTS_AT_ONCE, async (name) => {
        const own = dueOf.get(name) ?? [];
        if (budget.remainingMs() <= 0) return noteLeft(report, now - (own[0]?.dueAt ?? now), own.length);
        const current = await visitProject(options, name, { due: own, budget, report, owner: holder });
        if (current) tracked.set(name, current);
      });
      countTracked(report, [...tracked.values()].flat());
      report.announced += await announce(budget);
      // What another tick holds is due again and again: only what is new is a reason to go on at once.
      const hasMore = due.length === DUE_AT_ONCE && due.some(({ id }) => !seen.has(id));
      for (const { id } of due) seen.add(id);
      if (due.length === DUE_AT_ONCE) report.left = Math.max(report.left, 1);
      return { isRunning: report.running > 0, hasMore };
    }
  }

  return { tick };
}

function countTracked(report: TickReport, tracked: readonly TrackedOperation[]): void {
  report.pending = tracked.filter(({ state }) => state === 'PENDING').length;
  report.running = tracked.filter(({ state }) => state === 'RUNNING').length;
}
