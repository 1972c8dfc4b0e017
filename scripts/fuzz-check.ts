import type { FuzzInput } from './fuzz-inputs.ts';
import type { Exchange, WireAnswer } from './fuzz-wire.ts';

/** All that may be answered while the ledger can be reached; 501 is for Earth Engine's other methods. */
const STATUSES = [200, 202, 400, 401, 403, 404, 405, 409, 413, 414, 415, 501];
/** What Node answers itself to what is not HTTP, without a body: bad syntax, a chunk extension, Expect, a large head. */
const NODES_OWN = [400, 413, 417, 431];
/** Two calls for one export at the same time: the other is on its way to Earth Engine, or its event to Pub/Sub. */
const NOT_YET = /"reason":"(?:NOT_ACCEPTED_YET|EVENT_NOT_PUBLISHED)"/;
const JSON_TYPE = 'application/json; charset=utf-8';
/** What Earth Engine says is passed on as it is, and it leaves the details out. */
const PASSED_ON = /^\S+ \S*\/(?:operations|algorithms|\$discovery)/;
const IGNORED_BY_FRAMEWORK = /^\S+ (?:https?:\/\/[^/]*)?\/(?:favicon\.ico|robots\.txt)/i;

/** What is wrong with what came back for an input; undefined where nothing is. */
export function findFault(input: FuzzInput, exchange: Exchange): string | undefined {
  if (exchange.kind === 'hung') return 'no answer in time';
  if (exchange.kind === 'malformed') return `an answer that is no HTTP: ${exchange.why}`;
  if (exchange.kind === 'closed') return input.framed ? 'the connection was closed without an answer' : undefined;
  if (input.framed && exchange.answers.length !== 1) return `${exchange.answers.length} answers to one request`;
  return exchange.answers.map((answer) => answerFault(input, answer)).find((fault) => fault !== undefined);
}

function answerFault(input: FuzzInput, answer: WireAnswer): string | undefined {
  const { status, headers, body } = answer;
  const type = headers.get('content-type');
  if (type === undefined && body === '') return emptyFault(input, answer);
  if (!STATUSES.includes(status) && !(status === 503 && NOT_YET.test(body)))
    return `status ${status}: ${body.slice(0, 500)}`;
  if (headers.get('x-content-type-options') !== 'nosniff') return `status ${status} without its protective headers`;
  if (status === 200 && type?.startsWith('text/')) return undefined;
  if (type !== JSON_TYPE) return `status ${status} of type ${type}: ${body.slice(0, 500)}`;
  // The answer to a HEAD, which a damaged input may also be.
  if (input.isHead || (body === '' && !input.framed)) return undefined;
  return bodyFault(status, body, PASSED_ON.test(input.text()));
}

function emptyFault({ to, text }: FuzzInput, { status, headers }: WireAnswer): string | undefined {
  if (status === 204 && to === 'exportsPubsub') return undefined;
  if (NODES_OWN.includes(status) && headers.get('connection') === 'close') return undefined;
  if (status === 417) return undefined;
  if (status === 404 && IGNORED_BY_FRAMEWORK.test(text())) return undefined;
  return `status ${status} without a body`;
}

function bodyFault(status: number, body: string, isPassedOn: boolean): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return `status ${status} with a body that is no JSON: ${body.slice(0, 500)}`;
  }
  if (typeof parsed !== 'object' || parsed === null) return `status ${status} with ${body.slice(0, 500)}`;
  if (status < 400) return undefined;
  const error = 'error' in parsed && typeof parsed.error === 'object' ? parsed.error : undefined;
  const { code, message, status: name, details } = (error ?? {}) as Record<string, unknown>;
  const isError = code === status && typeof message === 'string' && /^[A-Z_]+$/.test(String(name));
  return isError && (Array.isArray(details) || (isPassedOn && details === undefined))
    ? undefined
    : `status ${status} with an error that is none: ${body.slice(0, 500)}`;
}
