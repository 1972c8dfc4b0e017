import type { Clock } from '../../src/clock.ts';
import type { Fetch } from '../../src/http/http-fetch.ts';
import { toDelivery } from '../../src/local/earth-engine-simulator/delivery.ts';
import type { Faults } from '../../src/local/earth-engine-simulator/faults.ts';
import { handleRequest, type SimulatorRequest } from '../../src/local/earth-engine-simulator/handle.ts';
import type { EarthEngineModel } from '../../src/local/earth-engine-simulator/model.ts';

/** What stands between a client and the model. */
export interface Wire {
  /** Which requests go wrong, and how. */
  faults: Faults;
  clock: Clock;
  /** Told of every request before it goes anywhere. */
  onRequest?: (request: SimulatorRequest) => void;
}

/** A network without sockets: every call is answered by the model, at once where it has no fault. */
export function createInProcessFetch(model: EarthEngineModel, wire: Wire): Fetch {
  const wait = (ms: number) => new Promise<void>((resolve) => (ms > 0 ? wire.clock.after(ms, resolve) : resolve()));

  async function deliver(request: SimulatorRequest): ReturnType<Fetch> {
    const delivery = toDelivery(wire.faults.decideFault(request));
    await wait(delivery.delayBeforeMs);
    const response = delivery.executed ? handleRequest(model, request) : undefined;
    await wait(delivery.delayAfterMs);
    const answer = delivery.instead ?? response;
    if (delivery.end === 'hang') return new Promise(() => {});
    if (!answer || (delivery.end === 'cut' && delivery.bytes === undefined)) throw new TypeError('fetch failed');
    return toFetched(answer, delivery.bytes);
  }

  return async (url, { method, headers, body, signal }) => {
    const { pathname, search } = new URL(url);
    const request = { method, path: `${pathname}${search}`, headers, ...(body === undefined ? {} : { body }) };
    wire.onRequest?.(request);
    return Promise.race([deliver(request), untilAborted(signal)]);
  };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new DOMException('This operation was aborted', 'AbortError'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
}

/** A response as the client reads it; cut off after so many bytes of its body, if given. */
export function toFetched(
  response: { status: number; headers: Record<string, string>; body: string },
  bytes?: number,
): Awaited<ReturnType<Fetch>> {
  return {
    status: response.status,
    headers: { get: (name: string) => response.headers[name] ?? null },
    body: (async function* () {
      const whole = Buffer.from(response.body);
      yield bytes === undefined ? whole : whole.subarray(0, bytes);
      if (bytes !== undefined && bytes < whole.length) throw new TypeError('terminated');
    })(),
  };
}
