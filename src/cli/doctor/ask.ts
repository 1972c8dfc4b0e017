import type { Answer } from '../../earth-engine/client.ts';
import { readAnswer } from '../../earth-engine/read-answer.ts';
import { isGoogleHost } from '../../earth-engine/send-call.ts';
import type { Fetch } from '../../http/http-fetch.ts';
import type { Question } from './check.ts';

/** What `createAsk` needs. */
export interface AskOptions {
  fetch: Fetch;
  now: () => number;
}

/** Asks one question with an access token, which goes to Google's hosts alone. Never throws. */
export type Ask = (question: Question, token: string) => Promise<Answer>;

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** Builds what asks the doctor's questions. */
export function createAsk({ fetch, now }: AskOptions): Ask {
  return async ({ method, url, body, quotaProject }, token) => {
    const headers: Record<string, string> = { accept: 'application/json', 'content-type': 'application/json' };
    if (isGoogleHost(url)) {
      headers['authorization'] = `Bearer ${token}`;
      if (quotaProject) headers['x-goog-user-project'] = quotaProject;
    }
    const init = { method, headers, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) } as const;
    try {
      const response = await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) });
      const { quotaStatus: _, ...answer } = await readAnswer(response, { maxBytes: MAX_BYTES, now });
      return answer as Answer;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return { kind: 'unanswered', cause: `${new URL(url).host} did not answer: ${cause}`, sent: true };
    }
  };
}
