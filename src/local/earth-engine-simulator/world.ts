import { ApiError } from './api-error.ts';
import { type Asset, type AssetStore, createAssetStore } from './assets.ts';
import { isProject, parentOf } from './names.ts';
import type { OperationView } from './operation-json.ts';
import { createRefusal } from './refusals.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { createSettings, type Settings, type SettingsPatch } from './settings.ts';
import type { Failure, Task } from './task.ts';

/** What a simulated Earth Engine is made from. */
export interface WorldOptions extends SettingsPatch {
  /** Epoch milliseconds. Time that goes backward is taken as standing still. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Assets that exist from the beginning, e.g. training tables and folders. */
  assets?: readonly { name: string; type: string }[];
}

/** Everything that a simulated Earth Engine knows. */
export interface World {
  random(): number;
  settings: Settings;
  /** Brings the world to the present and returns it, in epoch milliseconds. */
  tick(): number;
  scheduler: Scheduler;
  assets: AssetStore;
  /** By full name. */
  tasks: Map<string, Task>;
  /** By project id, oldest first. */
  projects: Map<string, Task[]>;
  /** The requestIds used, by user and id; without a name where no operation came of it. */
  requestIds: Map<string, { time: number; name: string | undefined }>;
  /** Calls by method, refused ones too. */
  calls: Record<string, number>;
  tasksCreated: number;
}

/** A world without operations. */
export function createWorld({ now, random, assets = [], ...patch }: WorldOptions): World {
  let present = now();
  const world: World = {
    random,
    settings: createSettings(patch),
    tick() {
      present = Math.max(present, now());
      world.scheduler.advance(present);
      return present;
    },
    scheduler: createScheduler({
      settings: () => world.settings,
      findDestinationFault: (task) => findDestinationFault(world, task),
      onSuccess: (task) => world.assets.put(toAsset(task)),
    }),
    assets: createAssetStore(),
    tasks: new Map(),
    projects: new Map(),
    requestIds: new Map(),
    calls: {},
    tasksCreated: 0,
  };
  for (const asset of assets) world.assets.put({ ...asset, updateTime: present });
  return world;
}

/**
 * Counts a call, and brings the world to the present for it.
 * @param method - name of the RPC, e.g. `ExportClassifier`
 * @throws {ApiError} where calls of this project are refused whatever they ask
 */
export function admit(world: World, project: string, method: string): void {
  world.calls[method] = (world.calls[method] ?? 0) + 1;
  world.tick();
  const { projects, refusals } = world.settings;
  if (!isProject(project)) throw new ApiError('INVALID_ARGUMENT', `Invalid project: "projects/${project}".`);
  if (projects !== undefined && !projects.includes(project)) throw createRefusal('serviceUsage', project, method);
  const kind = Object.hasOwn(refusals, project) ? refusals[project] : refusals['*'];
  if (kind === undefined) return;
  if (kind !== 'dailyEecuQuota') throw createRefusal(kind, project, method);
  if (method === 'ExportClassifier') {
    throw new ApiError(world.settings.dailyEecuStatus, createRefusal(kind, project, method).message);
  }
}

/** The operations of a project, oldest first. */
export function tasksOf(world: World, project: string): Task[] {
  const known = world.projects.get(project);
  if (known !== undefined) return known;
  const tasks: Task[] = [];
  world.projects.set(project, tasks);
  return tasks;
}

/**
 * The task behind an operation.
 * @throws {ApiError} NOT_FOUND, also when it ended longer ago than ended operations are kept
 */
export function findTask(world: World, name: string): Task {
  const task = world.tasks.get(name);
  if (task === undefined || isForgotten(world, task)) throw new ApiError('NOT_FOUND', `Operation '${name}' not found.`);
  return task;
}

/** Whether an operation ended so long ago that Earth Engine no longer speaks of it. */
export function isForgotten(world: World, task: Task): boolean {
  return task.endTime !== undefined && world.tick() - task.endTime >= world.settings.retentionMs;
}

/** How an answer given now is to be written. */
export function viewOf(world: World): OperationView {
  return { now: world.tick(), settings: world.settings, random: world.random };
}

/** The words for an asset that is in the way. */
export function toOverwriteMessage(asset: string): string {
  return `Cannot overwrite asset '${asset}'.`;
}

function findDestinationFault(world: World, { asset, overwrite }: Task): Failure | undefined {
  if (asset === undefined) return undefined;
  const parent = parentOf(asset);
  if (!world.assets.isFolder(parent)) {
    return { code: 3, message: `Asset '${parent}' does not exist or doesn't allow this operation.` };
  }
  return world.assets.has(asset) && !overwrite ? { code: 3, message: toOverwriteMessage(asset) } : undefined;
}

function toAsset({ asset, type, endTime }: Task): Asset {
  return { name: asset ?? '', type: type.replace(/^EXPORT_/, ''), updateTime: endTime ?? 0 };
}
