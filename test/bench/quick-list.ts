import type { Fetch } from '../../src/http/http-fetch.ts';
import type { EarthEngineModel } from '../../src/local/earth-engine-simulator/model.ts';
import { toOperation } from '../../src/local/earth-engine-simulator/operation-json.ts';
import { isFinal, type Task } from '../../src/local/earth-engine-simulator/task.ts';
import { toFetched } from '../simulation/in-process-fetch.ts';

const PAGE_SIZE = 500;

/**
 * Answers operations.list as the simulator does, newest first, but keeps the JSON of what does not change: a task that
 * waits or has ended. Writing it anew for every walk would take most of the time of a long run. Everything else goes to
 * `next`.
 */
export function createQuickList(model: EarthEngineModel, random: () => number, next: Fetch): Fetch {
  const written = new Map<Task, { state: string; text: string }>();

  function write(task: Task, now: number): string {
    const known = written.get(task);
    if (known?.state === task.state) return known.text;
    const text = JSON.stringify(toOperation(task, { now, settings: model.settings, random }));
    if (task.state === 'PENDING' || isFinal(task.state)) written.set(task, { state: task.state, text });
    return text;
  }

  return async (url, init) => {
    const { pathname, searchParams } = new URL(url);
    const project = /^\/v1\/projects\/([^/]+)\/operations$/.exec(pathname)?.[1];
    if (project === undefined) return next(url, init);
    const tasks = model.operations(project);
    const now = model.now();
    const shown: string[] = [];
    let index = Number(searchParams.get('pageToken') ?? tasks.length) - 1;
    for (; index >= 0 && shown.length < PAGE_SIZE; index -= 1) {
      const task = tasks[index];
      if (task && now - (task.endTime ?? now) < model.settings.retentionMs) shown.push(write(task, now));
    }
    const more = index >= 0 ? `,"nextPageToken":"${index + 1}"` : '';
    const body = `{"operations":[${shown.join(',')}]${more}}`;
    return toFetched({ status: 200, headers: { 'content-type': 'application/json' }, body });
  };
}
