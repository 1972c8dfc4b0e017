import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBundle } from './bundle.ts';
import { type DeployedPackage, deriveLock, type LockFile } from './derive-lock.ts';
import { toZip } from './zip.ts';

/** What is written, and of what. */
export interface PackageOptions {
  /** The repository's folder. */
  root: string;
  /** The module whose exports are the functions, from the root. */
  entry: string;
  /** Where to write; what is there goes. */
  out: string;
}

/** What was written. */
export interface WrittenPackage {
  /** Path of the zip. */
  zip: string;
  zipBytes: number;
  /** Names of the bundle's files: what is loaded first, then what is loaded when it is needed. */
  modules: string[];
  /** Size of the file that is loaded first. */
  startBytes: number;
}

/**
 * The framework keeps its registry of functions in a module: a bundled second copy would stay empty. Pub/Sub's client is
 * megabytes that most instances never load.
 */
const OUTSIDE_THE_BUNDLE = ['@google-cloud/functions-framework', '@google-cloud/pubsub'];
const INDEXES = 'firestore-indexes.json';

/** Writes what is deployed: the bundle, its package.json and lock file, the ledger's indexes, and a zip of it all. */
export async function writePackage({ root, entry, out }: PackageOptions): Promise<WrittenPackage> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const modules = await writeBundle({ entry: join(root, entry), out, external: OUTSIDE_THE_BUNDLE });
  const project = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const deployed = toDeployed(project);
  writeJson(join(out, 'package.json'), { ...deployed, private: true, main: 'index.cjs' });
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile;
  writeJson(join(out, 'package-lock.json'), deriveLock(lock, deployed));
  copyFileSync(join(root, 'src/exports/firestore', INDEXES), join(out, INDEXES));
  copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'));

  const files = readdirSync(out).map((name) => ({ name, content: readFileSync(join(out, name)) }));
  const zip = join(out, `${deployed.name}-${toContentHash(files)}.zip`);
  const bytes = toZip(files);
  writeFileSync(zip, bytes);
  const startBytes = files.find(({ name }) => name === 'index.cjs')?.content.length ?? 0;
  return { zip, zipBytes: bytes.length, modules, startBytes };
}

function toDeployed(project: DeployedPackage): DeployedPackage {
  const dependencies: Record<string, string> = {};
  for (const name of OUTSIDE_THE_BUNDLE) {
    const version = project.dependencies[name];
    if (!version || !/^\d/.test(version))
      throw new Error(`Cannot deploy ${name}: package.json names no exact version of it`);
    dependencies[name] = version;
  }
  const { name, version, license } = project;
  return { name, version, license, dependencies, engines: { node: '24' } };
}

/** Of names and contents, not of the archive: another zlib packs the same files into other bytes. */
function toContentHash(files: readonly { name: string; content: Buffer }[]): string {
  const hash = createHash('sha256');
  for (const { name, content } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const { values } = parseArgs({
    options: { entry: { type: 'string', default: 'src/index.ts' }, out: { type: 'string', default: 'dist/deploy' } },
  });
  const { zip, zipBytes, modules, startBytes } = await writePackage({
    root,
    entry: values.entry,
    out: join(root, values.out),
  });
  console.log(
    `${zip}: ${zipBytes} bytes, ${modules.length} modules, of which index.cjs, the one loaded first, has ${startBytes}`,
  );
}
