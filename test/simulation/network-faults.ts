import type { SimulatorRequest, SimulatorResponse } from '../../src/local/earth-engine-simulator/handle.ts';
import type { Chance } from './chance.ts';

/** How a call goes over the wire. */
export interface Passage {
  /** For the history. */
  name: string;
  /** How much later than usual it arrives, and is answered. */
  lateMs: number;
  slowMs: number;
  /** Whether Earth Engine carries it out. */
  executed: boolean;
  /** What comes back instead of Earth Engine's answer. */
  instead?: SimulatorResponse;
  end: 'answered' | 'cut' | 'hang';
  /** Only so many bytes of the answer come back before the connection is cut. */
  bytes?: number;
}

const WELL: Passage = { name: 'well', lateMs: 0, slowMs: 0, executed: true, end: 'answered' };

/** What chooses a passage of one kind. */
type Choose = (chance: Chance, lateMs: number) => Passage;

/** The ways of the wire that tell nothing about what was done. */
const SILENT: readonly Choose[] = [
  () => ({ ...WELL, name: 'cutBefore', executed: false, end: 'cut' }),
  () => ({ ...WELL, name: 'cutAfter', end: 'cut' }),
  (chance) => ({ ...WELL, name: 'truncated', bytes: chance.between(0, 200) }),
  (chance) => ({ ...WELL, name: 'slow', slowMs: chance.between(0, 60_000) }),
  (chance, lateMs) => ({ ...WELL, name: 'late', lateMs: chance.between(0, lateMs) }),
  (chance) => ({ ...WELL, name: 'hang', executed: chance.happens(0.5), end: 'hang' }),
  (chance) => ({ ...WELL, name: '5xx', executed: chance.happens(0.5), instead: toError(chance.oneOf([500, 503])) }),
  (chance) => ({ ...WELL, name: '504', executed: chance.happens(0.5), instead: toError(504) }),
  (chance) => ({ ...WELL, name: '408', executed: chance.happens(0.5), instead: toPage(408) }),
  (chance) => ({
    ...WELL,
    name: 'html',
    executed: chance.happens(0.5),
    instead: toPage(chance.oneOf([502, 500, 403])),
  }),
  () => ({ ...WELL, name: 'html200', instead: toPage(200) }),
  () => ({ ...WELL, name: 'empty', instead: { status: 200, headers: {}, body: '' } }),
  () => ({
    ...WELL,
    name: 'redirect',
    executed: false,
    instead: { status: 302, headers: { location: '/' }, body: '' },
  }),
];

/** Definite refusals that pass: nothing is done. */
const REFUSALS: readonly Choose[] = [
  (chance) => {
    const headers: Record<string, string> = chance.happens(0.5) ? { 'retry-after': String(chance.between(0, 90)) } : {};
    return { ...WELL, name: '429', executed: false, instead: toError(429, { headers }) };
  },
  () => ({ ...WELL, name: 'rateLimit', executed: false, instead: toError(403, { reason: 'rateLimitExceeded' }) }),
  () => ({ ...WELL, name: '401', executed: false, instead: toError(401) }),
];

/** Errors that look like an answer about an operation, and are none. */
const FALSE_ALARMS: readonly Choose[] = [
  () => ({ ...WELL, name: '404', executed: false, instead: toError(404) }),
  () => ({ ...WELL, name: '403', executed: false, instead: toError(403) }),
];

/** A call that goes well, or, when something goes wrong with it, one of the many ways in which it can. */
export function choosePassage(
  chance: Chance,
  request: SimulatorRequest,
  { share, lateMs }: { share: number; lateMs: number },
): Passage {
  if (!chance.happens(share)) return WELL;
  const isLook = request.method === 'GET' && request.path.includes('/operations');
  return chance.oneOf([...SILENT, ...REFUSALS, ...(isLook ? FALSE_ALARMS : [])])(chance, lateMs);
}

/** The passage of a scripted course. */
export function toPassage(course: string): Passage {
  if (course === 'fail-before') return { ...WELL, name: 'cutBefore', executed: false, end: 'cut' };
  if (course === 'fail-after') return { ...WELL, name: 'cutAfter', end: 'cut' };
  return WELL;
}

const STATUSES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function toError(status: number, more: { headers?: Record<string, string>; reason?: string } = {}): SimulatorResponse {
  const errors = more.reason === undefined ? {} : { errors: [{ reason: more.reason }] };
  const error = { code: status, message: 'Not now', status: STATUSES[status], ...errors };
  const headers = { 'content-type': 'application/json', ...more.headers };
  return { status, headers, body: JSON.stringify({ error }) };
}

function toPage(status: number): SimulatorResponse {
  return { status, headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html><title>Error</title>' };
}
