import { describeValue, quoteShort } from '../faults/describe-value.ts';
import { isObject } from '../json/json-object.ts';

/** How many labels an export may have. */
export const MAX_LABELS = 64;

const KEY = /^[A-Za-z0-9][A-Za-z0-9_./-]{0,62}$/;
const CONTROL = /\p{Cc}/u;

/** What is wrong with the labels of a request, each fault with the key it is about, or with none if about all. */
export function labelFaults(labels: unknown): { key?: string; fault: string }[] {
  if (labels === undefined || labels === null) return [];
  if (!isObject(labels))
    return [{ fault: `Cannot use labels: it is ${describeValue(labels)}; an object of text by text is wanted` }];
  const keys = Object.keys(labels);
  if (keys.length > MAX_LABELS)
    return [{ fault: `Cannot use labels: there are ${keys.length}; at most ${MAX_LABELS} are wanted` }];
  return keys.flatMap((key) => {
    const fault = labelFault(key, labels[key]);
    return fault === undefined ? [] : { key, fault };
  });
}

function labelFault(key: string, value: unknown): string | undefined {
  if (!KEY.test(key)) {
    const wanted = '1 to 63 of A-Z a-z 0-9 _ . / - with a letter or digit in front are wanted';
    return `Cannot use this key for a label: it is ${quoteShort(key)}; ${wanted}`;
  }
  if (typeof value !== 'string') return `Cannot use this label: it is ${describeValue(value)}; text is wanted`;
  if (value.length <= 255 && !CONTROL.test(value)) return undefined;
  return `Cannot use this label: it has ${value.length} characters or a line break; at most 255 in one line are wanted`;
}
