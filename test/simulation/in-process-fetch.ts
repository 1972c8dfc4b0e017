import type { Fetch } from '../../src/earth-engine/client.ts';
import { handleRequest } from '../../src/local/earth-engine-simulator/handle.ts';
import type { EarthEngineModel } from '../../src/local/earth-engine-simulator/model.ts';

/** A network without sockets: every call is answered by the model at once. */
export function createInProcessFetch(model: EarthEngineModel): Fetch {
  return async (url, { method, headers, body }) => {
    const { pathname, search } = new URL(url);
    const request = { method, path: `${pathname}${search}`, headers, ...(body === undefined ? {} : { body }) };
    return toFetched(handleRequest(model, request));
  };
}

/** A response as the client reads it. */
export function toFetched(response: { status: number; headers: Record<string, string>; body: string }) {
  return {
    status: response.status,
    headers: { get: (name: string) => response.headers[name] ?? null },
    body: (async function* () {
      yield Buffer.from(response.body);
    })(),
  };
}
