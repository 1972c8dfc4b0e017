import type { IdTokenSource } from '../../google-auth/id-token-source.ts';
import { CliError } from '../terminal/cli-error.ts';
import { EXIT } from '../terminal/exit-status.ts';
import type { Io } from '../terminal/io.ts';

/** What `createIdTokens` needs. */
export interface IdTokenOptions {
  io: Pick<Io, 'env' | 'now' | 'runCommand'>;
  source: IdTokenSource;
  /** Whom the token is for: the service's URL. */
  audience: string;
  /** A service account to act as. */
  impersonate?: string;
}

const RENEW_BEFORE_MS = 5 * 60_000;

/**
 * Builds the source of ID tokens for a service. Tried in turn: EE_EXPORT_ID_TOKEN; the service account to act as, or the
 * one that the application default credentials are of; gcloud, for a user's own, whose tokens it alone can get. Throws
 * `CliError` naming all of them.
 */
export function createIdTokens({ io, source, audience, impersonate }: IdTokenOptions): () => Promise<string> {
  let kept: { token: string; until: number } | undefined;

  async function fetchToken(): Promise<string> {
    const given = io.env['EE_EXPORT_ID_TOKEN'];
    if (given) return given;
    const faults: string[] = [];
    const own = await source(audience, impersonate).catch((error: unknown) => {
      faults.push(describe(error));
      return undefined;
    });
    if (own) return own;
    if (impersonate === undefined) {
      const printed = await io.runCommand('gcloud', ['auth', 'print-identity-token']).catch((error: unknown) => {
        faults.push(describe(error));
        return '';
      });
      if (printed.trim() !== '') return printed.trim();
    }
    throw new CliError(toMessage(audience, faults), EXIT.unreachable);
  }

  return async function getToken() {
    if (!kept || kept.until <= io.now()) {
      const token = await fetchToken();
      kept = { token, until: readEnd(token) - RENEW_BEFORE_MS };
    }
    return kept.token;
  };
}

function toMessage(audience: string, faults: string[]): string {
  const why = faults.length > 0 ? ` (${faults.join('; ')})` : '';
  return `Cannot get an ID token for ${audience}${why}; one of these is wanted:
  EE_EXPORT_ID_TOKEN=TOKEN
  application default credentials of a service account (key, metadata server, workload identity federation)
  --impersonate-service-account=NAME@PROJECT.iam.gserviceaccount.com
  gcloud auth login (gcloud then gives the token of your own account)`;
}

/** When a token ends, epoch milliseconds; one that cannot be read is asked for anew each time. */
function readEnd(token: string): number {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : 0;
  } catch {
    return 0;
  }
}

function describe(error: unknown): string {
  // What gcloud would have one do comes after its first two lines, and is not all that may be done.
  return (error instanceof Error ? error.message : String(error)).split('\n').slice(0, 2).join(': ');
}
