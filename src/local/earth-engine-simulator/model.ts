import { type AlgorithmJson, listAlgorithms } from './algorithms.ts';
import { ApiError } from './api-error.ts';
import { type Asset, createNotFound } from './assets.ts';
import { isJsonObject } from './json-object.ts';
import { checkDestination, parentOf } from './names.ts';
import { type OperationJson, toOperation } from './operation-json.ts';
import { listPage, type OperationPage } from './operation-list.ts';
import { mergeSettings, type Settings, type SettingsPatch } from './settings.ts';
import { exportClassifier, startTask, type TaskStart } from './submission.ts';
import type { CancelOutcome, Task } from './task.ts';
import { admit, createWorld, findTask, isForgotten, tasksOf, viewOf, type World, type WorldOptions } from './world.ts';

/** An asset as it travels (EarthEngineAsset). */
export interface AssetJson {
  type: string;
  name: string;
  id: string;
  updateTime: string;
}

/** Which page of a list: 0 and '' stand for not given. */
export interface Page {
  pageSize?: number;
  pageToken?: string;
}

/**
 * Earth Engine's batch side in memory. Nothing happens by itself: every call first brings all tasks to `now()`, so a
 * clock that jumps is as good as one that runs. Projects are ids (`my-project`), operations and assets full names.
 * All methods of the API throw `ApiError` for what Earth Engine refuses, and count in `calls`.
 */
export interface EarthEngineModel {
  /** projects.classifier.export; `body` is the parsed JSON. */
  exportClassifier(project: string, user: string, body: unknown): OperationJson;
  getOperation(name: string): OperationJson;
  listOperations(project: string, pageSize?: number, pageToken?: string): OperationPage;
  /** Answers at once and stops the task later, if at all. */
  cancelOperation(name: string): Record<string, never>;
  /** Forgets the operation; its task goes on. */
  deleteOperation(name: string): Record<string, never>;
  getAsset(name: string): AssetJson;
  /** What is right under a folder or an asset root. */
  listAssets(parent: string, page?: Page): { assets?: AssetJson[]; nextPageToken?: string };
  /** Makes a folder. */
  createAsset(name: string, body: unknown): AssetJson;
  /** The functions that official clients ask for when they start. */
  algorithms(project: string): { algorithms: AlgorithmJson[] };
  config(project: string): { registrationState: string; maxConcurrentExports: number };

  /** Brings the world to the present and returns it, in epoch milliseconds. */
  now(): number;
  /** The tasks of a project as they are now, oldest first. */
  operations(project: string): readonly Task[];
  /** The projects that had a task. */
  projects(): string[];
  /** PENDING tasks, and tasks that hold a slot. */
  count(project: string): { pending: number; running: number };
  /** Calls by RPC (`ExportClassifier`, `GetOperation`, …), refused ones included. */
  readonly calls: Readonly<Record<string, number>>;
  readonly settings: Readonly<Settings>;
  /** Changes settings from now on. */
  configure(patch: SettingsPatch): void;
  /** Queues a task of somebody else, e.g. an EXPORT_IMAGE. */
  startTask(wanted: TaskStart): Task;
  /** Ends an operation now; one that has ended stays as it is. */
  finishOperation(name: string, outcome: CancelOutcome): void;
  /** Earth Engine no longer knows the operation: 404, and in no list. Its task goes on. */
  forgetOperation(name: string): void;
  /** Puts an asset there, over what may have been. */
  putAsset(asset: { name: string; type: string }): void;
}

/** A simulated Earth Engine without operations. `now` and `random` are all it takes from outside. */
export function createEarthEngineModel(options: WorldOptions): EarthEngineModel {
  const world = createWorld(options);
  return {
    exportClassifier: (project, user, body) => exportClassifier(world, { project, user, body }),
    getOperation(name) {
      admit(world, projectOf(name), 'GetOperation');
      return toOperation(findTask(world, name), viewOf(world));
    },
    listOperations: (project, pageSize = 0, pageToken = '') => listOperations(world, project, { pageSize, pageToken }),
    cancelOperation(name) {
      admit(world, projectOf(name), 'CancelOperation');
      world.scheduler.cancel(findTask(world, name), world.tick());
      return {};
    },
    deleteOperation(name) {
      admit(world, projectOf(name), 'DeleteOperation');
      forget(world, name);
      return {};
    },
    getAsset(name) {
      admit(world, projectOf(name), 'GetAsset');
      return toAssetJson(world.assets.get(name));
    },
    listAssets: (parent, page = {}) => listAssets(world, parent, page),
    createAsset: (name, body) => createAsset(world, name, body),
    algorithms(project) {
      admit(world, project, 'ListAlgorithms');
      return { algorithms: listAlgorithms() };
    },
    config(project) {
      admit(world, project, 'GetProjectConfig');
      return { registrationState: world.settings.registrationState, maxConcurrentExports: world.settings.slots };
    },

    now: () => world.tick(),
    operations(project) {
      world.tick();
      return world.projects.get(project) ?? [];
    },
    projects: () => [...world.projects.keys()],
    count(project) {
      world.tick();
      return world.scheduler.count(project);
    },
    calls: world.calls,
    get settings() {
      return world.settings;
    },
    configure(patch) {
      const now = world.tick();
      world.settings = mergeSettings(world.settings, patch);
      world.scheduler.refill(now);
    },
    startTask: (wanted) => startTask(world, wanted),
    finishOperation: (name, outcome) => world.scheduler.finish(findTask(world, name), outcome, world.tick()),
    forgetOperation: (name) => forget(world, name),
    putAsset: (asset) => world.assets.put({ ...asset, updateTime: world.tick() }),
  };
}

function listOperations(world: World, project: string, page: Required<Page>): OperationPage {
  admit(world, project, 'ListOperations');
  if (!(page.pageSize >= 0)) throw new ApiError('INVALID_ARGUMENT', `Invalid page size: ${page.pageSize}.`);
  const view = viewOf(world);
  return listPage({
    ...page,
    project,
    tasks: world.projects.get(project) ?? [],
    view,
    isVisible: (task) => view.now - task.createTime >= world.settings.listLagMs && !isForgotten(world, task),
  });
}

function listAssets(world: World, parent: string, page: Page): { assets?: AssetJson[]; nextPageToken?: string } {
  admit(world, projectOf(parent), 'ListAssets');
  const found = world.assets.list(parent);
  const start = Number(page.pageToken || 0);
  const end = start + (page.pageSize || found.length);
  if (!(end >= start)) throw new ApiError('INVALID_ARGUMENT', 'Invalid page token.');
  const assets = found.slice(start, end).map(toAssetJson);
  return { ...(assets.length > 0 && { assets }), ...(end < found.length && { nextPageToken: String(end) }) };
}

function createAsset(world: World, name: string, body: unknown): AssetJson {
  admit(world, projectOf(name), 'CreateAsset');
  const { type } = isJsonObject(body) ? body : { type: undefined };
  if (type !== 'FOLDER') throw new ApiError('INVALID_ARGUMENT', 'Only assets of type FOLDER can be created here.');
  checkDestination(name);
  if (!world.assets.isFolder(parentOf(name))) throw createNotFound(parentOf(name));
  if (world.assets.has(name)) throw new ApiError(world.settings.overwriteStatus, `Cannot overwrite asset '${name}'.`);
  const asset: Asset = { name, type, updateTime: world.tick() };
  world.assets.put(asset);
  return toAssetJson(asset);
}

function forget(world: World, name: string): void {
  const task = findTask(world, name);
  const tasks = tasksOf(world, task.project);
  tasks.splice(tasks.indexOf(task), 1);
  world.tasks.delete(name);
}

function toAssetJson({ type, name, updateTime }: Asset): AssetJson {
  return { type, name, id: name, updateTime: new Date(updateTime).toISOString() };
}

/** The project in `projects/P/…`. */
function projectOf(name: string): string {
  return name.split('/')[1] ?? '';
}
