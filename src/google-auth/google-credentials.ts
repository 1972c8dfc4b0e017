import type { GoogleAuth } from 'google-auth-library';
import { type Clock, TooLateError, waitAtMost } from '../clock.ts';

/** Access tokens of the account the service runs as. */
export interface GoogleCredentials {
  /** An access token; `renew` gets a new one although the old one may still look good. Rejects after ten seconds. */
  getToken(renew: boolean): Promise<string>;
  /** The account's e-mail, for remedies that name it; undefined where it cannot be told within three seconds. Never rejects. */
  principal(): Promise<string | undefined>;
}

/** All that the service and the CLI ask Google for. */
export const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];
const TOKEN_WITHIN_MS = 10_000;
const PRINCIPAL_WITHIN_MS = 3_000;
const PRINCIPAL_AGAIN_AFTER_MS = 60_000;

/**
 * Application default credentials: on Google Cloud those of the function's service account. The library is loaded, and
 * the metadata server asked, at the first call. Tokens are kept until shortly before they end.
 */
export function createGoogleCredentials({ clock }: { clock: Clock }): GoogleCredentials {
  let auth: Promise<GoogleAuth> | undefined;
  let renewal: Promise<string> | undefined;
  let email: Promise<string | undefined> | undefined;
  let mayAskAt = 0;

  async function load(): Promise<GoogleAuth> {
    const { GoogleAuth } = await import('google-auth-library');
    // Without a project the library would look for one, and run gcloud for it: it is not needed for a token.
    return new GoogleAuth({ scopes: SCOPES, projectId: 'none' });
  }

  /** What failed or hangs is thrown away: the library would go on waiting for it. */
  async function ask(): Promise<string> {
    auth ??= load();
    const asked = auth;
    try {
      const token = await waitAtMost(
        clock,
        TOKEN_WITHIN_MS,
        asked.then((loaded) => loaded.getAccessToken()),
      );
      if (!token) throw new Error('Cannot get an access token: the credentials gave none');
      return token;
    } catch (error) {
      if (auth === asked) auth = undefined;
      throw error;
    }
  }

  async function renewToken(): Promise<string> {
    auth = undefined;
    try {
      return await ask();
    } finally {
      renewal = undefined;
    }
  }

  async function askEmail(): Promise<string | undefined> {
    try {
      auth ??= load();
      const { client_email } = await (await auth).getCredentials();
      return client_email;
    } catch {
      email = undefined;
      mayAskAt = clock.now() + PRINCIPAL_AGAIN_AFTER_MS;
      return undefined;
    }
  }

  return {
    getToken(renew) {
      // Everybody whose token was refused at the same time gets the same new one.
      if (renew) renewal ??= renewToken();
      return renewal ?? ask();
    },
    async principal() {
      if (!email && clock.now() < mayAskAt) return undefined;
      email ??= askEmail();
      return waitAtMost(clock, PRINCIPAL_WITHIN_MS, email).catch((error: unknown) => {
        if (error instanceof TooLateError) return undefined;
        throw error;
      });
    },
  };
}
