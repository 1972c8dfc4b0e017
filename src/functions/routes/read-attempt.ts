import { isObject } from '../../request/json/json-object.ts';
import { refuseFaults } from '../http/refusals.ts';
import { unknownNames } from './unknown-names.ts';

/** `attempt` of `{"attempt": n}`, from 1. Throws `CallRefused` naming every fault. */
export function readAttempt(body: unknown): number {
  if (!isObject(body))
    throw refuseFaults([
      { field: 'body', description: 'Cannot use the body: it is no object; {"attempt": N} is wanted' },
    ]);
  const attempt = Object.hasOwn(body, 'attempt') ? body['attempt'] : undefined;
  const violations = unknownKeys(body, ['attempt']);
  const isNumber = typeof attempt === 'number' && Number.isSafeInteger(attempt) && attempt >= 1;
  if (!isNumber) {
    const description =
      'Cannot use attempt: it is no number from 1; that of the attempt to replace is wanted, as GET of the export tells it';
    violations.unshift({ field: 'attempt', description });
  }
  if (!isNumber || violations.length > 0) throw refuseFaults(violations);
  return attempt;
}

/** Throws `CallRefused` for a body that is not `{}`: the method takes nothing. */
export function refuseContent(body: unknown): void {
  if (!isObject(body))
    throw refuseFaults([{ field: 'body', description: 'Cannot use the body: it is no object; {} or none is wanted' }]);
  const violations = unknownKeys(body, []);
  if (violations.length > 0) throw refuseFaults(violations);
}

function unknownKeys(body: object, known: string[]) {
  return unknownNames(
    Object.keys(body),
    known,
    (name) => `Cannot use ${JSON.stringify(name)}: there is no such field here`,
  );
}
