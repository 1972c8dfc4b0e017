import type { Config } from '../config.ts';
import { toMessageExportId } from '../exports/record/export-id.ts';
import type { AskedBy, RefusedFor, Submitter } from '../exports/submitter.ts';
import type { Log } from '../log.ts';
import { readTraceparent } from '../traceparent.ts';
import { leaveDomain } from './http/leave-domain.ts';
import type { Refusal } from './http/refusal.ts';
import { refuseConflict } from './http/refuse-export.ts';
import { isRefusedEvent } from './intake/intake.ts';
import { readPushAccount } from './intake/push-account.ts';
import { readAskedMessage } from './message/asked-message.ts';
import { type DecodedMessage, decodeMessage, readPublishTime } from './message/decode-message.ts';

/** What `createExportsPubsub` needs. */
export interface ExportsPubsubOptions {
  config: Config;
  submitter: Submitter;
  log: Log;
}

/**
 * Builds the function `exportsPubsub`. It resolves (204: the message is acknowledged) when the export, or the refusal of
 * the message and its event, is in the ledger, and rejects (500: it is delivered again) when not.
 */
export function createExportsPubsub({ config, submitter, log }: ExportsPubsubOptions) {
  async function submit(decoded: DecodedMessage, origin: AskedBy): Promise<void> {
    const asked = readAskedMessage(decoded, config, origin);
    if (asked.kind === 'refused') return refuse(asked.refusal, asked.project, origin);
    const submitted = await submitter.submit(asked.valid, asked.origin, { repeat: false });
    const { id, project, state } = submitted.record;
    if (submitted.kind === 'conflict') return refuse(refuseConflict(id).refusal, asked.valid.request.project, origin);
    log.info('Export was asked for', { ...toFields(origin), exportId: id, project, state, known: submitted.known });
  }

  /** Under the message's own id, never the caller's: that may be the id of an export that is well. */
  async function refuse(refusal: Refusal, project: string, origin: AskedBy): Promise<void> {
    const { created } = await submitter.refuse(origin, { project, error: toAnnounced(refusal) });
    // Delivered again; or accepted before the rules were narrowed, in which case its export goes on.
    if (!created) return;
    const { status, reason, message, violations = [{ field: '', description: message }] } = refusal;
    const [fault] = violations;
    log.warning('Message was refused', {
      ...toFields(origin),
      project,
      status,
      reason,
      faults: violations.length,
      fault,
    });
  }

  return async function exportsPubsub(event: unknown): Promise<void> {
    leaveDomain();
    // The intake has answered; a function that ended would make the framework answer once more.
    if (isRefusedEvent(event)) return new Promise<void>(() => {});
    const decoded = decodeMessage(event);
    const origin = toOrigin(decoded, event);
    try {
      await submit(decoded, origin);
    } catch (cause) {
      log.error('Message could not be recorded', { ...toFields(origin), cause });
      throw new Error('Cannot record the message: the log tells why; another delivery is wanted');
    }
  };
}

/** An event has no list of faults, as an answer has: all of them go into its message. */
function toAnnounced({ status, reason, remedy, message, violations }: Refusal): RefusedFor {
  const faults = violations?.map(({ field, description }) => `${field}: ${description}`).join('; ');
  return { status, reason, remedy, message: faults ? `Cannot accept the request: ${faults}` : message };
}

function toOrigin({ message }: DecodedMessage, event: unknown): AskedBy {
  const { data, attributes, messageId } = message;
  const { traceparent: ofEvent } = Object(event) as { traceparent?: unknown };
  const traceparent = [attributes['traceparent'], attributes['googclient_traceparent'], ofEvent]
    .map(readTraceparent)
    .find((read) => read !== undefined);
  const account = readPushAccount(event);
  return {
    id: toMessageExportId({ data, attributes, publishTime: readPublishTime(message) }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(account === undefined ? {} : { requestedBy: account }),
  };
}

function toFields({ id, messageId, requestedBy, traceparent }: AskedBy) {
  return { exportId: id, messageId, requestedBy, traceparent };
}
