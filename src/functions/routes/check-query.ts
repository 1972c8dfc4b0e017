import { refuseFaults } from '../http/refusals.ts';
import type { Route } from './routes.ts';
import { unknownNames } from './unknown-names.ts';

/** What Google's clients add to any URL; it changes nothing here. */
const GOOGLE_PARAMETERS = ['alt', 'prettyPrint', 'key', '$.xgafv'];

/** Throws `CallRefused` naming every query parameter that the route does not have. */
export function checkQuery(query: URLSearchParams, known: Route['query']): void {
  if (known === 'google') return;
  const wanted = known.length > 0 ? `one of ${known.join(', ')} is wanted` : 'none is wanted here';
  const description = `Cannot use the parameter: there is no such one; ${wanted}`;
  const violations = unknownNames(query.keys(), [...known, ...GOOGLE_PARAMETERS], () => description);
  if (violations.length > 0) throw refuseFaults(violations);
}
