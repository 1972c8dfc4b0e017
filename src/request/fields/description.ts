import { quoteShort } from '../faults/describe-value.ts';

/** What Earth Engine takes as the description of an operation; it refuses the rest, though its clients send it. */
export const DESCRIPTION = /^[A-Za-z0-9.,:;_-]{0,100}$/;

/** What to say of a description that Earth Engine refuses: why, and a legal one close to it. */
export function descriptionFault(text: string): string {
  const start = text.slice(0, 1000);
  const foreign = [...new Set(start.replace(/[A-Za-z0-9.,:;_-]/g, ''))].slice(0, 10).join('');
  const cause = foreign === '' ? `it has ${text.length} characters` : `it has ${quoteShort(foreign)} in it`;
  const legal = 'at most 100 of A-Z a-z 0-9 . , : ; _ - are wanted';
  return `Cannot use description: ${cause}; ${legal}, e.g. "${toLegal(start)}"`;
}

function toLegal(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '');
  const legal = plain.replace(/[^A-Za-z0-9.,:;_-]+/g, '-');
  return legal.slice(0, 100).replace(/^-+|-+$/g, '') || 'classifier-export';
}
