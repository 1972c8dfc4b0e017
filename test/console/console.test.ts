import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildConsole } from '../../scripts/console.ts';
import { createConsole } from '../../src/console/console.ts';

const ASSETS = join(import.meta.dirname, '../../src/console/console-assets.json');

describe('createConsole()', () => {
  const page = createConsole();

  test('serves what the page is made from (npm run console)', async () => {
    expect(readFileSync(ASSETS, 'utf8')).toBe(await buildConsole());
  });

  test.each([
    ['/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/console.js', 'text/javascript; charset=utf-8', 'startApp('],
    ['/console.css', 'text/css; charset=utf-8', '@layer parts'],
  ])('gives %s as %s, under a policy that lets nothing in', (path, contentType, words) => {
    const { headers, ...served } = page(path) ?? {};
    expect(served).toEqual({ contentType, body: expect.stringContaining(words) });
    const policy = String(headers?.['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test('gives the contract, and nothing else', () => {
    expect(JSON.parse(String(page('/openapi.json')?.body))).toMatchObject({ openapi: '3.1.1' });
    expect(['/console.json', '/index.html', '', '/__proto__'].map(page)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('the page names no address but its own', () => {
    const bodies = ['/', '/console.css'].map((path) => String(page(path)?.body));
    expect(bodies.join('').replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
  });

  test('the page, its script and its style stay under 100 KB together', () => {
    const bytes = ['/', '/console.js', '/console.css'].map((path) => Buffer.byteLength(page(path)?.body ?? ''));
    expect(Math.min(...bytes)).toBeGreaterThan(500);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(100_000);
  });
});
