import type { Config } from '../../config.ts';
import { isExportId, toExportId } from '../../exports/record/export-id.ts';
import type { AskedBy } from '../../exports/submitter.ts';
import { type FieldViolation, parseExportRequest, type ValidRequest } from '../../request/export-request.ts';
import { checkAllowance } from '../access/allowance.ts';
import { parseJson } from '../http/parse-json.ts';
import type { CallRefused, Refusal } from '../http/refusal.ts';
import { refuseFaults, refuseForbidden } from '../http/refusals.ts';
import { type DecodedMessage, decodeData, type Message, NO_BASE64 } from './decode-message.ts';

/** What a message asks for, or why it gets nothing. */
export type AskedMessage =
  | { kind: 'valid'; valid: ValidRequest; origin: AskedBy }
  | { kind: 'refused'; refusal: Refusal; project: string };

/**
 * Reads an export request out of a message: its data is the body, its attributes fill what the body leaves out. `origin`
 * is that of the message; the export's id is the caller's own where it gave one.
 */
export function readAskedMessage(decoded: DecodedMessage, config: Config, origin: AskedBy): AskedMessage {
  const { message } = decoded;
  const body = readBody(message);
  const violations = [...decoded.violations, ...body.violations];
  if (violations.length > 0) return toRefused(refuseFaults(violations), config.defaultProject);
  const project = message.attributes['project'];
  const parsed = parseExportRequest(body.value, {
    defaultProject: config.defaultProject,
    nonExportable: config.nonExportable,
    ...(project && isLeftOut(body.value, 'project') ? { project } : {}),
  });
  if (!parsed.valid) return toRefused(refuseFaults(parsed.violations), parsed.project ?? config.defaultProject);
  const why = checkAllowance(config, origin.requestedBy, parsed.request);
  if (why) return toRefused(refuseForbidden(why), parsed.request.project);
  return { kind: 'valid', valid: parsed, origin: withKey(origin, parsed.requestId ?? message.attributes['requestId']) };
}

function toRefused({ refusal }: CallRefused, project: string): AskedMessage {
  return { kind: 'refused', refusal, project };
}

function withKey(origin: AskedBy, key: string | undefined): AskedBy {
  if (!key) return origin;
  return { ...origin, id: toExportId(key), ...(isExportId(key) ? {} : { originalKey: key }) };
}

function readBody(message: Message): { value?: unknown; violations: FieldViolation[] } {
  const bytes = decodeData(message.data);
  if (!bytes) return toFault(NO_BASE64);
  const parsed = parseJson(bytes);
  return parsed.ok ? { value: parsed.value, violations: [] } : toFault(parsed.fault);
}

function toFault(fault: string) {
  return { violations: [{ field: 'message.data', description: `Cannot read the data: ${fault}` }] };
}

function isLeftOut(body: unknown, field: string): boolean {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return true;
  const value = (body as Record<string, unknown>)[field];
  return value === undefined || value === null;
}
