import type { Config } from '../../config.ts';
import { isExportId, toExportId } from '../../exports/record/export-id.ts';
import type { Origin } from '../../exports/submitter.ts';
import { type FieldViolation, parseExportRequest, type ValidRequest } from '../../request/export-request.ts';
import { checkAllowance } from '../access/allowance.ts';
import { parseJson } from '../http/parse-json.ts';
import { type DecodedMessage, decodeData, type Message } from './decode-message.ts';

/** What a message asks for, or why it gets nothing. */
export type MessageSubmission =
  | { kind: 'valid'; valid: ValidRequest; origin: Origin }
  | { kind: 'refused'; violations: FieldViolation[]; project: string; status?: string };

/**
 * Reads an export request out of a message: its data is the body, its attributes fill what the body leaves out. `origin`
 * is that of the message; the export's id is the caller's own where it gave one.
 */
export function readMessageSubmission(decoded: DecodedMessage, config: Config, origin: Origin): MessageSubmission {
  const { message } = decoded;
  const body = readBody(message);
  const violations = [...decoded.violations, ...body.violations];
  if (violations.length > 0) return { kind: 'refused', violations, project: config.defaultProject };
  const project = message.attributes['project'];
  const parsed = parseExportRequest(body.value, {
    defaultProject: config.defaultProject,
    nonExportable: config.nonExportable,
    ...(project && isLeftOut(body.value, 'project') ? { project } : {}),
  });
  if (!parsed.valid) {
    return { kind: 'refused', violations: parsed.violations, project: parsed.project ?? config.defaultProject };
  }
  const why = checkAllowance(config, origin.requestedBy, parsed.request);
  if (why) {
    const description = `Cannot allow this: ${why}`;
    const about = { project: parsed.request.project, status: 'PERMISSION_DENIED' };
    return { kind: 'refused', violations: [{ field: '', description }], ...about };
  }
  return { kind: 'valid', valid: parsed, origin: withKey(origin, parsed.requestId ?? message.attributes['requestId']) };
}

function withKey(origin: Origin, key: string | undefined): Origin {
  if (!key) return origin;
  return { ...origin, id: toExportId(key), ...(isExportId(key) ? {} : { originalKey: key }) };
}

function readBody(message: Message): { value?: unknown; violations: FieldViolation[] } {
  const bytes = decodeData(message.data);
  if (!bytes) return toFault('base64 is wanted');
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
