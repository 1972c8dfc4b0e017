import { resolveImport, type SourceFile } from './source-files.ts';

/** The circles in which files import each other, as `a > b > a`; imports of types alone do not count. */
export function findCycles(all: readonly SourceFile[]): string[] {
  const targets = new Map(
    all.map((file) => [
      file.path,
      file.imports.filter(({ typeOnly }) => !typeOnly).flatMap(({ from }) => resolveImport(file, from) ?? []),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  function visit(path: string, way: string[]): void {
    if (way.includes(path)) cycles.push([...way.slice(way.indexOf(path)), path].join(' > '));
    if (done.has(path) || way.includes(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...way, path]);
    done.add(path);
  }
  for (const path of targets.keys()) visit(path, []);
  return cycles;
}
