import type { AuthClient, BaseExternalAccountClient, BaseExternalAccountClientOptions } from 'google-auth-library';
import { SCOPES } from './google-credentials.ts';

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
