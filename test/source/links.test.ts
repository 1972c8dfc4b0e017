import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readDocument } from './markdown.ts';

const ROOT = join(import.meta.dirname, '../..');
const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const documents = ['README.md', 'CHANGELOG.md', ...pages.map((name) => `docs/${name}`)];

/** The names by which GitHub links to the headings of a document. */
function anchorsOf(path: string): string[] {
  const headings = [...readDocument(path).matchAll(/^#{1,6} (.+)$/gm)];
  return headings.map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

function isDead(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : join(dirname(from), file);
  if (!existsSync(join(ROOT, target))) return true;
  return anchor !== undefined && !anchorsOf(target).includes(anchor);
}

describe('the documents', () => {
  test.each(documents)('link to what is there: %s', (path) => {
    const links = [...readDocument(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !/^https?:/.test(link) && isDead(path, link))).toEqual([]);
  });

  test('are all linked from README', () => {
    const readme = readDocument('README.md');
    expect(documents.slice(1).filter((path) => !readme.includes(`](${path})`))).toEqual([]);
  });
});
