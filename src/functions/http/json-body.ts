import { MAX_BODY_BYTES } from '../../request/export-request.ts';
import type { HttpCall } from './http-call.ts';
import { parseJson } from './parse-json.ts';
import { refuseFaults } from './refusals.ts';
import { refuseTooLarge } from './refuse-call.ts';

/**
 * The JSON of a call's body. Throws `CallRefused` for one that is too large, with `remedyIfLarge`, or that cannot be
 * read.
 */
export function readJsonBody(call: HttpCall, remedyIfLarge: string): unknown {
  if (call.body.length > MAX_BODY_BYTES) throw refuseTooLarge(MAX_BODY_BYTES, remedyIfLarge);
  const parsed = parseJson(call.body);
  if (parsed.ok) return parsed.value;
  throw refuseFaults([{ field: 'body', description: `Cannot read the body: ${parsed.fault}` }]);
}
