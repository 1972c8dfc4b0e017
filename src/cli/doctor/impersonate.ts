import { readGoogleError } from '../../earth-engine/google-error.ts';
import type { Ask } from './ask.ts';
import { readFields } from './check.ts';
import type { AccountToken } from './run-checks.ts';
import { sh } from './shell.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const LIFETIME = '600s';

/** An access token of the service's own account, for whoever may act as it; else the grant that is missing. */
export async function impersonate(
  email: string,
  project: string,
  asking: { ask: Ask; token: string },
): Promise<AccountToken> {
  const url = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:generateAccessToken`;
  const question = { method: 'POST', url, body: { scope: [SCOPE], lifetime: LIFETIME } } as const;
  const answer = await asking.ask(question, asking.token);
  if (answer.kind === 'answered') {
    const { accessToken } = readFields(answer.body);
    if (typeof accessToken === 'string') return { email, token: accessToken };
  }
  const why =
    answer.kind === 'answered' ? (readGoogleError(answer)?.message ?? `answer ${answer.status}`) : answer.cause;
  return {
    email,
    detail: `You may not ask as ${email}: ${why}`,
    repair: sh`gcloud iam service-accounts add-iam-policy-binding ${email} --project=${project} --member="user:$(gcloud config get account)" --role=roles/iam.serviceAccountTokenCreator`,
  };
}
