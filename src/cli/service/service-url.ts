import { usageError } from '../terminal/cli-error.ts';
import type { Io } from '../terminal/io.ts';

const LOCAL_STACK = 'http://127.0.0.1:8080';

/** Where the service is: `--url`, else EE_EXPORT_URL, else the local stack. Throws `CliError`. */
export function readServiceUrl(given: string | undefined, env: Io['env']): URL {
  const text = given || env['EE_EXPORT_URL'] || LOCAL_STACK;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '') {
    throw usageError(`Cannot use the address "${text}": https://HOST is wanted`);
  }
  url.pathname = url.pathname.replace(/\/*$/, '/');
  if (url.protocol === 'http:' && !isLocal(url)) {
    throw usageError(`Cannot use the address "${text}": tokens are not sent over http; https is wanted`);
  }
  return url;
}

/** Whether it is this machine, where nobody asks for a token. */
export function isLocal({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
