/** One package of a lock file. */
interface LockedPackage {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  dev?: boolean;
  devOptional?: boolean;
  [field: string]: unknown;
}

/** A `package-lock.json` of version 3. */
export interface LockFile {
  name: string;
  version: string;
  lockfileVersion: number;
  requires: boolean;
  /** By folder: `''` is the project itself, `node_modules/a/node_modules/b` a package. */
  packages: Record<string, LockedPackage>;
}

/** The package.json of what is deployed, as far as a lock file repeats it. */
export interface DeployedPackage {
  name: string;
  version: string;
  license: string;
  dependencies: Record<string, string>;
  engines: { node: string };
}

/**
 * The lock file of a package that needs a part of what the project needs: the same versions in the same folders, and
 * nothing that is not reached from its dependencies. Throws when the project's lock file lacks one that is needed.
 */
export function deriveLock(lock: LockFile, deployed: DeployedPackage): LockFile {
  const reached = new Set<string>();
  const open = Object.keys(deployed.dependencies).map((name) => find(lock, '', name));
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (reached.has(folder)) continue;
    reached.add(folder);
    open.push(...needsOf(lock, folder));
  }
  const packages: Record<string, LockedPackage> = { '': { ...deployed } };
  for (const folder of [...reached].sort()) packages[folder] = toProduction(lock.packages[folder] ?? {});
  const { name, version } = deployed;
  return { name, version, lockfileVersion: lock.lockfileVersion, requires: true, packages };
}

function needsOf(lock: LockFile, folder: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = lock.packages[folder] ?? {};
  const optional = Object.keys(optionalDependencies ?? {}).flatMap((name) => findOptional(lock, folder, name) ?? []);
  const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter(
    (name) => !peerDependenciesMeta?.[name]?.optional && !Object.hasOwn(optionalDependencies ?? {}, name),
  );
  return [...needed.map((name) => find(lock, folder, name)), ...optional];
}

function find(lock: LockFile, from: string, name: string): string {
  const found = findOptional(lock, from, name);
  if (found === undefined)
    throw new Error(`Cannot lock "${name}", needed by "${from || 'the package'}": it is not installed`);
  return found;
}

/** As Node looks for a package: in the folder's own node_modules, then in those further up. */
function findOptional(lock: LockFile, from: string, name: string): string | undefined {
  const parts = from === '' ? [] : from.replace(/^node_modules\//, '').split('/node_modules/');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const path = ['', ...parts.slice(0, depth), name].join('/node_modules/').slice(1);
    if (Object.hasOwn(lock.packages, path)) return path;
  }
  return undefined;
}

function toProduction({ dev, devOptional, ...rest }: LockedPackage): LockedPackage {
  return rest;
}
