import type { IncomingHttpHeaders } from 'node:http';

const LONGEST_NAME = 256;

/**
 * Whom Cloud Run let in: e-mail, else subject, of the token it checked. It looks at X-Serverless-Authorization alone
 * where both headers come, and takes the signature off, so that the token cannot be verified a second time: what is read
 * here is worth something only behind it.
 */
export function readTokenSubject(headers: IncomingHttpHeaders): string | undefined {
  const claims = readClaims(headers['x-serverless-authorization'] ?? headers.authorization);
  const { email, email_verified: verified, sub } = claims;
  const name = typeof email === 'string' && email !== '' && verified !== false ? email : sub;
  return typeof name === 'string' && name !== '' ? name.slice(0, LONGEST_NAME) : undefined;
}

/** The token of an `Authorization: Bearer …` header. */
export function readBearer(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? /^bearer +(\S+)$/i.exec(header)?.[1] : undefined;
}

function readClaims(header: string | string[] | undefined): Record<string, unknown> {
  const payload = readBearer(header)?.split('.')[1];
  if (payload === undefined) return {};
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return typeof claims === 'object' && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}
