import type {
  AuthClient,
  BaseExternalAccountClient,
  BaseExternalAccountClientOptions,
  GoogleAuth,
  OAuth2Client,
  TokenPayload,
} from 'google-auth-library';
import { type Clock, systemClock, TooLateError, waitAtMost } from './clock.ts';

/** Access tokens of the account the service runs as. */
export interface GoogleCredentials {
  /** An access token; `renew` gets a new one although the old one may still look good. Rejects after ten seconds. */
  getToken(renew: boolean): Promise<string>;
  /** The account's e-mail, for remedies that name it; undefined where it cannot be told within three seconds. Never rejects. */
  principal(): Promise<string | undefined>;
}

const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];
const TOKEN_WITHIN_MS = 10_000;
const PRINCIPAL_WITHIN_MS = 3_000;
const PRINCIPAL_AGAIN_AFTER_MS = 60_000;

/**
 * Application default credentials: on Google Cloud those of the function's service account. The library is loaded, and
 * the metadata server asked, at the first call. Tokens are kept until shortly before they end.
 */
export function createGoogleCredentials({ clock = systemClock }: { clock?: Clock } = {}): GoogleCredentials {
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

/** Builds the check of Google's ID tokens. `certsUrl`: where Google's public keys are, for tests. */
export function createIdTokenCheck({ certsUrl, clock = systemClock }: { certsUrl?: string; clock?: Clock } = {}) {
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
    const ticket = await waitAtMost(clock, TOKEN_WITHIN_MS, check(token, audience));
    const payload = ticket.getPayload();
    if (!payload) throw new Error('Cannot check an ID token: it says nothing');
    return payload;
  };
}

/**
 * An ID token for `audience`, of the account to impersonate or else of the application default credentials. Undefined
 * when these are a user's, whose token would be for another audience. Rejects when there are no credentials, or they
 * cannot give one.
 */
export type IdTokenSource = (audience: string, impersonate?: string) => Promise<string | undefined>;

/** Builds the source. `iamEndpoint`: where IAM Credentials is, for tests. */
export function createIdTokenSource({ iamEndpoint = 'https://iamcredentials.googleapis.com' } = {}): IdTokenSource {
  return async function fetchIdToken(audience, impersonate) {
    const { BaseExternalAccountClient, GoogleAuth, UserRefreshClient } = await import('google-auth-library');
    // Else the library looks for a project, which takes calls that federated credentials may not make.
    const auth = new GoogleAuth({ scopes: SCOPES, projectId: 'none' });
    const client = await auth.getClient();
    if (impersonate !== undefined) return generateIdToken(client, impersonate);
    if (client instanceof UserRefreshClient) return undefined;
    if (!(client instanceof BaseExternalAccountClient)) {
      return (await auth.getIdTokenClient(audience)).idTokenProvider.fetchIdToken(audience);
    }
    const account = client.getServiceAccountEmail();
    if (!account) throw new Error('Cannot get an ID token: these federated credentials name no service account');
    return generateIdToken(withoutImpersonation(client, auth.jsonContent), account);

    async function generateIdToken(asker: AuthClient, account: string): Promise<string> {
      const { data } = await asker.request<{ token: string }>({
        url: `${iamEndpoint}/v1/projects/-/serviceAccounts/${account}:generateIdToken`,
        method: 'POST',
        data: { audience, includeEmail: true },
      });
      return data.token;
    }
  };
}

/** The federated identity itself: to ask for its own ID token, the service account would need one more role. */
function withoutImpersonation(client: BaseExternalAccountClient, json: object | null): BaseExternalAccountClient {
  const { service_account_impersonation_url: _, ...options } = Object(json) as BaseExternalAccountClientOptions;
  const Kind = client.constructor as new (options: object) => BaseExternalAccountClient;
  const federated = new Kind(options);
  federated.scopes = SCOPES;
  return federated;
}
