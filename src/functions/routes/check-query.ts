import { refuseFaults } from '../http/refusals.ts';
import type { Route } from './routes.ts';

/** What Google's clients add to any URL; it changes nothing here. */
const GOOGLE_PARAMETERS = ['alt', 'prettyPrint', 'key', '$.xgafv'];
const MOST_NAMED = 20;

/** Throws `CallRefused` naming every query parameter that the route does not have. */
export function checkQuery(query: URLSearchParams, known: Route['query']): void {
  if (known === 'google') return;
  const unknown = new Set(
    [...query.keys()].filter((name) => !known.includes(name) && !GOOGLE_PARAMETERS.includes(name)),
  );
  if (unknown.size === 0) return;
  const wanted = known.length > 0 ? `one of ${known.join(', ')} is wanted` : 'none is wanted here';
  const description = `Cannot use the parameter: there is no such one; ${wanted}`;
  throw refuseFaults([...unknown].slice(0, MOST_NAMED).map((field) => ({ field: field.slice(0, 60), description })));
}
