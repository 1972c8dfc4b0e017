import { ApiError } from './api-error.ts';
import { type OperationJson, type OperationView, occurs, toOperation } from './operation-json.ts';
import type { Settings } from './settings.ts';
import type { Task } from './task.ts';

/** The answer to operations.list. */
export interface OperationPage {
  operations?: OperationJson[];
  nextPageToken?: string;
}

/** What to list: the tasks of one project, oldest first, and the page as the call asks for it. */
export interface PageRequest {
  project: string;
  tasks: readonly Task[];
  pageSize: number;
  pageToken: string;
  view: OperationView;
  isVisible(task: Task): boolean;
}

/** Where a walk stands: `after` is the sequence, or name, of the last operation handed out, or how many have been. */
interface Position {
  after: string | number | undefined;
  /** Whether the empty page that may come before this position has come. */
  hadEmptyPage: boolean;
}

/**
 * One page. By `cursor` a walk meets each operation once, whatever is added or dropped meanwhile, but not what is added
 * behind it; by `offset` it meets some twice or not at all when the list changes under it.
 * @throws {ApiError} INVALID_ARGUMENT for a token that this list has not given
 */
export function listPage(request: PageRequest): OperationPage {
  const { settings } = request.view;
  const walk = createWalk(request.tasks, settings.listOrder);
  const position = parseToken(request, settings.paging);
  const pageSize = request.pageSize > 0 ? Math.min(request.pageSize, settings.maxPageSize) : settings.maxPageSize;
  if (!position.hadEmptyPage && occurs(settings.oddities.emptyPage, request.view)) {
    const nextPageToken = createToken(request.project, { ...position, hadEmptyPage: true });
    return { ...writeOperations([], request.view), nextPageToken };
  }
  const shown: Task[] = [];
  for (let index = findStart(walk, position, settings); index < walk.length; index += 1) {
    const task = walk.at(index);
    if (task === undefined || !request.isVisible(task)) continue;
    if (shown.length === pageSize) {
      const last = shown.at(-1);
      const after = settings.paging === 'offset' ? index : last && walk.keyOf(last);
      const nextPageToken = createToken(request.project, { after, hadEmptyPage: false });
      return { ...writeOperations(shown, request.view), nextPageToken };
    }
    shown.push(task);
  }
  return writeOperations(shown, request.view);
}

function writeOperations(tasks: readonly Task[], view: OperationView): OperationPage {
  if (tasks.length === 0 && occurs(view.settings.oddities.missingOperations, view)) return {};
  return { operations: tasks.map((task) => toOperation(task, view)) };
}

/** The tasks in the order of the list, without copying them where that can be helped. */
interface Walk {
  length: number;
  at(index: number): Task | undefined;
  keyOf(task: Task): string | number;
  isPast(task: Task, key: string | number): boolean;
}

function createWalk(tasks: readonly Task[], order: Settings['listOrder']): Walk {
  const { length } = tasks;
  const keyOf = (task: Task) => task.sequence;
  if (order === 'oldestFirst')
    return { length, at: (i) => tasks[i], keyOf, isPast: (task, key) => task.sequence > +key };
  if (order === 'newestFirst') {
    return { length, at: (i) => tasks[length - 1 - i], keyOf, isPast: (task, key) => task.sequence < +key };
  }
  const sorted = tasks.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { length, at: (i) => sorted[i], keyOf: (task) => task.name, isPast: (task, key) => task.name > String(key) };
}

/** The first index past a position, by halving: a page deep in a list of 100,000 costs no more than the first. */
function findStart(walk: Walk, { after }: Position, settings: Settings): number {
  if (after === undefined) return 0;
  if (settings.paging === 'offset') return Number(after);
  let low = 0;
  let high = walk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const task = walk.at(middle);
    if (task !== undefined && walk.isPast(task, after)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function createToken(project: string, { after, hadEmptyPage }: Position): string {
  return Buffer.from(JSON.stringify([project, after ?? null, hadEmptyPage])).toString('base64url');
}

function parseToken({ project, pageToken }: PageRequest, paging: Settings['paging']): Position {
  if (pageToken === '') return { after: undefined, hadEmptyPage: false };
  const [of, after, hadEmptyPage] = decodeToken(pageToken);
  const isPosition = after === null || typeof after === 'number' || (paging === 'cursor' && typeof after === 'string');
  if (of !== project || !isPosition) throw new ApiError('INVALID_ARGUMENT', 'Invalid page token.');
  return { after: after ?? undefined, hadEmptyPage: hadEmptyPage === true };
}

function decodeToken(pageToken: string): unknown[] {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(pageToken, 'base64url').toString());
    return Array.isArray(decoded) ? decoded : [];
  } catch {
    return [];
  }
}
