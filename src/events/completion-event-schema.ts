import * as z from 'zod';
import { ENDED_STATES } from './ended-states.ts';

const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .meta({ format: 'date-time' });
const ID = '[A-Za-z0-9-]{1,60}';
const id = z.string().regex(new RegExp(`^${ID}$`));
const state = z.enum(ENDED_STATES);

/** Why an export did not succeed, field by field: `Failure`, as every answer and event has it. */
export const exportErrorSchema = z
  .object({
    code: z.int().min(1).max(16).describe('Number of a google.rpc.Code'),
    status: z.string().describe('Its name, e.g. INVALID_ARGUMENT'),
    message: z.string().describe("Earth Engine's own words, or the service's where it said nothing"),
    reason: z.string().describe('A stable word to branch on, e.g. PROJECT_NOT_REGISTERED'),
    remedy: z.string().describe('What to do about it'),
    retryable: z
      .boolean()
      .describe('Whether the same request may succeed later, by itself or once the remedy was followed'),
  })
  .describe('Why the export did not succeed');

/** The data of a completion event, field by field. Later versions may add fields. */
export const completionDataSchema = z
  .object({
    id: id.describe("The export's id"),
    project: z.string().describe('The Google Cloud project that is charged'),
    state: state.describe(
      "SUCCEEDED, FAILED and CANCELLED are Earth Engine's word (CANCELLED also: it was never sent); REJECTED: refused for good, by the service or by Earth Engine; LOST: its fate cannot be found out",
    ),
    operation: z.string().nullable().describe('projects/P/operations/ID; null when Earth Engine never accepted it'),
    asset: z
      .string()
      .nullable()
      .describe('The destination, projects/P/assets/…; null when the request was not readable'),
    description: z.string().nullable().describe("The caller's own description"),
    requestId: id.describe('The same as id'),
    workloadTag: z.string().nullable().describe('What the usage is labelled with'),
    priority: z.int().min(0).max(9999).nullable().describe("null: Earth Engine's default, 100"),
    attempt: z.int().min(1).describe('1, and one more with every retry'),
    messageId: z.string().nullable().describe('The Pub/Sub message that asked for the export, if one did'),
    createTime: time.describe('When the export was recorded'),
    submitTime: time.nullable().describe('When it was sent to Earth Engine'),
    startTime: time.nullable().describe("Earth Engine's own"),
    endTime: time.nullable().describe("Earth Engine's own, else when the service saw the end"),
    batchEecuUsageSeconds: z.number().nullable().describe('What it cost, in EECU-seconds'),
    destinationUris: z.array(z.string()).describe('Where the result can be looked at'),
    labels: z.record(z.string(), z.string()).describe("The caller's own labels"),
    error: exportErrorSchema.nullable().describe('null where there was none'),
    assetFound: z.boolean().exactOptional().describe('Of a LOST export: whether the destination holds an asset'),
    assetUpdateTime: time.exactOptional().describe('Of a LOST export: when that asset was last changed'),
  })
  .describe('What became of a classifier export. Times are RFC 3339, in UTC');

/** The attributes of the Pub/Sub message: CloudEvents 1.0 in binary content mode, and three to filter by. */
export const eventAttributesSchema = z
  .object({
    'ce-specversion': z.literal('1.0'),
    'ce-id': z
      .string()
      .regex(new RegExp(`^${ID}:[A-Z]+:[1-9]\\d*$`))
      .describe('EXPORT_ID:STATE:ATTEMPT; the same however often the event is delivered'),
    'ce-type': z
      .string()
      .regex(new RegExp(`^earthengine\\.classifier\\.export\\.(${ENDED_STATES.join('|').toLowerCase()})\\.v1$`)),
    'ce-source': z.string().startsWith('//earthengine.googleapis.com/projects/'),
    'ce-subject': z
      .string()
      .max(1024)
      .exactOptional()
      .describe("The asset's name; absent when it is not known, or longer than an attribute may be (1,024 bytes)"),
    'ce-time': time.describe('When the end was recorded'),
    'content-type': z.literal('application/json'),
    exportId: id,
    project: z.string(),
    state,
    traceparent: z.string().exactOptional().describe("W3C trace context of the export's submission"),
  })
  .describe('Attributes of the Pub/Sub message');

/** JSON Schema (draft 2020-12) of the data; that of the attributes is in its `$defs`. `completion-event.schema.json` holds it. */
export function toEventSchema(): object {
  const { $schema: _, ...attributes } = z.toJSONSchema(eventAttributesSchema, { io: 'input' });
  const { $schema, ...data } = z.toJSONSchema(completionDataSchema, { io: 'input' });
  return { $schema, title: 'Completion event', ...data, $defs: { attributes } };
}
