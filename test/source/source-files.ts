import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** One source file with what it imports. */
export interface SourceFile {
  /** From the repository's root, e.g. `src/exports/poller.ts`. */
  path: string;
  text: string;
  /** As written, e.g. `../clock.ts` or `zod`; `typeOnly` ones are gone at run time. */
  imports: { from: string; typeOnly: boolean }[];
}

const ROOT = join(import.meta.dirname, '../..');
const STATIC_IMPORT = /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const DYNAMIC_IMPORT = /\bimport\(\s*'([^']+)'\s*\)/g;

/** Every TypeScript file below a folder of the repository. */
export function readSourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = join(folder, name).replaceAll('\\', '/');
      const text = readFileSync(join(ROOT, path), 'utf8');
      return { path, text, imports: readImports(text) };
    });
}

/** The path from the root that a relative import names; undefined for a package. */
export function resolveImport(file: SourceFile, from: string): string | undefined {
  if (!from.startsWith('.')) return undefined;
  return relative(ROOT, join(ROOT, dirname(file.path), from)).replaceAll('\\', '/');
}

function readImports(text: string): SourceFile['imports'] {
  const statics = [...text.matchAll(STATIC_IMPORT)].map(([, type, from = '']) => ({
    from,
    typeOnly: type !== undefined,
  }));
  const dynamics = [...text.matchAll(DYNAMIC_IMPORT)].map(([, from = '']) => ({ from, typeOnly: false }));
  return [...statics, ...dynamics];
}
