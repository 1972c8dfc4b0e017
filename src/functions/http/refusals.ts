import type { FieldViolation } from '../../request/export-request.ts';
import { CallRefused } from './refusal.ts';

/** How long a caller should wait before the same call may go better, in seconds. */
export const RETRY_AFTER_SECONDS = 10;

/** The call itself is wrong: every fault by its field, or by the name of the header or query parameter. */
export function refuseFaults(violations: FieldViolation[]): CallRefused {
  const [first] = violations;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  return new CallRefused({
    status: 'INVALID_ARGUMENT',
    reason: 'INVALID_REQUEST',
    message: `Cannot accept the request: ${first?.field ?? ''}: ${first?.description ?? ''}${more}`,
    remedy: 'Correct what is named and send it again',
    violations,
  });
}

/** The same for what there is not and for what the caller may not see. */
export function refuseUnknown(what: string): CallRefused {
  return new CallRefused({
    status: 'NOT_FOUND',
    reason: 'NOT_FOUND',
    message: `Cannot find ${what}: it does not exist, or the caller may not see it`,
    remedy: 'Check the address; what others asked for is shown to those whom CALLER_POLICY of the service allows it',
  });
}

const ASK_FOR_LESS =
  'Ask for what is allowed, or have ALLOWED_PROJECTS, ALLOWED_ASSETS or CALLER_POLICY of the service widened';

/** Who asks may not have it; `why` completes the message. */
export function refuseForbidden(why: string, remedy = ASK_FOR_LESS): CallRefused {
  return new CallRefused({
    status: 'PERMISSION_DENIED',
    reason: 'NOT_ALLOWED',
    message: `Cannot allow this: ${why}`,
    remedy,
  });
}

/** The project in the path is none that the caller may use; nothing is read of it. */
export function refuseProject(): CallRefused {
  return refuseForbidden('exports are not charged to this project');
}

/** The ledger could not be reached. An export that may have been recorded all the same is named by `exportId`. */
export function refuseWithoutLedger(exportId?: string): CallRefused {
  return new CallRefused({
    status: 'UNAVAILABLE',
    reason: 'LEDGER_UNAVAILABLE',
    message: 'Cannot carry out the call: the ledger is out of reach; make the same call again',
    remedy: exportId ? `Send the same request again with requestId "${exportId}"` : 'Make the same call again',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    ...(exportId && { exportId }),
  });
}
