import type { IncomingHttpHeaders } from 'node:http';
import { isThisMachine } from './this-machine.ts';

/**
 * Why a browser's request is refused: it was made by the page of another site. There is no CORS here at all. Opening an
 * address (a link in a mail) is nobody's doing but the reader's and changes nothing.
 */
export function crossSiteFault(method: string, headers: IncomingHttpHeaders): string | undefined {
  const reads = method === 'GET' || method === 'HEAD';
  if (reads && headers['sec-fetch-mode'] === 'navigate') return undefined;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'it comes from the page of another site';
  const { origin } = headers;
  if (origin === undefined || isOwnOrigin(origin, headers.host)) return undefined;
  // `gcloud run services proxy` is spoken to under this machine's name and passes the service's own on.
  if (site === 'same-origin' && origin.startsWith('http://') && isThisMachine(origin.slice('http://'.length))) {
    return undefined;
  }
  return 'its Origin is another site';
}

/** Only the host is compared: the front end ends TLS, so the scheme is not known here. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}
