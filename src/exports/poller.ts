import { startBudget } from '../budget.ts';
import { sleep } from '../clock.ts';
import { concurrently } from '../concurrently.ts';
import { type AnnouncerOptions, createAnnouncer } from './announcer.ts';
import type { ExportRecord } from './export.ts';
import { isKnownState } from './states.ts';
import { createTickReport, type TickReport } from './tick-report.ts';
import type { PollerParts } from './visit.ts';
import { visitProject } from './visit-project.ts';

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
    const budget = startBudget(pollBudgetMs, { clock, ...(draining ? { draining } : {}) });
    const report = createTickReport();
    // One process may run two ticks at once: they must not take each other's lease for their own.
    ticks += 1;
    const holder = `${owner}#${ticks}`;
    try {
      report.announced += await announce(budget);
      let running = await pass();
      while (pollEveryMs !== undefined && running && budget.remainingMs() > pollEveryMs) {
        await sleep(clock, pollEveryMs, budget.signal);
        running = await pass();
      }
      await ledger.removeExpired(EXPIRED_AT_ONCE);
    } finally {
      budget.release();
    }
    log.info('Tick has ended', { ...report });
    return report;

    async function pass(): Promise<boolean> {
      const due = await takeDue(report);
      const tracked = new Map((await ledger.projects()).map((known) => [known.project, known.tracked]));
      const names = [...new Set([...due.keys(), ...tracked.keys()])];
      await concurrently(names, PROJECTS_AT_ONCE, async (name) => {
        if (budget.remainingMs() <= 0) return;
        const seen = await visitProject(options, name, { due: due.get(name) ?? [], budget, report, owner: holder });
        if (seen) tracked.set(name, seen);
      });
      const states = [...tracked.values()].flat().map(({ state }) => state);
      report.pending = states.filter((state) => state === 'PENDING').length;
      report.running = states.filter((state) => state === 'RUNNING').length;
      report.announced += await announce(budget);
      return report.running > 0;
    }
  }

  async function takeDue(report: TickReport): Promise<Map<string, ExportRecord[]>> {
    const due = await ledger.due(DUE_AT_ONCE);
    const now = await ledger.now();
    if (due.length === DUE_AT_ONCE) report.left += 1;
    report.oldestDueAgeSeconds = Math.max(report.oldestDueAgeSeconds, (now - (due[0]?.dueAt ?? now)) / 1000);
    return Map.groupBy(
      due.filter(({ state }) => isKnownState(state)),
      ({ project }) => project,
    );
  }

  return { tick };
}
