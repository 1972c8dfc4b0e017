import * as z from 'zod';
import { completionDataSchema, exportErrorSchema } from '../events/completion-event-schema.ts';
import { EXPORT_STATES } from '../exports/record/states.ts';
import type { ExportResource } from '../functions/routes/export-resource.ts';

/** What the service answers, field by field. Objects are open: later versions may add fields. */

const time = z.string().meta({ format: 'date-time', description: 'RFC 3339, UTC' });
const text = z.string();
const count = z.int().min(1);

const violation = z.object({
  field: text.describe('Where, e.g. assetExportOptions.earthEngineDestination.name'),
  description: text.describe('What is wrong and what is wanted instead'),
});

const request = z
  .object({
    project: text,
    asset: text.describe('Full name of the asset to write'),
    overwrite: z.boolean(),
    description: text.describe("The caller's own; empty when none was given"),
    workloadTag: text.exactOptional(),
    priority: z.int().exactOptional(),
    labels: z.record(text, text),
    createParents: z.boolean(),
  })
  .describe('What was asked, less the graph');

const line = z.object({ name: text, value: text.describe('In words, cut where it is long') });

const outline = z
  .object({
    classifier: text.describe('What makes it, e.g. smileRandomForest'),
    outputMode: text.exactOptional(),
    arguments: z.array(line).describe('Trees are only counted'),
    training: z.array(line).exactOptional().describe('The table it is trained on, and how'),
  })
  .describe('What the graph is, in few words: 20 lines and 2 KB at most');

const stage = z.object({
  name: text,
  description: text.exactOptional(),
  completeWorkUnits: z.number().exactOptional(),
  totalWorkUnits: z.number().exactOptional(),
});

const attempt = z.object({
  attempt: count,
  state: text,
  operation: text.exactOptional(),
  submitTime: time.exactOptional(),
  startTime: time.exactOptional(),
  endTime: time.exactOptional(),
  batchEecuUsageSeconds: z.number().exactOptional(),
  error: exportErrorSchema.exactOptional(),
});

const event = z.object({
  id: text.describe('EXPORT_ID:STATE:ATTEMPT, the same however often the event is published'),
  type: text,
  source: text,
  subject: text.exactOptional(),
  time,
  data: completionDataSchema,
});

/** An export, as `toExportResource` gives it. */
export const exportSchema = z.object({
  id: text,
  project: text.describe('Project charged'),
  state: text.describe(`One of ${EXPORT_STATES.join(', ')}; later versions may have more`),
  request: request.exactOptional(),
  digest: text.exactOptional().describe('c1: and a SHA-256 of what was asked, graph included'),
  outline: outline.exactOptional(),
  warnings: z.array(violation).describe('What was unwise about the request, though it was accepted'),
  operation: text.exactOptional().describe('projects/P/operations/ID, once it is known'),
  sentDescription: text.exactOptional().describe("The operation's description at Earth Engine"),
  attempt: count.describe('1, and one more with every retry'),
  attempts: z.array(attempt).describe('The attempts before this one, oldest first'),
  createTime: time,
  submitTime: time.exactOptional(),
  startTime: time.exactOptional(),
  endTime: time.exactOptional(),
  progress: z.number().min(0).max(1).exactOptional(),
  stages: z.array(stage).exactOptional(),
  batchEecuUsageSeconds: z.number().exactOptional(),
  destinationUris: z.array(text).exactOptional().describe('Where the result can be looked at'),
  error: exportErrorSchema.exactOptional(),
  labels: z.record(text, text),
  messageId: text.exactOptional().describe('The Pub/Sub message that asked for it'),
  requestedBy: text.exactOptional().describe('Who asked'),
  originalKey: text.exactOptional().describe("The caller's own key, when the id had to be made from it"),
  cancelRequestTime: time.exactOptional(),
  event: event.exactOptional().describe('The completion event; published when publishTime is there'),
  publishTime: time.exactOptional(),
  expireTime: time.exactOptional().describe('When the record will be deleted'),
}) satisfies z.ZodType<ExportResource>;

/** A page of the list. */
export const exportPageSchema = z.object({
  exports: z.array(exportSchema).describe('Newest first; may be fewer than asked for'),
  nextPageToken: text.exactOptional().describe('Absent on the last page'),
  counts: z
    .record(text, z.record(text, count))
    .exactOptional()
    .describe('With counts=true: all exports kept, by project and state. Absent where the caller may not see them all'),
});

/** What `validateOnly` answers. */
export const validationSchema = z.object({
  valid: z.literal(true),
  warnings: z.array(violation),
  digest: text,
  bytes: count.describe('Size of the body that Earth Engine would be sent, at most'),
  body: z.looseObject({}).describe('That body'),
});

/** An error, as Google APIs give them (AIP-193). */
export const errorSchema = z.object({
  error: z.object({
    code: z.int().describe('The HTTP status'),
    message: text,
    status: text.describe('Name of a google.rpc.Code'),
    details: z
      .array(z.looseObject({ '@type': text }))
      .describe(
        'google.rpc.ErrorInfo (reason; metadata: exportId, remedy), google.rpc.BadRequest (fieldViolations: every fault), google.rpc.RetryInfo',
      ),
  }),
});

/** An operation, as Earth Engine writes it. */
export const operationSchema = z.looseObject({
  name: text.describe('projects/P/operations/ID'),
  metadata: z.looseObject({}).exactOptional(),
  done: z.boolean().exactOptional(),
  error: z.looseObject({}).exactOptional(),
  response: z.looseObject({}).exactOptional(),
});
