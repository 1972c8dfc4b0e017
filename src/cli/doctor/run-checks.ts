import type { Answer } from '../../earth-engine/client.ts';
import { toFailure } from '../../earth-engine/failure.ts';
import { readGoogleError } from '../../earth-engine/google-error.ts';
import { findKnownFailure } from '../../earth-engine/known-failures.ts';
import type { Ask } from './ask.ts';
import type { Check, Finding } from './check.ts';
import { sh } from './shell.ts';

/** Who can ask, and for which service. */
export interface Asking {
  ask: Ask;
  /** The service's own project. */
  project: string;
  /** Token of who runs the doctor. */
  yourToken: string;
  /** Token of the account the functions run as, or why there is none and what would give one. */
  account: AccountToken;
}

/** A token of the service's account, or what stands in the way. */
export type AccountToken = { email: string; token: string } | { email: string; detail: string; repair: string };

/** Makes one check. What could not be asked is «not checked», never ok. */
export async function runCheck(check: Check, asking: Asking): Promise<Finding> {
  const { name } = check;
  const { account } = asking;
  if (check.as === 'account' && !('token' in account)) {
    return { name, result: 'not checked', detail: account.detail, repair: account.repair };
  }
  const token = check.as === 'account' && 'token' in account ? account.token : asking.yourToken;
  const answer = await asking.ask(check.question, token);
  if (answer.kind === 'unanswered') return { name, result: 'not checked', detail: answer.cause };
  if (answer.status < 300 || answer.status === 404) return toFinding(check, check.verdict(answer));
  return toRefusal(check, answer, asking);
}

function toFinding({ name, repair }: Check, verdict: ReturnType<Check['verdict']>): Finding {
  if (typeof verdict === 'string') return { name, result: 'ok', detail: verdict };
  return { name, result: 'fault', detail: verdict.fault, repair: verdict.repair ?? repair };
}

/** A refusal of the account is what was looked for; one of the person who asks says nothing about the service. */
function toRefusal(check: Check, answer: Extract<Answer, { kind: 'answered' }>, asking: Asking): Finding {
  const { name } = check;
  const error = readGoogleError(answer);
  const detail = error ? `${answer.status}: ${error.message}` : `answer ${answer.status}`;
  const disabled = toDisabledApi(answer, error?.infoReason);
  if (disabled) {
    const repair = sh`gcloud services enable ${disabled} --project=${asking.project}`;
    return { name, result: 'not checked', detail, repair };
  }
  if (check.as === 'account' && error && answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
    const context = { project: check.question.quotaProject ?? asking.project, principal: asking.account.email };
    const repair = findKnownFailure(error) ? toFailure(error, context).remedy : check.repair;
    return { name, result: 'fault', detail, repair };
  }
  if (check.as === 'you' && answer.status === 403 && check.role) {
    const repair = sh`gcloud projects add-iam-policy-binding ${check.roleProject ?? asking.project} --member="user:$(gcloud config get account)" --role=${check.role}`;
    return { name, result: 'not checked', detail, repair };
  }
  return { name, result: 'not checked', detail };
}

/** Which of the APIs the doctor itself needs is off; Earth Engine's own is a finding of its own. */
function toDisabledApi(answer: Extract<Answer, { kind: 'answered' }>, reason: string | undefined): string | undefined {
  if (reason !== 'SERVICE_DISABLED') return undefined;
  const details = (answer.body as { error?: { details?: { metadata?: { service?: unknown } }[] } }).error?.details;
  const service = details?.map(({ metadata }) => metadata?.service).find((value) => typeof value === 'string');
  return typeof service === 'string' && service !== 'earthengine.googleapis.com' ? service : undefined;
}
