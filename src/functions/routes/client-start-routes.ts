import type { Answer } from '../../earth-engine/client.ts';
import { CALL_TIMEOUT_MS } from '../../earth-engine/take-call.ts';
import { allowedProjects } from '../access/allowance.ts';
import { type HttpAnswer, toJsonAnswer } from '../http/http-answer.ts';
import { refuseProject } from '../http/refusals.ts';
import { readSuccess, relayError } from './earth-engine-answer.ts';
import type { ExportsHttpOptions } from './exports-http-options.ts';
import type { RoutedCall } from './routes.ts';

const KEPT_FOR_MS = 10 * 60_000;
const ALGORITHMS_TIMEOUT_MS = 3 * CALL_TIMEOUT_MS;

/** Builds the handlers of what official clients read when they start. Successes are kept for ten minutes. */
export function createCachedRoutes(options: Pick<ExportsHttpOptions, 'config' | 'earthEngine' | 'clock'>) {
  const { config, earthEngine, clock } = options;
  const kept = new Map<string, { body: string; until: number }>();

  /** `key` must be one of few: nothing else bounds what is kept. */
  async function passThrough(key: string, read: () => Promise<Answer>): Promise<HttpAnswer> {
    const known = kept.get(key);
    if (known && known.until > clock.now()) return toJsonAnswer(200, known.body);
    const answer = await read();
    const success = readSuccess(answer);
    if (!success) return relayError(answer);
    const body = JSON.stringify(success);
    kept.set(key, { body, until: clock.now() + KEPT_FOR_MS });
    return toJsonAnswer(200, body);
  }

  async function listAlgorithms(call: RoutedCall): Promise<HttpAnswer> {
    const { project = '' } = call.params;
    if (!allowedProjects(config, call.caller).includes(project)) throw refuseProject();
    return passThrough(project, () => earthEngine.listAlgorithms(project, { timeoutMs: ALGORITHMS_TIMEOUT_MS }));
  }

  async function getDiscovery(): Promise<HttpAnswer> {
    return passThrough('$discovery', () => earthEngine.getDiscovery({ timeoutMs: CALL_TIMEOUT_MS }));
  }

  return { listAlgorithms, getDiscovery };
}
