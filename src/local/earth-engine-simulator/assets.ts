import { ApiError } from './api-error.ts';
import { isAssetRoot, parentOf } from './names.ts';

/** An asset that the simulator knows of. `updateTime` is epoch milliseconds. */
export interface Asset {
  /** Full name, `projects/P/assets/…`. */
  name: string;
  /** As EarthEngineAsset.type: CLASSIFIER, TABLE, IMAGE, IMAGE_COLLECTION, FOLDER, … */
  type: string;
  updateTime: number;
}

/** The assets of all projects. Every project, and every user under earthengine-legacy, has its root folder. */
export interface AssetStore {
  /** Writes, over what may have been there. */
  put(asset: Asset): void;
  /** @throws {ApiError} NOT_FOUND */
  get(name: string): Asset;
  has(name: string): boolean;
  /** Whether something can be put right under `name`: a root or a FOLDER. */
  isFolder(name: string): boolean;
  /** What is right under a folder, in the order of its making. @throws {ApiError} NOT_FOUND */
  list(parent: string): Asset[];
}

/** An empty store. */
export function createAssetStore(): AssetStore {
  const assets = new Map<string, Asset>();
  const children = new Map<string, Set<string>>();

  function get(name: string): Asset {
    const asset = assets.get(name);
    if (asset !== undefined) return asset;
    if (isAssetRoot(name)) return { name, type: 'FOLDER', updateTime: 0 };
    throw createNotFound(name);
  }
  function isFolder(name: string): boolean {
    return isAssetRoot(name) || assets.get(name)?.type === 'FOLDER';
  }

  return {
    get,
    isFolder,
    has: (name) => assets.has(name),
    put(asset) {
      const parent = parentOf(asset.name);
      assets.set(asset.name, asset);
      children.set(parent, (children.get(parent) ?? new Set()).add(asset.name));
    },
    list(parent) {
      if (!isFolder(parent)) throw createNotFound(parent);
      return [...(children.get(parent) ?? [])].map(get);
    },
  };
}

/** What Earth Engine says of an asset that is not there or not for the caller to see: the same for both. */
export function createNotFound(name: string): ApiError {
  return new ApiError('NOT_FOUND', `Asset '${name}' does not exist or doesn't allow this operation.`);
}
