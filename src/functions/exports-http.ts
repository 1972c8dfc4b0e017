import type { Request, Response } from '@google-cloud/functions-framework';
import { LedgerUnavailable } from '../exports/ledger.ts';
import { toProvenRules } from './access/allowance.ts';
import { createCallerCheck } from './access/caller.ts';
import { crossSiteFault } from './access/cross-site.ts';
import { type HttpAnswer, sendAnswer } from './http/http-answer.ts';
import { type HttpCall, readCall } from './http/http-call.ts';
import { leaveDomain } from './http/leave-domain.ts';
import { mediaFault } from './http/media.ts';
import { CallRefused, toErrorAnswer } from './http/refusal.ts';
import { refuseUnknown, refuseWithoutLedger } from './http/refusals.ts';
import {
  refuseBroken,
  refuseMedia,
  refuseMethod,
  refuseOtherSite,
  refusePath,
  refuseUnserved,
} from './http/refuse-call.ts';
import { checkQuery } from './routes/check-query.ts';
import { createCachedRoutes } from './routes/client-start-routes.ts';
import { createExportRoutes } from './routes/export-routes.ts';
import type { ExportsHttpOptions } from './routes/exports-http-options.ts';
import { createRouteFinder } from './routes/find-route.ts';
import { createListRoute } from './routes/list-route.ts';
import { createOperationRoutes } from './routes/operation-routes.ts';
import { ROUTES, type RoutedCall, type RouteHandlers } from './routes/routes.ts';
import { createStartOperationRoute } from './routes/start-operation-route.ts';
import { createSubmitRoute } from './routes/submit-route.ts';

const REPEAT_UNDER_ONE_ID =
  'Make the same call again, with the same requestId where it asks for an export; if it fails again, look into the log';

/**
 * Builds the function `exportsHttp`. The intake must be installed beside it: without it the framework reads bodies of any
 * size and answers malformed ones itself, in HTML.
 */
export function createExportsHttp(given: ExportsHttpOptions) {
  const options = { ...given, config: toProvenRules(given.config) };
  const { config, clock, log } = options;
  const handlers = createHandlers(options);
  const findRoute = createRouteFinder(ROUTES, config.httpAuth);
  const checkCaller = createCallerCheck({ ...options, now: clock.now });

  async function serve(call: HttpCall): Promise<HttpAnswer> {
    if (call.path === undefined) throw refusePath();
    const found = findRoute(call.method, call.path);
    if (found.kind === 'wrong-method') throw refuseMethod(found.methods);
    if (found.kind === 'unknown') throw refuseUnserved(call.path, config.httpAuth);
    const { route, params } = found;
    const otherSite = crossSiteFault(call.method, call.headers);
    if (otherSite) throw refuseOtherSite(otherSite);
    const media = route.method === 'POST' && mediaFault(call.contentType, call.headers['content-encoding']);
    if (media) throw refuseMedia(media);
    const caller = await checkCaller(call);
    checkQuery(call.query, route.query);
    return handlers[route.handler]({ ...call, path: call.path, params, caller });
  }

  function toAnswer(error: unknown, call: HttpCall): HttpAnswer {
    if (error instanceof LedgerUnavailable) {
      log.error('Ledger is out of reach', { method: call.method, cause: error });
      return toErrorAnswer(refuseWithoutLedger().refusal);
    }
    if (error instanceof CallRefused) {
      const { status, reason } = error.refusal;
      const isIntrusion = status === 'UNAUTHENTICATED' || status === 'PERMISSION_DENIED';
      log[isIntrusion ? 'warning' : 'debug']('Call was refused', { method: call.method, status, reason });
      return toErrorAnswer(error.refusal);
    }
    log.error('Call failed', { method: call.method, cause: error });
    return toErrorAnswer(refuseBroken('carry out the call', REPEAT_UNDER_ONE_ID).refusal);
  }

  return async function exportsHttp(request: Request, response: Response): Promise<void> {
    leaveDomain();
    // The intake has refused it already.
    if (response.headersSent) return;
    const call = readCall(request);
    sendAnswer(response, await serve(call).catch((error: unknown) => toAnswer(error, call)));
  };
}

function createHandlers(options: ExportsHttpOptions): RouteHandlers {
  return {
    submitExport: createSubmitRoute(options),
    startOperation: createStartOperationRoute(options),
    listExports: createListRoute(options),
    ...createExportRoutes(options),
    ...createOperationRoutes(options),
    ...createCachedRoutes(options),
    getPage: (call) => getPage(call, options),
  };
}

async function getPage({ path }: RoutedCall, options: ExportsHttpOptions): Promise<HttpAnswer> {
  const page = await options.page?.(path);
  if (!page) throw refuseUnknown('this page');
  return { status: 200, body: page.body, headers: { 'content-type': page.contentType, ...page.headers } };
}
