import type { ServerResponse } from 'node:http';

/** What a call is answered with. */
export interface HttpAnswer {
  status: number;
  body: string | Uint8Array;
  headers: Readonly<Record<string, string>>;
}

/** On every answer, whatever it says: nothing is cached, guessed at, framed or read by another site. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** An answer of JSON. A `value` that is text already is taken for JSON as it is. */
export function toJsonAnswer(status: number, value: object | string, headers: Record<string, string> = {}): HttpAnswer {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return { status, body, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } };
}

/** Sends an answer; an answer's own headers win over the security headers. Nothing happens when one was sent already. */
export function sendAnswer(response: ServerResponse, answer: HttpAnswer): void {
  if (response.headersSent) return;
  setHead(response, answer);
  response.end(answer.body);
}

/** Sends an answer, all of it, and leaves the end to the caller: it may close the connection. */
export function sendUnended(response: ServerResponse, answer: HttpAnswer): void {
  setHead(response, answer);
  response.setHeader('content-length', Buffer.byteLength(answer.body));
  response.write(answer.body);
}

function setHead(response: ServerResponse, answer: HttpAnswer): void {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries({ ...SECURITY_HEADERS, ...answer.headers })) {
    response.setHeader(name, value);
  }
}
