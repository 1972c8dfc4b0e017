import { createIdTokenSource } from '../../google-auth/id-token-source.ts';
import type { ServiceValues } from '../terminal/command-line.ts';
import type { Io } from '../terminal/io.ts';
import { createIdTokens } from './id-token.ts';
import { createServiceClient, type ServiceClient } from './service-client.ts';
import { isLocal, readServiceUrl } from './service-url.ts';

/** The service that the options and the environment name; nothing is sent yet. Throws `CliError`. */
export function connect(values: ServiceValues, io: Io): ServiceClient {
  const url = readServiceUrl(values.url, io.env);
  if (isLocal(url) && !io.env['EE_EXPORT_ID_TOKEN']) return createServiceClient({ url, io });
  const impersonate = values['impersonate-service-account'];
  const getToken = createIdTokens({
    io,
    source: createIdTokenSource(),
    audience: values.audience ?? url.href.replace(/\/$/, ''),
    ...(impersonate === undefined ? {} : { impersonate }),
  });
  return createServiceClient({ url, io, getToken });
}
