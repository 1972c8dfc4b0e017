import type { Config } from '../../config.ts';
import type { HttpAnswer } from '../http/http-answer.ts';
import type { HttpCall } from '../http/http-call.ts';

/** The variables of a route's path, decoded. */
export interface PathParams {
  project?: string;
  id?: string;
  operation?: string;
}

/** A call on its way to its route's handler. */
export interface RoutedCall extends HttpCall {
  path: string;
  params: PathParams;
  /** Who asks; undefined when nobody is named. */
  caller: string | undefined;
}

/** Carries out a call; throws `CallRefused` for what is the caller's to mend. */
export type RouteHandler = (call: RoutedCall) => Promise<HttpAnswer>;

/** Every handler a route can have. */
export type RouteHandlers = Record<
  | 'submitExport'
  | 'startOperation'
  | 'getExport'
  | 'listExports'
  | 'cancelExport'
  | 'retryExport'
  | 'getOperation'
  | 'listOperations'
  | 'cancelOperation'
  | 'listAlgorithms'
  | 'getDiscovery'
  | 'getPage',
  RouteHandler
>;

/** One line of the route table. */
export interface Route {
  method: 'GET' | 'POST';
  /** `{name}` is a segment or its part before a colon, `{name=**}` one or more segments, `{project}` may hold a colon. */
  path: string;
  handler: keyof RouteHandlers;
  /** The values of HTTP_AUTH under which there is such a route. */
  auth: readonly Config['httpAuth'][];
  /** The query parameters it has; others are faults. `google`: one of Google's own methods, others are ignored. */
  query: readonly string[] | 'google';
}

const EVERY_AUTH = ['iam', 'google-id-token', 'signature'] as const;
const WHO_IS_KNOWN = ['iam', 'google-id-token'] as const;
const FILTERS = ['project', 'state', 'workloadTag', 'label', 'createdAfter', 'pageSize', 'pageToken', 'counts'];

/** Everything `exportsHttp` serves. */
export const ROUTES: readonly Route[] = [
  { method: 'POST', path: '/v1/exports', handler: 'submitExport', auth: EVERY_AUTH, query: ['validateOnly'] },
  { method: 'GET', path: '/v1/exports', handler: 'listExports', auth: WHO_IS_KNOWN, query: FILTERS },
  { method: 'GET', path: '/v1/exports/{id}', handler: 'getExport', auth: WHO_IS_KNOWN, query: [] },
  { method: 'POST', path: '/v1/exports/{id}:cancel', handler: 'cancelExport', auth: WHO_IS_KNOWN, query: [] },
  { method: 'POST', path: '/v1/exports/{id}:retry', handler: 'retryExport', auth: WHO_IS_KNOWN, query: [] },
  {
    method: 'POST',
    path: '/v1/projects/{project}/classifier:export',
    handler: 'startOperation',
    auth: EVERY_AUTH,
    query: 'google',
  },
  {
    method: 'GET',
    path: '/v1/projects/{project}/operations',
    handler: 'listOperations',
    auth: WHO_IS_KNOWN,
    query: 'google',
  },
  {
    method: 'GET',
    path: '/v1/projects/{project}/operations/{operation=**}',
    handler: 'getOperation',
    auth: WHO_IS_KNOWN,
    query: 'google',
  },
  {
    method: 'POST',
    path: '/v1/projects/{project}/operations/{operation=**}:cancel',
    handler: 'cancelOperation',
    auth: WHO_IS_KNOWN,
    query: 'google',
  },
  {
    method: 'GET',
    path: '/v1/projects/{project}/algorithms',
    handler: 'listAlgorithms',
    auth: WHO_IS_KNOWN,
    query: 'google',
  },
  { method: 'GET', path: '/$discovery/rest', handler: 'getDiscovery', auth: WHO_IS_KNOWN, query: 'google' },
  { method: 'GET', path: '/', handler: 'getPage', auth: WHO_IS_KNOWN, query: 'google' },
  { method: 'GET', path: '/console.js', handler: 'getPage', auth: WHO_IS_KNOWN, query: 'google' },
  { method: 'GET', path: '/console.css', handler: 'getPage', auth: WHO_IS_KNOWN, query: 'google' },
  { method: 'GET', path: '/openapi.json', handler: 'getPage', auth: WHO_IS_KNOWN, query: 'google' },
];
