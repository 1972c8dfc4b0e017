import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'src/console/page');
const ASSETS = join(ROOT, 'src/console/console-assets.json');

/**
 * The console's three files as the text of `src/console/console-assets.json`: line by line, so that a change of the page
 * reads as one. JSON, because Node, tsc and every bundler can import that, wherever the service runs from.
 */
export async function buildConsole(): Promise<string> {
  const bundle = await build({
    entryPoints: [join(PAGE, 'main.ts'), join(PAGE, 'console.css')],
    outdir: 'out',
    tsconfig: join(PAGE, 'tsconfig.json'),
    bundle: true,
    format: 'esm',
    target: 'es2023',
    charset: 'utf8',
    legalComments: 'none',
    write: false,
  });
  const texts = {
    html: readFileSync(join(PAGE, 'index.html'), 'utf8'),
    js: bundle.outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? '',
    css: bundle.outputFiles.find(({ path }) => path.endsWith('.css'))?.text ?? '',
  };
  const lines = Object.entries(texts).map(([name, text]) => [name, text.trimEnd().split('\n')]);
  return `${JSON.stringify(Object.fromEntries(lines), undefined, 2)}\n`;
}

if (import.meta.main) writeFileSync(ASSETS, await buildConsole());
