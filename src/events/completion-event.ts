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
  error?: { code: number; status: string; message: string; reason: string; remedy: string; retryable: boolean };
}

/** What a completion event says; `completion-event.schema.json` is its JSON Schema. Times are RFC 3339. */
export interface CompletionData {
  id: string;
  project: string;
  state: string;
  operation: string | null;
  asset: string | null;
  description: string | null;
  requestId: string;
  workloadTag: string | null;
  priority: number | null;
  attempt: number;
  messageId: string | null;
  createTime: string;
  submitTime: string | null;
  startTime: string | null;
  endTime: string | null;
  batchEecuUsageSeconds: number | null;
  destinationUris: string[];
  labels: Record<string, string>;
  error: NonNullable<EndedExport['error']> | null;
  /** Only of a LOST export: whether the destination holds an asset, and since when. */
  assetFound?: boolean;
  assetUpdateTime?: string;
}

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

/** Builds the event of an export that has ended at `time` (epoch milliseconds). */
export function toCompletionEvent(
  ended: EndedExport,
  time: number,
  asset?: { found: boolean; updateTime?: string },
): CompletionEvent {
  const { request } = ended;
  const data: CompletionData = {
    id: ended.id,
    project: ended.project,
    state: ended.state,
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
    id: `${ended.id}:${ended.state}:${ended.attempt}`,
    type: `earthengine.classifier.export.${ended.state.toLowerCase()}.v1`,
    source: `//earthengine.googleapis.com/projects/${ended.project}`,
    ...(request ? { subject: request.asset } : {}),
    time: toRfc3339(time),
    data,
  };
}

/** The event as it is published. `traceparent` is the submitter's trace, so that the event joins it. */
export function toEventMessage(event: CompletionEvent, traceparent?: string): EventMessage {
  return {
    data: JSON.stringify(event.data),
    attributes: {
      'ce-specversion': '1.0',
      'ce-id': event.id,
      'ce-type': event.type,
      'ce-source': event.source,
      ...(event.subject === undefined ? {} : { 'ce-subject': event.subject }),
      'ce-time': event.time,
      'content-type': 'application/json',
      exportId: event.data.id,
      project: event.data.project,
      state: event.data.state,
      ...(traceparent === undefined ? {} : { traceparent }),
    },
  };
}

function toRfc3339(time: number): string {
  return new Date(time).toISOString();
}

function toOptionalRfc3339(time: number | undefined): string | null {
  return time === undefined ? null : toRfc3339(time);
}
