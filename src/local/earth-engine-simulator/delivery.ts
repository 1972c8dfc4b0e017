import type { Fault } from './faults.ts';
import type { SimulatorResponse } from './handle.ts';

/** How a request goes, step by step, for whoever carries it: a socket, or a simulation in process. */
export interface Delivery {
  /** First this long nothing happens. */
  delayBeforeMs: number;
  /** Then it is handled, or not. */
  executed: boolean;
  /** Then this long nothing is answered. */
  delayAfterMs: number;
  /** What is answered instead of what handling it gave. */
  instead?: SimulatorResponse;
  /** How many bytes of the body are sent; all, if absent. */
  bytes?: number;
  /** `cut` closes the connection, after `bytes` if given, else without an answer; `hang` leaves it open without one. */
  end: 'complete' | 'cut' | 'hang';
}

/** The steps of a request with this fault, or of one that goes well. */
export function toDelivery(fault: Fault | undefined): Delivery {
  const whole: Delivery = { delayBeforeMs: 0, executed: true, delayAfterMs: 0, end: 'complete' };
  switch (fault?.kind) {
    case undefined:
      return whole;
    case 'cutBefore':
      return { ...whole, executed: false, end: 'cut' };
    case 'cutAfter':
      return { ...whole, end: 'cut' };
    case 'truncate':
      return { ...whole, bytes: fault.bytes, end: 'cut' };
    case 'hang':
      return { ...whole, executed: fault.executed ?? false, end: 'hang' };
    case 'delay':
      return { ...whole, [fault.executeLate ? 'delayBeforeMs' : 'delayAfterMs']: fault.delayMs };
    case 'status':
      return { ...whole, executed: fault.executed ?? false, instead: toScriptedAnswer(fault) };
    case 'html':
      return { ...whole, executed: fault.executed ?? false, instead: toErrorPage(fault.code ?? 502) };
    case 'emptyBody':
      return { ...whole, instead: { status: 200, headers: {}, body: '' } };
    case 'notJson':
      return { ...whole, instead: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"name": ' } };
  }
}

function toScriptedAnswer({ code, body = '', headers = {} }: Extract<Fault, { kind: 'status' }>): SimulatorResponse {
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; charset=UTF-8' : 'application/json; charset=UTF-8';
  return { status: code, headers: { 'content-type': type, ...headers }, body: isText ? body : JSON.stringify(body) };
}

function toErrorPage(status: number): SimulatorResponse {
  const body = `<!DOCTYPE html><title>Error ${status} (Server Error)!!1</title><p>The server encountered a temporary error and could not complete your request.`;
  return { status, headers: { 'content-type': 'text/html; charset=UTF-8' }, body };
}
