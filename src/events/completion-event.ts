import type * as z from 'zod';
import type { completionDataSchema } from './completion-event-schema.ts';
import { ENDED_STATES, type EndedState } from './ended-states.ts';
import { toRfc3339 } from './to-rfc3339.ts';

/** What is known of an export that has ended; an `ExportRecord` fits. Times are epoch milliseconds. */
export interface EndedExport {
  id: string;
  project: string;
  state: string;
  request?: { asset: string; description: string; workloadTag?: string; priority?: number };
  operation?: string;
  attempt: number;
  messageId?: string;
  createTime: number;
  submitTime?: number;
  startTime?: number;
  endTime?: number;
  batchEecuUsageSeconds?: number;
  destinationUris?: string[];
  labels: Record<string, string>;
  error?: NonNullable<CompletionData['error']>;
}

/** What a completion event says; `completion-event.schema.json` tells of every field. Times are RFC 3339. */
export type CompletionData = z.output<typeof completionDataSchema>;

/** A completion event as it waits in the outbox. */
export interface CompletionEvent {
  /** `<export id>:<STATE>:<attempt>`: the same however often the event is published. */
  id: string;
  /** `earthengine.classifier.export.<state>.v1`. */
  type: string;
  source: string;
  /** The asset's name; absent when it is not known. */
  subject?: string;
  /** RFC 3339. */
  time: string;
  data: CompletionData;
}

/** A Pub/Sub message: CloudEvents 1.0, binary content mode of the Pub/Sub protocol binding. */
export interface EventMessage {
  data: string;
  attributes: Record<string, string>;
}

/** Pub/Sub refuses a message with a longer attribute value: such an event would wait in the outbox for ever. */
const LONGEST_ATTRIBUTE_BYTES = 1_024;

/**
 * Builds the event of an export that has ended at `time` (epoch milliseconds). `asset`, of a LOST export: what was found
 * at the destination. Throws for an export that has not ended: none is announced before.
 */
export function toCompletionEvent(
  ended: EndedExport,
  time: number,
  asset?: { found: boolean; updateTime?: string },
): CompletionEvent {
  const { request } = ended;
  const state = readEndedState(ended);
  const data: CompletionData = {
    id: ended.id,
    project: ended.project,
    state,
    operation: ended.operation ?? null,
    asset: request?.asset ?? null,
    description: request?.description ?? null,
    requestId: ended.id,
    workloadTag: request?.workloadTag ?? null,
    priority: request?.priority ?? null,
    attempt: ended.attempt,
    messageId: ended.messageId ?? null,
    createTime: toRfc3339(ended.createTime),
    submitTime: toOptionalRfc3339(ended.submitTime),
    startTime: toOptionalRfc3339(ended.startTime),
    endTime: toOptionalRfc3339(ended.endTime),
    batchEecuUsageSeconds: ended.batchEecuUsageSeconds ?? null,
    destinationUris: ended.destinationUris ?? [],
    labels: ended.labels,
    error: ended.error ?? null,
  };
  if (asset) data.assetFound = asset.found;
  if (asset?.updateTime) data.assetUpdateTime = asset.updateTime;
  return {
    id: `${ended.id}:${state}:${ended.attempt}`,
    type: `earthengine.classifier.export.${state.toLowerCase()}.v1`,
    source: `//earthengine.googleapis.com/projects/${ended.project}`,
    ...(request?.asset ? { subject: request.asset } : {}),
    time: toRfc3339(time),
    data,
  };
}

/**
 * The event as it is published. `traceparent` is the submitter's trace, so that the event joins it. An asset name too
 * long for an attribute is in the data alone: cut short, it would name another asset.
 */
export function toEventMessage(event: CompletionEvent, traceparent?: string): EventMessage {
  const { subject, data } = event;
  return {
    data: JSON.stringify(data),
    attributes: {
      'ce-specversion': '1.0',
      'ce-id': cutToBytes(event.id),
      'ce-type': event.type,
      'ce-source': cutToBytes(event.source),
      ...(subject !== undefined && fits(subject) ? { 'ce-subject': subject } : {}),
      'ce-time': event.time,
      'content-type': 'application/json',
      exportId: cutToBytes(data.id),
      project: cutToBytes(data.project),
      state: data.state,
      ...(traceparent !== undefined && fits(traceparent) ? { traceparent } : {}),
    },
  };
}

function readEndedState({ id, state }: EndedExport): EndedState {
  const ended = ENDED_STATES.find((name) => name === state);
  if (!ended)
    throw new RangeError(`Cannot announce the export "${id}": it is "${state}"; an export that has ended is wanted`);
  return ended;
}

function fits(value: string): boolean {
  return Buffer.byteLength(value) <= LONGEST_ATTRIBUTE_BYTES;
}

/** Whole characters only. Nothing that was validated is ever this long. */
function cutToBytes(value: string): string {
  return new TextDecoder().decode(Buffer.from(value).subarray(0, LONGEST_ATTRIBUTE_BYTES), { stream: true });
}

function toOptionalRfc3339(time: number | undefined): string | null {
  return time === undefined ? null : toRfc3339(time);
}
