import type { Operation } from '../../earth-engine/operation.ts';
import { CLOCK_MARGIN_MS } from '../settling/clock-margin.ts';
import { type ProjectList, readProjectList } from '../settling/project-list.ts';
import type { LookPlan } from './plan-looks.ts';
import { type PollerParts, takeVisitCall, type Visit } from './visit.ts';

/**
 * Walks a project's list of operations: the whole of it, or as far as `plan` wants. That the list is newest first is not
 * promised: where the walk itself sees it, it ends below the oldest operation that was planned for; in no case does it
 * read more pages than were planned, or than the calls it saves.
 */
export async function walkProject(parts: PollerParts, visit: Visit, plan?: LookPlan): Promise<ProjectList> {
  const pageEnds: number[] = [];
  const isEnough = plan ? createStop(plan) : () => false;
  const list = await readProjectList(parts.earthEngine, visit.project.project, {
    startedAt: await parts.ledger.now(),
    call: () => takeVisitCall(visit),
    names: new Set(visit.tracked.keys()),
    isEnough(soFar, page) {
      pageEnds.push(toPageEnd(page, pageEnds.at(-1)));
      return isEnough(soFar, page);
    },
  });
  const { complete, pages, pending, newestFirst } = list;
  const known = list.complete ? [] : (visit.project.pageEnds ?? []).slice(pages);
  visit.project = { ...visit.project, pageEnds: newestFirst ? [...pageEnds, ...known] : [] };
  if (!complete) return list;
  const end = await parts.ledger.now();
  visit.project = { ...visit.project, walk: { end, pending }, submittedSince: 0 };
  return list;
}

/** Builds the question that is asked after each page: whether enough was read. */
function createStop({ due, pages, onPages }: LookPlan) {
  const oldest = onPages.reduce((least, { createTime }) => Math.min(least, createTime), Number.POSITIVE_INFINITY);
  // Operations are tracked by Earth Engine's createTime, but right after they were accepted by ledger time.
  const isOlder = ({ createTime }: Operation) => createTime !== undefined && createTime < oldest - CLOCK_MARGIN_MS;
  const mostPages = Math.max(pages, due.length);
  // A list that is oldest first falls nowhere: something old has to come after something new.
  let hasNew = false;
  return (list: ProjectList, page: readonly Operation[]): boolean => {
    hasNew ||= page.some((operation) => !isOlder(operation));
    const isPast = list.newestFirst && hasNew && page.some(isOlder);
    return isPast || list.pages >= mostPages || onPages.every(({ name }) => list.byName.has(name));
  };
}

/** An empty page ends where the one before it did. */
function toPageEnd(page: readonly Operation[], last = Number.MAX_SAFE_INTEGER): number {
  return page.reduce((least, { createTime = least }) => Math.min(least, createTime), last);
}
