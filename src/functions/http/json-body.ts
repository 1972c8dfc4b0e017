import { MAX_BODY_BYTES } from '../../request/export-request.ts';
import type { HttpCall } from './http-call.ts';
import { parseJson } from './parse-json.ts';
import { CallRefused } from './refusal.ts';
import { refuseFaults } from './refusals.ts';

/** The JSON of a call's body. Throws `CallRefused` for one that is too large or cannot be read. */
export function readJsonBody(call: HttpCall): unknown {
  if (call.body.length > MAX_BODY_BYTES) throw refuseTooLarge(MAX_BODY_BYTES);
  const parsed = parseJson(call.body);
  if (parsed.ok) return parsed.value;
  throw refuseFaults([{ field: 'body', description: `Cannot read the body: ${parsed.fault}` }]);
}

/** The body is larger than is read. */
export function refuseTooLarge(limitBytes: number): CallRefused {
  return new CallRefused({
    status: 'INVALID_ARGUMENT',
    httpStatus: 413,
    reason: 'PAYLOAD_TOO_LARGE',
    message: `Cannot read the body: it is too large; at most ${limitBytes} bytes are wanted`,
    remedy: 'Put large constants (tree strings, feature collections) into a table asset and load it in the graph',
  });
}
