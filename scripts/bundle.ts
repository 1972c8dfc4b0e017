import { basename, dirname, join, sep } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** What is bundled, and where to. */
export interface BundleOptions {
  /** The module that is loaded first. */
  entry: string;
  /** A folder that exists. */
  out: string;
  /** Packages that are installed beside the bundle. */
  external: readonly string[];
}

/** The file of each module that is loaded by `import()`, by the module's path. */
type Chunks = Map<string, string>;

/** Marks what this plugin itself asks esbuild to resolve. */
const LOOKED_UP = Symbol('looked up');

/**
 * Bundles a program into CommonJS files: `index.cjs`, and one for each module that it loads by `import()`. What is loaded
 * later is so not read and parsed at the start, which would take most of the start's time; a package that several of the
 * files use is in one of them where it is loaded by `import()`, too. Names of the files, the entry first.
 */
export async function writeBundle({ entry, out, external }: BundleOptions): Promise<string[]> {
  const chunks: Chunks = new Map([[entry, 'index.cjs']]);
  // A file that is written early does not know of what a later one loads by import(): again, until there is nothing new.
  for (let known = 0; known < chunks.size; ) {
    known = chunks.size;
    for (const path of [...chunks.keys()]) await bundleChunk(path, { entry, chunks, out, external });
  }
  return [...chunks.values()];
}

async function bundleChunk(path: string, { entry, chunks, out, external }: BundleOptions & { chunks: Chunks }) {
  const { warnings } = await build({
    entryPoints: [path],
    outfile: join(out, chunks.get(path) ?? ''),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    external: [...external],
    // Node's own import() would look at such a file twice: once for its exports.
    supported: { 'dynamic-import': false },
    legalComments: 'eof',
    logLevel: 'warning',
    plugins: [partChunks(path, { ownFolder: dirname(entry) + sep, chunks, external })],
  });
  if (warnings.length > 0)
    throw new Error(`Cannot bundle ${path}: esbuild warns, and what it warns of fails when it runs`);
}

/** Leaves to their own files what is loaded by `import()`, and what is known to be in another file. */
function partChunks(
  own: string,
  { ownFolder, chunks, external }: { ownFolder: string; chunks: Chunks; external: readonly string[] },
): Plugin {
  return {
    name: 'part-chunks',
    setup(esbuild) {
      esbuild.onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === LOOKED_UP || kind === 'entry-point' || external.includes(path)) return undefined;
        const found = await esbuild.resolve(path, { kind, importer, resolveDir, pluginData: LOOKED_UP });
        if (found.external || found.errors.length > 0) return undefined;
        // What a package loads by import() stays with it.
        const isOwn = importer.startsWith(ownFolder);
        if (kind === 'dynamic-import' && isOwn && !chunks.has(found.path))
          chunks.set(found.path, toFreeName(path, chunks));
        const file = chunks.get(found.path);
        return file === undefined || found.path === own ? undefined : { path: `./${file}`, external: true };
      });
    },
  };
}

/** After the package or the module. */
function toFreeName(path: string, chunks: Chunks): string {
  const file = `${basename(path).replace(/\.[jt]s$/, '')}.cjs`;
  if ([...chunks.values()].includes(file))
    throw new Error(`Cannot bundle ${path}: there is a ${file} of another module`);
  return file;
}
