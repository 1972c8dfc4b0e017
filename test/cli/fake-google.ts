import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a fake answers to one method and address. */
export type FakeAnswer = [status: number, body: unknown];

/** Google's APIs as far as they are told what to answer, over a socket. */
export interface FakeGoogle {
  /** By `METHOD host/path`, without the query. What is not told is answered 404. */
  answers: Map<string, FakeAnswer>;
  /** Every request, in order. */
  requests: { key: string; authorization: string; body: unknown; quotaProject: string | undefined }[];
  /** The global `fetch` with Google's hosts led here. */
  fetch: typeof fetch;
  close(): Promise<void>;
}

/** Starts a fake Google on a free port. */
export async function startFakeGoogle(answers: Record<string, FakeAnswer>): Promise<FakeGoogle> {
  const told = new Map(Object.entries(answers));
  const requests: FakeGoogle['requests'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const key = `${request.method} ${(request.url ?? '').slice(1).replace(/\?.*$/, '')}`;
    const text = Buffer.concat(chunks).toString();
    requests.push({
      key,
      authorization: request.headers.authorization ?? '',
      body: text ? JSON.parse(text) : undefined,
      quotaProject: request.headers['x-goog-user-project'] as string | undefined,
    });
    const [status, body] = told.get(key) ?? toError(404, 'NOT_FOUND', 'Not found');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    answers: told,
    requests,
    fetch: (url, init) => fetch(String(url).replace(/^https:\/\//, `http://127.0.0.1:${port}/`), init),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An error as Google's APIs give it. */
export function toError(status: number, name: string, message: string, reason?: string): FakeAnswer {
  const details = reason ? [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }] : [];
  return [status, { error: { code: status, status: name, message, details } }];
}
