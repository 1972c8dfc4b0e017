import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listAlgorithms } from '../../src/local/earth-engine-simulator/algorithms.ts';

/** Earth Engine as far as an export goes, answering as soon as a request is there. */
export interface InstantEarthEngine {
  url: string;
  /** How long it takes for an answer from now on. */
  setDelay(delayMs: number): void;
  /** Exports that were started so far. */
  started(): number;
  close(): void;
}

/** Starts it. Its answers cost next to nothing: it shares a core with the load generator. */
export async function startInstantEarthEngine(): Promise<InstantEarthEngine> {
  let started = 0;
  let delayMs = 0;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const text = JSON.stringify(toAnswer(request.url ?? ''));
    const end = () =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
        .end(text);
    if (delayMs > 0) setTimeout(end, delayMs);
    else end();
  }

  function toAnswer(url: string): object {
    const project = /^\/v1\/(projects\/[^/]+)/.exec(url)?.[1] ?? 'projects/my-project';
    if (url.includes('/algorithms')) return { algorithms: listAlgorithms() };
    if (!url.includes('classifier:export')) return { operations: [] };
    started += 1;
    return {
      name: `${project}/operations/OPERATION${started}`,
      metadata: {
        '@type': 'type.googleapis.com/google.earthengine.v1.OperationMetadata',
        state: 'PENDING',
        type: 'EXPORT_CLASSIFIER',
        createTime: new Date().toISOString(),
      },
    };
  }

  const server = createServer((request, response) => {
    request.resume().once('end', () => answer(request, response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    setDelay(ms) {
      delayMs = ms;
    },
    started: () => started,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
