import type { Answer } from '../../earth-engine/client.ts';
import { readOperation } from '../../earth-engine/operation.ts';
import { isObject } from '../../request/json/json-object.ts';
import { type HttpAnswer, toJsonAnswer } from '../http/http-answer.ts';
import { refuseUnreachable } from '../http/refuse-call.ts';

/** The Operation in an answer as it came; undefined when it is none. */
export function readOperationAnswer(answer: Answer): object | undefined {
  const isRead = answer.kind === 'answered' && answer.status === 200 && readOperation(answer.body) !== undefined;
  return isRead ? (answer.body as object) : undefined;
}

/** The JSON object of a success; undefined for any other answer. */
export function readSuccess(answer: Answer): Record<string, unknown> | undefined {
  const isRead = answer.kind === 'answered' && answer.status === 200 && isObject(answer.body);
  return isRead ? (answer.body as Record<string, unknown>) : undefined;
}

/**
 * Earth Engine's own error, passed on as it is. Throws `CallRefused` where it said nothing that could be; a 401 is about
 * the service's credentials, and would send the caller to renew its own.
 */
export function relayError(answer: Answer): HttpAnswer {
  if (answer.kind === 'answered' && answer.status >= 400 && answer.status !== 401 && isObject(answer.body)) {
    const { retryAfterMs } = answer;
    const wait = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
    return toJsonAnswer(answer.status, answer.body, wait);
  }
  throw refuseUnreachable();
}
