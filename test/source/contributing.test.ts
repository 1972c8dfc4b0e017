import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import { codeIn, readDocument, sectionOf, tableOf } from './markdown.ts';
import { readSourceFiles, resolveImport, type SourceFile } from './source-files.ts';

const ROOT = join(import.meta.dirname, '../..');
const guide = readDocument('docs/contributing.md');
const places = sectionOf(guide, '## Where things are');

function foldersIn(path: string): string[] {
  const entries = readdirSync(join(ROOT, path), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${path}/${name}`);
}

describe('the contributor’s guide', () => {
  test('names files and folders that are there', () => {
    const paths = codeIn(guide).filter((code) => /^(src|test|scripts|docs|deploy)\/[\w./-]+$/.test(code));
    expect(paths.length).toBeGreaterThan(80);
    expect(paths.filter((path) => !/NAME|…/.test(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test('says what is decided in every room and in every part that is a folder', () => {
    const named = codeIn(places);
    const rooms = foldersIn('src');
    const parts = rooms.flatMap(foldersIn);
    expect([...rooms, ...parts].filter((path) => !named.includes(path))).toEqual([]);
  });

  test('names every file beside the rooms', () => {
    const files = readdirSync(join(ROOT, 'src')).filter((name) => name.endsWith('.ts'));
    expect(files.filter((name) => !codeIn(places).includes(`src/${name}`))).toEqual([]);
  });

  test('tells of every folder of tests that is not that of a room', () => {
    const rooms = foldersIn('src').map((path) => path.replace('src/', 'test/'));
    const rows = tableOf(places.slice(places.indexOf('Tests stand')), 'folder');
    const named = rows.flatMap(([folders]) => codeIn(folders));
    expect(new Set(named)).toEqual(new Set(foldersIn('test').filter((path) => !rooms.includes(path))));
  });

  test('tells of every script that npm runs', () => {
    const commands = Object.values(packageJson.scripts).flatMap((line) => line.match(/scripts\/[\w-]+\.\w+/g) ?? []);
    const named = tableOf(places, 'script').flatMap(([scripts]) => codeIn(scripts));
    expect(commands.filter((path) => !named.includes(path))).toEqual([]);
  });

  test('names tests by titles that there are', () => {
    const recipes = sectionOf(guide, '## How to').replace(/\s+/g, ' ');
    const titles = [...recipes.matchAll(/\("([^)]*)"\)/g)].flatMap(([, inside = '']) =>
      inside.split(/"[,;:]? (?:and )?"/),
    );
    const sources = readSourceFiles('test').map(({ text }) => text);
    expect(titles.length).toBeGreaterThan(10);
    expect(titles.filter((title) => !sources.some((text) => text.includes(title)))).toEqual([]);
  });
});

describe('the way of a request and of a completion', () => {
  const toSteps = (heading: string) =>
    [...sectionOf(guide, heading).matchAll(/^( *)(?:\d+\.|-) .*/gm)].map(([step, indent = '']) => ({
      file: codeIn(step)[0] ?? step,
      depth: indent.length,
    }));

  test.each(['## Follow one request', '## Follow one completion'])('has a file for every step: %s', (heading) => {
    const files = toSteps(heading).map(({ file }) => file);
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !file.startsWith('src/') || !existsSync(join(ROOT, file)))).toEqual([]);
    expect(new Set(files).size).toBe(files.length);
  });

  test.each(['## Follow one request', '## Follow one completion'])(
    'indents what is called from above: %s',
    (heading) => {
      const steps = toSteps(heading);
      const pairs = steps.flatMap(({ file, depth }, index) => {
        const caller = steps.slice(0, index).findLast((step) => step.depth < depth);
        return caller ? [{ file, caller: caller.file }] : [];
      });
      expect(pairs.length).toBeGreaterThan(10);
      const sources = readSourceFiles('src');
      expect(pairs.filter(({ file, caller }) => !reachFrom(caller, sources).has(file))).toEqual([]);
    },
  );
});

/** What a file imports, and what that imports in turn. */
function reachFrom(path: string, sources: readonly SourceFile[]): Set<string> {
  const reached = new Set([path]);
  for (const from of reached) {
    const file = sources.find((source) => source.path === from);
    for (const { from: imported } of file?.imports ?? []) {
      const next = file && resolveImport(file, imported);
      if (next) reached.add(next);
    }
  }
  return reached;
}
