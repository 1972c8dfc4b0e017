import { InvalidPageToken } from '../exports/ledger.ts';
import { allowedProjects, maySee } from './allowance.ts';
import { toExportResource } from './export-resource.ts';
import type { ExportsHttpOptions } from './exports-http-options.ts';
import { type HttpAnswer, toJsonAnswer } from './http-answer.ts';
import { readListQuery } from './list-query.ts';
import { refuseFaults } from './refusals.ts';
import type { RoutedCall } from './routes.ts';

/** Builds the handler of `GET /v1/exports`: a page may hold fewer exports than asked for and not be the last (AIP-158). */
export function createListRoute({ config, ledger }: Pick<ExportsHttpOptions, 'config' | 'ledger'>) {
  return async function listExports(call: RoutedCall): Promise<HttpAnswer> {
    const { filter, ...paging } = readListQuery(call.query);
    const projects = allowedProjects(config, call.caller);
    const page = await ledger.list({ ...filter, projects }, paging).catch((error: unknown) => {
      throw error instanceof InvalidPageToken
        ? refuseFaults([{ field: 'pageToken', description: error.message }])
        : error;
    });
    const exports = page.exports.filter((record) => maySee(config, call.caller, record)).map(toExportResource);
    const { nextPageToken } = page;
    return toJsonAnswer(200, nextPageToken === undefined ? { exports } : { exports, nextPageToken });
  };
}
