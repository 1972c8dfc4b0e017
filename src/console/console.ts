import type { Page } from '../functions/routes/exports-http-options.ts';
import assets from './console-assets.json' with { type: 'json' };
import { createOpenApi } from './open-api.ts';

/**
 * Nothing but the page's own files, no inline script or style, no markup made from text (Trusted Types), no frame around
 * it. `data:` is for the icon in the page itself.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = { 'content-security-policy': POLICY };

/** Builds the console: the page, its script and style, and the contract of the service, by path. */
export function createConsole(): (path: string) => Page | undefined {
  const pages = new Map<string, Page>([
    ['/', toPage('text/html', assets.html)],
    ['/console.js', toPage('text/javascript', assets.js)],
    ['/console.css', toPage('text/css', assets.css)],
  ]);
  let contract: Page | undefined;

  return function page(path) {
    if (path !== '/openapi.json') return pages.get(path);
    contract ??= toContract();
    return contract;
  };
}

function toPage(type: string, lines: string[]): Page {
  return { contentType: `${type}; charset=utf-8`, body: `${lines.join('\n')}\n`, headers: HEADERS };
}

function toContract(): Page {
  return { contentType: 'application/json; charset=utf-8', body: JSON.stringify(createOpenApi()) };
}
