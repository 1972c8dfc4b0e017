import type { OAuth2Client, TokenPayload } from 'google-auth-library';
import { type Clock, waitAtMost } from '../clock.ts';

const WITHIN_MS = 10_000;

/** Builds the check of Google's ID tokens. `certsUrl`: where Google's public keys are, for tests. */
export function createIdTokenCheck({ certsUrl, clock }: { certsUrl?: string; clock: Clock }) {
  let client: OAuth2Client | undefined;

  async function check(token: string, audience: string) {
    const { OAuth2Client } = await import('google-auth-library');
    client ??= new OAuth2Client(certsUrl ? { endpoints: { oauth2FederatedSignonPemCertsUrl: certsUrl } } : {});
    return client.verifyIdToken({ idToken: token, audience });
  }

  /**
   * What a token says once signature, issuer, audience and times hold; whose it is remains to be looked at. Rejects when
   * any is wrong, with a message that may repeat the token and must not be logged, or when Google's keys are not to be
   * had within ten seconds.
   */
  return async function verifyIdToken(token: string, audience: string): Promise<TokenPayload> {
    if (audience === '') throw new Error('Cannot check an ID token: without an audience any would do');
    const ticket = await waitAtMost(clock, WITHIN_MS, check(token, audience));
    const payload = ticket.getPayload();
    if (!payload) throw new Error('Cannot check an ID token: it says nothing');
    return payload;
  };
}
