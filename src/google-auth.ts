import type { GoogleAuth } from 'google-auth-library';

/** Access tokens of the account the service runs as. */
export interface GoogleCredentials {
  /** An access token; `renew` gets a new one although the old one may still look good. */
  getToken(renew: boolean): Promise<string>;
  /** The account's e-mail, for remedies that name it; undefined where it cannot be told. */
  principal(): Promise<string | undefined>;
}

const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/**
 * Application default credentials: on Google Cloud those of the function's service account. The library is loaded, and
 * the metadata server asked, at the first call. Tokens are kept until shortly before they end.
 */
export function createGoogleCredentials(): GoogleCredentials {
  let auth: Promise<GoogleAuth> | undefined;
  let email: Promise<string | undefined> | undefined;

  async function load(): Promise<GoogleAuth> {
    const { GoogleAuth } = await import('google-auth-library');
    return new GoogleAuth({ scopes: SCOPES });
  }

  return {
    async getToken(renew) {
      if (!auth || renew) auth = load();
      const token = await (await auth).getAccessToken();
      if (!token) throw new Error('Cannot get an access token: the credentials gave none');
      return token;
    },
    principal() {
      auth ??= load();
      email ??= auth
        .then((loaded) => loaded.getCredentials())
        .then(({ client_email }) => client_email)
        .catch(() => undefined);
      return email;
    },
  };
}
