import { hash } from 'node:crypto';

/** What a later submission's id looks like; a caller's own id of this form is never sent as it is. */
const SUBMISSION_SUFFIX = /-a\d+-s\d+$/;
const DESCRIPTION_WHEN_NONE = 'classifier-export';
/** Earth Engine takes 100 characters; the token and its semicolon need eleven. */
const DESCRIPTION_ROOM = 89;

/** The `requestId` Earth Engine is sent: it takes each one once, so every submission has its own. */
export function toSentId(id: string, attempt: number, submission: number): string {
  if (attempt === 1 && submission === 1 && !SUBMISSION_SUFFIX.test(id)) return id;
  return `${hash('sha256', id).slice(0, 40)}-a${attempt}-s${submission}`;
}

/** Ten characters that stand at the end of the description sent: operations carry no requestId, so this is how one is found. */
export function toToken(sentId: string): string {
  return hash('sha256', `token:${sentId}`).slice(0, 10);
}

/** The description sent: the caller's, cut to leave room, and the token. */
export function toSentDescription(description: string, token: string): string {
  return `${(description || DESCRIPTION_WHEN_NONE).slice(0, DESCRIPTION_ROOM)};${token}`;
}

/** The requestId and the description of the record's present submission. */
export function toSend(record: {
  id: string;
  attempt: number;
  submission: number;
  request?: { description: string };
}): { requestId: string; description: string } {
  const requestId = toSentId(record.id, record.attempt, record.submission);
  return { requestId, description: toSentDescription(record.request?.description ?? '', toToken(requestId)) };
}

/** The tokens of the submissions that came before the present one, in the same attempt. */
export function toEarlierTokens({ id, attempt, submission }: { id: string; attempt: number; submission: number }) {
  return Array.from({ length: submission - 1 }, (_, index) => toToken(toSentId(id, attempt, index + 1)));
}

/** The token of a description, if it ends in one. */
export function readToken(description: string | undefined): string | undefined {
  return description === undefined ? undefined : /;([0-9a-f]{10})$/.exec(description)?.[1];
}
