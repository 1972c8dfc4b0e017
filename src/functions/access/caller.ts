import type { Config } from '../../config.ts';
import type { Log } from '../../log.ts';
import type { HttpCall } from '../http/http-call.ts';
import { refuseForbidden } from '../http/refusals.ts';
import { refuseUnauthenticated } from '../http/refuse-call.ts';
import { createSignatureCheck } from './signature.ts';
import { readBearer, readTokenSubject } from './token-subject.ts';

/** What is looked at in an ID token. */
export interface IdTokenPayload {
  aud?: unknown;
  email?: unknown;
  email_verified?: unknown;
}

/** What `createCallerCheck` needs. */
export interface CallerCheckOptions {
  config: Pick<Config, 'httpAuth' | 'webhookSecrets' | 'idTokenAudience' | 'idTokenEmails'>;
  /** Epoch milliseconds. */
  now: () => number;
  log: Log;
  /** Checks signature, issuer, audience and times of an ID token; rejects when any is wrong. For google-id-token. */
  verifyIdToken?: (token: string, audience: string) => Promise<IdTokenPayload>;
}

const BE_ONE_OF_THEM = 'Call with an account of ID_TOKEN_EMAILS, or have this one added to that setting of the service';

/** Builds the check of who makes a call, as HTTP_AUTH says. */
export function createCallerCheck(options: CallerCheckOptions) {
  const { config, now, log, verifyIdToken } = options;
  const checkSignature = createSignatureCheck({ secrets: config.webhookSecrets, now });

  /**
   * Who makes the call, to be recorded and for CALLER_POLICY; undefined when nobody is named, which only `iam` lets
   * pass (the local stack). Throws `CallRefused`. What was wrong with a token or a signature is told to nobody.
   */
  return async function checkCaller(call: HttpCall): Promise<string | undefined> {
    if (config.httpAuth === 'iam') return readTokenSubject(call.headers);
    if (config.httpAuth === 'google-id-token') return checkIdToken(call);
    const id = checkSignature(call.body, call.headers);
    if (id === undefined) throw refuseUnauthenticated('Webhook');
    return id;
  };

  async function checkIdToken(call: HttpCall): Promise<string> {
    const token = readBearer(call.headers.authorization);
    const payload = token === undefined ? undefined : await verify(token);
    if (!payload) throw refuseUnauthenticated('Bearer');
    const { email, email_verified: verified } = payload;
    if (typeof email !== 'string' || verified !== true || !config.idTokenEmails.includes(email)) {
      throw refuseForbidden('this account is not one of ID_TOKEN_EMAILS', BE_ONE_OF_THEM);
    }
    return email;
  }

  async function verify(token: string): Promise<IdTokenPayload | undefined> {
    const audience = config.idTokenAudience;
    if (!audience || !verifyIdToken) return undefined;
    try {
      const payload = await verifyIdToken(token, audience);
      return payload.aud === audience ? payload : undefined;
    } catch {
      // The library's message may repeat the token.
      log.warning('ID token was refused');
      return undefined;
    }
  }
}
