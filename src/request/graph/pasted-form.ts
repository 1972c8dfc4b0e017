import { isObject, type Json } from '../json/json-object.ts';

const SERIALIZE = 'what classifier.serialize() of an official client gives is wanted';

/** What `value` seems to be when it is no expression, and where the expression is to be had; undefined when nothing known. */
export function explainPasted(value: Json): string | undefined {
  if (Object.hasOwn(value, 'assetExportOptions')) {
    return 'it is a whole export request; its own expression alone is wanted here';
  }
  if (isObject(value['expression']) || typeof value['expression'] === 'string') {
    return 'it has an expression in it; that alone is wanted here';
  }
  if (typeof value['type'] === 'string') {
    return `it is the legacy form ("type": ${JSON.stringify(value['type'].slice(0, 40))}); ${SERIALIZE}, without legacy=True`;
  }
  const kinds = ['functionInvocationValue', 'constantValue', 'valueReference', 'arrayValue', 'dictionaryValue'];
  if (kinds.some((kind) => Object.hasOwn(value, kind))) {
    return `it is the readable form, one node without values and result; ${SERIALIZE}, not encodeCloudApiPretty or is_compound=False`;
  }
  if (typeof value['functionName'] === 'string') return `it is a bare function call; ${SERIALIZE}`;
  if (value['done'] !== undefined || value['metadata'] !== undefined) return `it is an operation; ${SERIALIZE}`;
  return undefined;
}
