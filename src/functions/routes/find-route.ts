import type { Config } from '../../config.ts';
import type { PathParams, Route } from './routes.ts';

/** The route of a call, or why there is none: `methods` are those the path has. */
export type FoundRoute =
  | { kind: 'found'; route: Route; params: PathParams }
  | { kind: 'wrong-method'; methods: string[] }
  | { kind: 'unknown' };

/** Builds the search among the routes that there are under `auth`. A HEAD is a GET whose answer is not sent. */
export function createRouteFinder(routes: readonly Route[], auth: Config['httpAuth']) {
  const known = routes
    .filter((route) => route.auth.includes(auth))
    .map((route) => ({ route, pattern: toPattern(route.path) }));

  /** `path` is a decoded one. */
  return function findRoute(method: string, path: string): FoundRoute {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const methods = new Set<string>();
    for (const { route, pattern } of known) {
      const match = pattern.exec(path);
      if (!match) continue;
      if (route.method === wanted) return { kind: 'found', route, params: { ...match.groups } };
      methods.add(route.method);
      if (route.method === 'GET') methods.add('HEAD');
    }
    return methods.size > 0 ? { kind: 'wrong-method', methods: [...methods].sort() } : { kind: 'unknown' };
  };
}

/** The ids of domain-scoped projects hold a colon (`example.com:my-project`); elsewhere one begins the verb. */
function toPattern(path: string): RegExp {
  const source = path
    .replace(/[.$]/g, '\\$&')
    .replace('{project}', '(?<project>[^/]+)')
    .replace(/\{(\w+)=\*\*\}/, '(?<$1>[^:]+)')
    .replace(/\{(\w+)\}/, '(?<$1>[^/:]+)');
  return new RegExp(`^${source}$`);
}
